//! What training does to a model near its pretrained parameters $\theta_0$.
//!
//! Around $\theta_0$ a model is approximated by its linearization
//! $\bar f(x) = f_{\theta_0}(x) + J(x)(\bar\theta - \theta_0)$, whose fine-tuning has closed forms in the tangent
//! kernel $K = JJ^\top$:
//!
//! | what | where |
//! |---|---|
//! | $\bar f$ at any $\bar\theta$, exactly, of any [`Model`](tangent_ntk_core::Model) | [`Linearized`] |
//! | the minimiser of $\lVert\bar f(X) - Y\rVert^2 + \tfrac\lambda2\lVert\bar\theta - \theta_0\rVert^2$ | [`KernelRidge`] with $\sigma = \lambda/2$ |
//! | the point that gradient flow on that objective reaches at time $t$ | [`GradientFlow`] |
//!
//! One loop trains the full model and its linearization in the same steps:
//!
//! | what | where |
//! |---|---|
//! | the model itself, at any $\theta$ | [`Full`]; a readout of it is [`Read`] |
//! | the loss that is minimised, and the pull to $\theta_0$ | [`Objective`], [`pull`] |
//! | gradient descent, SGD, AdamW, schedules | [`optimiser`] |
//! | training one model, or two side by side, or in kernel space | [`train`] |
//! | accuracy, correlations, gap, KL, kernel drift | [`metrics`] |
//! | means and rank correlations over runs, with intervals | [`statistics`] |
//!
//! These check whether the full model behaves like its linearization:
//!
//! | what | where |
//! |---|---|
//! | its own gradient flow, integrated | [`FullFlow`] |
//! | every statement of the paper | [`checks`] |
//! | $\mathrm{Lip}(f)$ and $\mathrm{Lip}(\nabla f)$ in $\theta$; Lipschitzness in $x$ | [`lipschitz`] |
//! | functions whose constants are certified | [`fixture`] |
//!
//! # Shapes
//! Where each of the $C$ outputs is fitted separately (the `full` readout), $n$ examples give $nC$ rows, example-major.
//! Vectors and kernels are `f64`.

pub mod checks;
mod error;
pub mod fixture;
mod flow;
mod full;
pub mod full_flow;
mod jacobian;
mod linearized;
pub mod lipschitz;
pub mod metrics;
mod objective;
pub mod optimiser;
mod predictor;
pub mod pull;
mod read;
mod ridge;
pub mod statistics;
pub mod train;

pub use error::{Error, Result};
pub use flow::GradientFlow;
pub use full::{Full, FullOptions};
pub use full_flow::FullFlow;
pub use jacobian::{jacobian, kernel};
pub use linearized::{Linearized, LinearizedOptions};
pub use objective::{Label, Objective, Targets};
pub use predictor::Predictor;
pub use read::Read;
pub use ridge::KernelRidge;
pub use tangent_ntk_core::Cotangent;

use nalgebra::{DMatrix, DVector};

/// Returns a vector as a matrix of one column.
fn column(v: &DVector<f64>) -> DMatrix<f64> {
    DMatrix::from_column_slice(v.len(), 1, v.as_slice())
}

/// Returns $Y - f_{\theta_0}(X)$ after checking lengths and values.
fn start_residual(n: usize, start: &DVector<f64>, targets: &DVector<f64>) -> Result<DVector<f64>> {
    error::check_vector("the start f₀(X)", n, start)?;
    error::check_vector("the targets Y", n, targets)?;
    Ok(targets - start)
}

/// Returns $K(\cdot, X)\,a$ after checking the number of columns.
fn cross_product(cross: &DMatrix<f64>, coefficients: &DVector<f64>) -> Result<DVector<f64>> {
    error::check_length(
        "the cross kernel's columns",
        coefficients.len(),
        cross.ncols(),
    )?;
    Ok(cross * coefficients)
}
