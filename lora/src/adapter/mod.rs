//! Low-rank adapters in PEFT's file format: which modules of an encoder they adapt, and their factors.
#![cfg_attr(
    not(test),
    deny(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)
)]

mod asked;
mod config;
mod config_file;
mod expected;
mod folder;
mod init;
mod keys;
mod load;
mod merge;
mod modules;
mod number;
mod order;
mod overrides;
mod passed_over;
mod pattern;
mod place;
mod projection;
mod rule;
mod save;
mod saved;
mod select;
mod start;
mod supported;
mod target;
mod task;
mod whole;

pub use asked::{Modules, OneOrMany};
pub use config::LoraConfig;
pub use place::Place;
pub use projection::Projection;
pub use start::Start;
pub use target::{Naming, Target};
pub use whole::{Adapter, Factors};
