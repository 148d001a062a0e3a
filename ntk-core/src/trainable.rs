//! A model whose parameters can be changed.

use crate::{Block, Model};

/// A [`Model`] that can be moved to other parameters.
///
/// $\theta$ is one vector in `f64`, block after block in the order of [`Model::blocks`]:
/// optimisers, distances and inner products use this vector, whatever the precision of the model's
/// arithmetic.
pub trait Trainable: Model + Sized {
    /// Returns the tensors that make up $\theta$, in its order: a LoRA block's A and B, a head's
    /// weights and biases. Rules that treat each tensor separately use this list.
    fn tensors(&self) -> Vec<Block>;

    /// Returns the model's own $\theta$, of length $p$.
    fn theta(&self) -> Vec<f64>;

    /// Returns the same model at another $\theta$. Frozen parameters are shared, not copied.
    ///
    /// # Panics
    /// If the length of `theta` is not $p$.
    #[must_use]
    fn at(&self, theta: &[f64]) -> Self;

    /// Returns the same model with one draw of its dropout, each entry dropped with probability
    /// `rate`; `None` if the model has no dropout. Equal seeds give equal draws.
    #[must_use]
    fn with_dropout(&self, _rate: f64, _seed: u64) -> Option<Self> {
        None
    }
}
