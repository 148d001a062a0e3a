//! What training does to a model near its pretrained parameters $\theta_0$.
//!
//! Around $\theta_0$ a model is its linearization
//! $\bar f(x) = f_{\theta_0}(x) + J(x)(\bar\theta - \theta_0)$, and on that one fine-tuning has
//! closed forms in the tangent kernel $K = JJ^\top$:
//!
//! | what | where |
//! |---|---|
//! | $\bar f$ at any $\bar\theta$, exactly, of any [`Model`](tangent_ntk_core::Model) | [`Linearized`] |
//! | the minimiser of $\lVert\bar f(X) - Y\rVert^2 + \tfrac\lambda2\lVert\bar\theta - \theta_0\rVert^2$ | [`KernelRidge`] with $\sigma = \lambda/2$ |
//! | where gradient flow on that objective is at time $t$ | [`GradientFlow`] |
//!
//! Both are trained by one loop, step by step the same:
//!
//! | what | where |
//! |---|---|
//! | the model itself, at any $\theta$ | [`Full`]; a readout of it is [`Read`] |
//! | what is minimised, and how the pull to $\theta_0$ acts | [`Objective`], [`pull`] |
//! | gradient descent, SGD, AdamW, schedules | [`optimiser`] |
//! | one run, two side by side, or on $K$ alone | [`train`] |
//! | accuracy, correlations, gap, KL, kernel drift | [`metrics`] |
//! | means and rank correlations over runs, with intervals | [`statistics`] |
//!
//! Whether the full model does what its linearization does is checked on:
//!
//! | what | where |
//! |---|---|
//! | its own gradient flow, integrated | [`FullFlow`] |
//! | every statement of the paper | [`checks`] |
//! | $\mathrm{Lip}(f)$ and $\mathrm{Lip}(\nabla f)$ in $\theta$; Lipschitzness in $x$ | [`lipschitz`] |
//! | functions whose constants are certified | [`fixture`] |
//!
//! # Shapes
//! $n$ examples with $C$ outputs that are fitted apart (the `full` readout) are $nC$ rows,
//! example-major; vectors and kernels are `f64`.

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
mod random;
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

/// A vector as a matrix of one column.
fn column(v: &DVector<f64>) -> DMatrix<f64> {
    DMatrix::from_column_slice(v.len(), 1, v.as_slice())
}

/// $Y - f_{\theta_0}(X)$, with lengths and values checked.
fn start_residual(n: usize, start: &DVector<f64>, targets: &DVector<f64>) -> Result<DVector<f64>> {
    error::check_vector("the start f₀(X)", n, start)?;
    error::check_vector("the targets Y", n, targets)?;
    Ok(targets - start)
}

/// $K(\cdot, X)\,a$, with the number of columns checked.
fn cross_product(cross: &DMatrix<f64>, coefficients: &DVector<f64>) -> Result<DVector<f64>> {
    error::check_length(
        "the cross kernel's columns",
        coefficients.len(),
        cross.ncols(),
    )?;
    Ok(cross * coefficients)
}
