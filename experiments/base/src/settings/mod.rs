//! Settings that several commands share: each group as flags (`…Args`), where all may be left out, and as what they come
//! to (`…Config`), with defaults, checked as far as that can be done before any file is read.

mod data;
mod machine;
mod model;

pub use data::{DataArgs, DataConfig};
pub use machine::{MachineArgs, MachineConfig};
pub use model::{AdapterConfig, ModelArgs, ModelConfig};

pub use crate::error::refused;
