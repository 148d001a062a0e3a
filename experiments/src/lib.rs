//! The `tangent` program: configuration in, result files out.
//!
//! Its parts are crates of their own, from the lowest layer up: `tangent-record` seals result files, `tangent-plot`
//! draws, `tangent-embedded` is the encoder inside the program, `tangent-base` is what every command builds on,
//! `tangent-commands` works with any model and data, `tangent-paper` reproduces the paper. This crate is the command
//! line.

pub mod command;

/// The examples of the README, compiled with the tests.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
