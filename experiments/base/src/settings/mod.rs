//! Settings that several commands share. Each group exists as flags (`…Args`), all of them optional, and as values
//! (`…Config`) with defaults filled in, checked as far as is possible before any file is read.

mod data;
mod machine;
mod model;

pub use data::{DataArgs, DataConfig};
pub use machine::{MachineArgs, MachineConfig};
pub use model::{AdapterConfig, ModelArgs, ModelConfig};

pub use crate::error::refused;
