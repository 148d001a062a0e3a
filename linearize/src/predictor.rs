//! The interface of functions of $\theta$ that can be trained.

use crate::Result;
use tangent_ntk_core::{Block, Cotangent};

/// $\theta \mapsto f_\theta(X)$ on a fixed set of $n$ examples, with its derivatives.
///
/// The common interface of everything that can be trained: the full model ([`Full`](crate::Full)), its exact
/// linearization ([`Linearized`](crate::Linearized)), and functions given by a formula. Numbers are `f64`, $\theta$ is
/// one vector of length $p$, and outputs are example-major. A batch is a list of indices of examples, which may repeat.
pub trait Predictor: Sync {
    /// Returns $\theta_0$.
    fn start(&self) -> &[f64];

    /// Returns the tensors that make up $\theta$, in the order of $\theta$.
    fn tensors(&self) -> &[Block];

    /// Returns the number of examples $n$.
    fn examples(&self) -> usize;

    /// Returns the number of outputs $C$ of each example.
    fn outputs(&self) -> usize;

    /// Returns $f_\theta(x_i)$ for $i$ in `batch`, shape `[|batch|, C]`.
    ///
    /// # Errors
    /// A value is not finite, or the model fails.
    fn forward(&self, theta: &[f64], batch: &[usize]) -> Result<Vec<f64>>;

    /// Returns the outputs, and $\sum_i J_\theta(x_i)^\top \bar y_i$ of length $p$, by one forward pass and one
    /// pullback. `cotangent` computes $\bar y_i$ from the outputs.
    ///
    /// # Errors
    /// A value is not finite, or the model fails.
    fn gradient(
        &self,
        theta: &[f64],
        batch: &[usize],
        cotangent: &Cotangent,
    ) -> Result<(Vec<f64>, Vec<f64>)>;

    /// Returns $J_\theta(x_i)\,v$ for $i$ in `batch`, shape `[|batch|, C]`, for `tangent` = $v$ of length
    /// $p$.
    ///
    /// # Errors
    /// A value is not finite, or the model fails.
    fn pushforward(&self, theta: &[f64], batch: &[usize], tangent: &[f64]) -> Result<Vec<f64>>;

    /// Returns [`gradient`](Self::gradient) with the dropout masks that `seed` decides; a predictor without dropout
    /// ignores the seed.
    ///
    /// # Errors
    /// As [`gradient`](Self::gradient).
    fn gradient_with_dropout(
        &self,
        theta: &[f64],
        batch: &[usize],
        cotangent: &Cotangent,
        _seed: u64,
    ) -> Result<(Vec<f64>, Vec<f64>)> {
        self.gradient(theta, batch, cotangent)
    }

    /// Returns the norm $\lVert\delta\rVert$ of a displacement or of a gradient.
    fn norm(&self, delta: &[f64]) -> f64 {
        crate::optimiser::norm(delta)
    }

    /// Returns whether $\theta$ holds the coefficients of [`KernelSpace`](crate::train::KernelSpace) instead of
    /// parameters. Only steps that are linear in the gradients are equivalent in both.
    fn in_kernel_space(&self) -> bool {
        false
    }

    /// Returns the indices of all examples, in order.
    fn all(&self) -> Vec<usize> {
        (0..self.examples()).collect()
    }
}
