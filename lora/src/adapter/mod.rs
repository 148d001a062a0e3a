//! Low-rank adapters in PEFT's file format: which modules of an encoder they adapt, and their factors.

mod config;
mod files;
mod init;
mod merge;
mod modules;
mod overrides;
mod pattern;
mod projection;
mod rule;
mod select;
mod supported;
mod target;

pub use config::{LoraConfig, Modules, OneOrMany, Start};
pub use files::{Adapter, Factors};
pub use projection::Projection;
pub use target::{Naming, Target};
