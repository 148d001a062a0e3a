//! Layers with three maps at the current parameters: `forward`, `pullback` (vector–Jacobian product, with the
//! derivative in every adapter's parameters for each example) and `pushforward` (Jacobian–vector product).
//!
//! `linearize` computes `forward` and also returns what the other two maps need.

mod dropout;
mod embeddings;
mod encoder_layer;
mod head;
mod layer_norm;
mod lora_linear;
mod terms;

pub(crate) use dropout::seed_of;
pub use embeddings::Embeddings;
pub use encoder_layer::{EncoderLayer, LayerKept, PerProjection, Queries, Reduction};
pub use head::{Head, HeadKept, HeadRows};
pub use layer_norm::LayerNorm;
pub use lora_linear::{LinearKept, Lora, LoraLinear};

use burn::module::Param;
use burn::tensor::{DType, Tensor, TensorData, backend::Backend};

/// Returns a parameter of the given element type from `f32` values, whatever the backend's default type.
pub(crate) fn param<B: Backend, const D: usize>(
    values: Vec<f32>,
    shape: [usize; D],
    device: &B::Device,
    dtype: DType,
) -> Param<Tensor<B, D>> {
    Param::from_tensor(tensor(values, shape, device, dtype))
}

/// Returns a tensor of the given element type from `f32` values, whatever the backend's default type.
pub(crate) fn tensor<B: Backend, const D: usize>(
    values: Vec<f32>,
    shape: [usize; D],
    device: &B::Device,
    dtype: DType,
) -> Tensor<B, D> {
    Tensor::from_data(
        TensorData::new(values, shape).convert_dtype(dtype),
        (device, dtype),
    )
}
