//! Layers with three maps at the current parameters: `forward`, `pullback` (vector–Jacobian product, with the
//! derivative in every adapter's parameters for each example) and `pushforward` (Jacobian–vector product).
//!
//! `linearize` computes `forward` and also returns what the other two maps need.

mod attention;
mod dropout;
mod embeddings;
mod feed_forward;
mod frame;
mod head;
mod layer;
mod lora_linear;
mod norm;
mod read;
mod slot;
mod terms;

pub use attention::{Attention, AttentionForm, AttentionKept, FusedOrder};
pub(crate) use dropout::seed_of;
pub use embeddings::Embeddings;
pub use feed_forward::{FeedForward, FeedForwardKept};
pub use frame::Frame;
pub use head::{Head, HeadKept, HeadRows};
pub use layer::{Layer, LayerKept, Norms, Reduction};
pub use lora_linear::{LinearKept, Lora, LoraLinear};
pub use norm::Norm;
pub use read::Read;
pub use slot::{BySlot, Slot};

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
