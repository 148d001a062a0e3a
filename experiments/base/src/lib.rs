//! What every command stands on: settings as flags and files, models and data from what was asked for, the device, and
//! result files that are written whole or not at all.
//!
//! The way of the data: [`settings`] says what is asked for, [`source`] makes a model and token sequences of it,
//! [`device`] says where work runs, [`output`] and [`record`] write what comes back.

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
