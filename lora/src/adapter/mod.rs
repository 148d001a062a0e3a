//! Low-rank adapters in PEFT's file format: which modules of an encoder they adapt, and their factors.
#![cfg_attr(
    not(test),
    deny(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)
)]

mod config;
mod expected;
mod folder;
mod init;
mod keys;
mod load;
mod merge;
mod save;
mod select;
mod whole;

pub use config::{LoraConfig, Modules, OneOrMany, Start};
pub use select::{Naming, Place, Projection, Target};
pub use whole::{Adapter, Factors};
