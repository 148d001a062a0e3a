//! The commands of the program that serve any model and data. They contain no mathematics: each takes settings, passes
//! models and token sequences to the crates below, and writes their results.

mod announce;
pub mod blocks;
pub mod inspect;
pub mod kernel;
pub mod pretrain;
pub mod select;
pub mod theorems;
pub mod train;

/// The default ridge σ of the commands, which is that of the paper.
pub const RIDGE: f64 = 1e-4;
