//! Low-rank adapters in PEFT's file format: which modules of an encoder they adapt, and their factors.

mod config;
mod files;
mod folder;
mod init;
mod merge;
mod modules;
mod overrides;
mod pattern;
mod projection;
mod rule;
mod select;
mod start;
mod supported;
mod target;

pub use config::{LoraConfig, Modules, OneOrMany};
pub use files::{Adapter, Factors};
pub use projection::Projection;
pub use start::Start;
pub use target::{Naming, Target};
