//! Tensors of a Hugging Face folder: safetensors files, single or sharded, under the names and in the types that
//! published checkpoints have; and the classification head, wherever it comes from.

mod checkpoint;
mod folder;
mod head;
mod layout;
mod names;
pub(crate) mod random;
mod shard;
mod write;

pub use checkpoint::Weights;
pub use folder::write_model;
pub use head::{HeadSource, HeadWeights, Linear};
pub use layout::{encoder_tensors, head_tensors, pooler_tensors};
pub(crate) use layout::{head_outputs, is_there};
pub use write::{write_file, write_safetensors};

/// Tensors by name: shape, and entries in row-major order.
pub type NamedTensors = std::collections::BTreeMap<String, (Vec<usize>, Vec<f32>)>;
