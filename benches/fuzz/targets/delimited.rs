//! The target `delimited` for libFuzzer.
#![no_main]

tangent_fuzz::fuzz!("delimited");
