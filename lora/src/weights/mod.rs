//! Tensors of a Hugging Face folder: safetensors files, single or sharded, under the names and in the types that
//! published checkpoints have; and the classification head, wherever it comes from.
#![cfg_attr(
    not(test),
    deny(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)
)]

mod checkpoint;
mod fit;
mod folder;
mod head;
mod header;
mod layout;
mod names;
pub(crate) mod random;
mod shard;
mod write;

pub use checkpoint::Weights;
pub use folder::write_model;
pub use head::{HeadSource, HeadWeights, Linear};
pub(crate) use layout::{embedding_tensors, head_outputs, is_there, layer_tensors};
pub use layout::{encoder_tensors, head_tensors, pooler_tensors};
pub use write::{write_file, write_safetensors};

/// Tensors by name, each with its shape and its entries in row-major order.
pub type NamedTensors = std::collections::BTreeMap<String, (Vec<usize>, Vec<f32>)>;
