//! The target `checkpoint` for libFuzzer.
#![no_main]

tangent_fuzz::fuzz!("checkpoint");
