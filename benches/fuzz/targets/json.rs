//! The target `json` for libFuzzer.
#![no_main]

tangent_fuzz::fuzz!("json");
