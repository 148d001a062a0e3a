//! The target `tokenizer` for libFuzzer.
#![no_main]

tangent_fuzz::fuzz!("tokenizer");
