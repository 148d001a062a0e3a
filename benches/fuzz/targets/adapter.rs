//! The target `adapter` for libFuzzer.
#![no_main]

tangent_fuzz::fuzz!("adapter");
