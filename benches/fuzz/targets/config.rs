//! The target `config` for libFuzzer.
#![no_main]

tangent_fuzz::fuzz!("config");
