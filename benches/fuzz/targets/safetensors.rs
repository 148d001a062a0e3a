//! The target `safetensors` for libFuzzer.
#![no_main]

tangent_fuzz::fuzz!("safetensors");
