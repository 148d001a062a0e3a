//! The target `result` for libFuzzer.
#![no_main]

tangent_fuzz::fuzz!("result");
