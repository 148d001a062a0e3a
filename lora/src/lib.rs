//! Pretrained encoders with low-rank adapters, and the forward, pullback and pushforward maps of every layer.
//!
//! - **Files**: BERT and RoBERTa as Hugging Face publishes them ([`EncoderConfig`], [`weights`]), adapters as PEFT
//!   publishes them ([`adapter`]); both are read and written.
//! - **Layers** ([`layers`]): a [`LoraLinear`](layers::LoraLinear) for any burn model, and the layers of an encoder.
//!   Each has `forward`, `pullback` (vector–Jacobian product, with the derivative in every adapter for each example)
//!   and `pushforward` (Jacobian–vector product), written once and generic over the burn backend.
//! - **Operations** ([`ops`]): the few operations that decide the speed, fast on [`Flex`](burn_flex::Flex).
//! - **Models**: [`Encoder`] over batches of ragged sequences, and [`Classifier`], which is a
//!   [`Model`](tangent_ntk_core::Model): its tangent kernel is one call away.
//!
//! ```no_run
//! use burn::tensor::DType;
//! use burn_flex::{Flex, FlexDevice};
//! use tangent_lora::adapter::{Adapter, LoraConfig};
//! use tangent_lora::weights::{HeadWeights, Weights};
//! use tangent_lora::{Classifier, EncoderConfig, Sequence};
//! use tangent_ntk_core::{BlockKernels, Monitor, Options};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let dir = std::path::Path::new("all-MiniLM-L6-v2");
//! let config = EncoderConfig::from_dir(dir)?;
//! let weights = Weights::open(dir)?;
//! let head = HeadWeights::load(&config, &weights, None, Some(2), 0)?;
//! let adapter = Adapter::init(LoraConfig::new(8, 8.0, ["query", "value"]), &config, 0)?;
//! let model = Classifier::<Flex>::build(&config, &weights, &head, &adapter, false, &FlexDevice, DType::F32)?;
//!
//! let examples = [[101, 7592, 102], [101, 2088, 102]].map(|ids| Sequence::new(&config, &ids, &[0; 3]).unwrap());
//! let kernels = BlockKernels::compute(&model, &examples, &[], &Options::default(), &Monitor::silent())?;
//! println!("{}", kernels.total().train);
//! # Ok(())
//! # }
//! ```

pub mod adapter;
mod batch;
mod build;
mod classifier;
mod config;
mod encoder;
mod error;
#[doc(hidden)]
pub mod fuzz;
mod inspect;
pub mod layers;
pub mod ops;
mod text;
mod trainable;
mod transpose;
mod trunk;
pub mod weights;

pub use batch::{Batch, Sequence};
pub use classifier::{Classifier, HEAD_BLOCK};
pub use config::{Activation, Architecture, EncoderConfig, Labels};
pub use encoder::{Encoder, EncoderKept, Parameters};
pub use error::Error;
pub use inspect::{Adaptable, Inspection, ParameterCounts, inspect};
pub use trunk::Trunk;

// Links OpenBLAS for the NdArray backend, whose own dependency on it names no library.
#[cfg(test)]
use openblas_src as _;
