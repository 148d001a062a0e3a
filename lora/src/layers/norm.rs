use burn::module::{Module, Param};
use burn::tensor::{Tensor, backend::Backend};

use crate::ops::{self, Normalised};

/// Layer normalisation or RMS normalisation over the last dimension.
#[derive(Module, Debug)]
pub struct Norm<B: Backend> {
    /// γ, `[h]`.
    pub gamma: Param<Tensor<B, 1>>,
    /// β of layer normalisation, `[h]`, if it has one.
    pub beta: Option<Param<Tensor<B, 1>>>,
    /// ε.
    pub epsilon: f64,
    /// Whether it is layer normalisation, which subtracts the mean; else it is RMS normalisation.
    pub centred: bool,
}

impl<B: Backend> Norm<B> {
    /// Maps `[n, h]` to `[n, h]`.
    pub fn forward(&self, x: Tensor<B, 2>) -> Tensor<B, 2> {
        self.linearize(x).0
    }

    /// Returns the result of `forward`, and what the other two maps need.
    pub fn linearize(&self, x: Tensor<B, 2>) -> (Tensor<B, 2>, Normalised<B>) {
        let gamma = self.gamma.val();
        match self.centred {
            true => ops::layer_norm(x, gamma, self.beta.as_ref().map(Param::val), self.epsilon),
            false => ops::rms_norm(x, gamma, self.epsilon),
        }
    }

    /// Returns the cotangent of `x` from the cotangent of `y`; γ and β are frozen.
    pub fn pullback(&self, kept: &Normalised<B>, y_bar: Tensor<B, 2>) -> Tensor<B, 2> {
        ops::norm_pullback(kept, self.gamma.val(), y_bar)
    }

    /// Returns the tangent of `y` from the tangent of `x`.
    pub fn pushforward(&self, kept: &Normalised<B>, x_dot: Tensor<B, 2>) -> Tensor<B, 2> {
        ops::norm_pushforward(kept, self.gamma.val(), x_dot)
    }

    /// Returns the norm of every head of `[n, heads d]` by itself, γ being of width d, and what the other two maps need.
    pub(super) fn linearize_heads(&self, x: Tensor<B, 2>) -> (Tensor<B, 2>, Normalised<B>) {
        let shape = x.dims();
        let (y, kept) = self.linearize(self.by_head(x));
        (y.reshape(shape), kept)
    }

    /// Returns the cotangent of `x` from the cotangent of `y`, for [`Self::linearize_heads`].
    pub(super) fn pullback_heads(&self, kept: &Normalised<B>, y_bar: Tensor<B, 2>) -> Tensor<B, 2> {
        let shape = y_bar.dims();
        self.pullback(kept, self.by_head(y_bar)).reshape(shape)
    }

    /// Returns the tangent of `y` from the tangent of `x`, for [`Self::linearize_heads`].
    pub(super) fn pushforward_heads(
        &self,
        kept: &Normalised<B>,
        x_dot: Tensor<B, 2>,
    ) -> Tensor<B, 2> {
        let shape = x_dot.dims();
        self.pushforward(kept, self.by_head(x_dot)).reshape(shape)
    }

    fn by_head(&self, x: Tensor<B, 2>) -> Tensor<B, 2> {
        let ([n, wide], [width]) = (x.dims(), self.gamma.dims());
        x.reshape([n * wide / width, width])
    }
}
