//! A model whose parameters can be moved.

use crate::{Block, Model};

/// A [`Model`] that can be had at other parameters than its own.
///
/// $\theta$ is one vector in `f64`, block after block in the order of [`Model::blocks`]: optimisers,
/// distances and inner products are taken there, exactly, whatever the precision of the model's
/// arithmetic.
pub trait Trainable: Model + Sized {
    /// The tensors of which $\theta$ is made, in its order: a LoRA block's A and B, a head's
    /// weights and biases. Rules that act on each tensor apart take them from here.
    fn tensors(&self) -> Vec<Block>;

    /// $\theta$ as the model holds it, of length $p$.
    fn theta(&self) -> Vec<f64>;

    /// The same model at another $\theta$. What is frozen is shared, not copied.
    ///
    /// # Panics
    /// Where `theta` has another length than $p$.
    #[must_use]
    fn at(&self, theta: &[f64]) -> Self;

    /// The same model with one draw of its dropout, each entry dropped with probability `rate`;
    /// `None` if it has no dropout. Equal seeds give equal draws.
    #[must_use]
    fn with_dropout(&self, _rate: f64, _seed: u64) -> Option<Self> {
        None
    }
}
