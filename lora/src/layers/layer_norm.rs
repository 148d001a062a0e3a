use burn::module::{Module, Param};
use burn::tensor::{Tensor, backend::Backend};

use crate::ops::{self, Normalised};

/// Layer normalisation $y = \gamma \odot (x - \mu)/\sqrt{\mathrm{var} + \epsilon} + \beta$ over the last dimension.
#[derive(Module, Debug)]
pub struct LayerNorm<B: Backend> {
    /// γ, `[h]`.
    pub gamma: Param<Tensor<B, 1>>,
    /// β, `[h]`.
    pub beta: Param<Tensor<B, 1>>,
    /// ε.
    pub epsilon: f64,
}

impl<B: Backend> LayerNorm<B> {
    /// Maps `[n, h]` to `[n, h]`.
    pub fn forward(&self, x: Tensor<B, 2>) -> Tensor<B, 2> {
        self.linearize(x).0
    }

    /// Returns the result of `forward`, and what the other two maps need.
    pub fn linearize(&self, x: Tensor<B, 2>) -> (Tensor<B, 2>, Normalised<B>) {
        ops::layer_norm(x, self.gamma.val(), self.beta.val(), self.epsilon)
    }

    /// Returns the cotangent of `x` from the cotangent of `y`; γ and β are frozen.
    pub fn pullback(&self, kept: &Normalised<B>, y_bar: Tensor<B, 2>) -> Tensor<B, 2> {
        ops::layer_norm_pullback(kept, self.gamma.val(), y_bar)
    }

    /// Returns the tangent of `y` from the tangent of `x`.
    pub fn pushforward(&self, kept: &Normalised<B>, x_dot: Tensor<B, 2>) -> Tensor<B, 2> {
        ops::layer_norm_pushforward(kept, self.gamma.val(), x_dot)
    }
}
