//! The `tangent` program: configuration in, result files out.
//!
//! It alone joins `datasets` to `lora`; no mathematics lives here. The way of the data: [`source`] makes a model and
//! token sequences out of what was asked for, [`kernel`] hands them to the crates below, [`output`] writes what comes
//! back, whole or not at all.

mod announce;
mod blocks;
pub mod cli;
pub mod command;
pub mod device;
pub mod embedded;
pub mod error;
pub mod figure;
#[doc(hidden)]
pub mod fuzz;
pub mod inspect;
pub mod kernel;
pub mod output;
pub mod paper;
pub mod plot;
pub mod pretrain;
mod regular;
pub mod report;
pub mod reproduce;
pub mod select;
#[cfg_attr(
    not(test),
    deny(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)
)]
pub mod settings;
pub mod source;
pub mod study;
pub mod system;
pub mod table;
pub mod theorems;
pub mod train;

pub use error::{Error, Result};

/// The examples of the README, compiled with the tests.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
