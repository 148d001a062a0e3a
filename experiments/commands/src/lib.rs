//! The commands of the program that serve any model and data. No mathematics lives here: each takes settings, hands
//! models and token sequences to the crates below, and writes what comes back.

mod announce;
pub mod blocks;
pub mod inspect;
pub mod kernel;
pub mod pretrain;
pub mod select;
pub mod theorems;
pub mod train;

/// The ridge σ that commands take where none is given; that of the paper.
pub const RIDGE: f64 = 1e-4;
