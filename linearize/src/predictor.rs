//! What the dynamics need of a function of $\theta$.

use crate::Result;
use tangent_ntk_core::{Block, Cotangent};

/// $\theta \mapsto f_\theta(X)$ on a fixed set of $n$ examples, with its derivatives.
///
/// The one face of everything that can be trained: a model in full
/// ([`Full`](crate::Full)), its exact linearization ([`Linearized`](crate::Linearized)), and functions given by a formula.
/// Numbers are `f64`, $\theta$ is one vector of length $p$; outputs are example-major, row $i$
/// after row $i-1$. A batch is a list of places in the set, and may repeat them.
pub trait Predictor: Sync {
    /// $\theta_0$.
    fn start(&self) -> &[f64];

    /// The tensors of which $\theta$ is made, in its order.
    fn tensors(&self) -> &[Block];

    /// Number of examples $n$.
    fn examples(&self) -> usize;

    /// Number of outputs $C$ of each.
    fn outputs(&self) -> usize;

    /// $f_\theta(x_i)$ for $i$ in `batch`, shape `[|batch|, C]`.
    ///
    /// # Errors
    /// A value is not finite, or the model fails.
    fn forward(&self, theta: &[f64], batch: &[usize]) -> Result<Vec<f64>>;

    /// The outputs, and $\sum_i J_\theta(x_i)^\top \bar y_i$ of length $p$: one forward and one
    /// pullback.
    ///
    /// # Errors
    /// A value is not finite, or the model fails.
    fn gradient(
        &self,
        theta: &[f64],
        batch: &[usize],
        cotangent: &Cotangent,
    ) -> Result<(Vec<f64>, Vec<f64>)>;

    /// $J_\theta(x_i)\,v$ for $i$ in `batch`, shape `[|batch|, C]`, for `tangent` = $v$ of length
    /// $p$.
    ///
    /// # Errors
    /// A value is not finite, or the model fails.
    fn pushforward(&self, theta: &[f64], batch: &[usize], tangent: &[f64]) -> Result<Vec<f64>>;

    /// [`gradient`](Self::gradient) with the draw of dropout that `seed` decides; without dropout,
    /// the same.
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

    /// $\lVert\delta\rVert$ of a displacement, or of a gradient.
    fn norm(&self, delta: &[f64]) -> f64 {
        crate::optimiser::norm(delta)
    }

    /// Whether $\theta$ is not the parameters but the coefficients of
    /// [`KernelSpace`](crate::train::KernelSpace): only steps that are linear in the gradients mean
    /// the same there.
    fn in_kernel_space(&self) -> bool {
        false
    }

    /// Every place of the set, in order.
    fn all(&self) -> Vec<usize> {
        (0..self.examples()).collect()
    }
}
