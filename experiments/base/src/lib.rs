//! The foundation of every command: settings from flags and files, loading of models and data, the device, and result
//! files that are written whole or not at all.
//!
//! The data flow: [`settings`] holds what the user asked for, [`source`] turns it into a model and token sequences,
//! [`device`] selects where the work runs, and [`output`] and [`record`] write the results.

pub mod cli;
pub mod device;
pub mod error;
pub mod output;
pub mod record;
#[cfg_attr(
    not(test),
    deny(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)
)]
pub mod settings;
pub mod source;
pub mod system;

pub use error::{Error, Result};
