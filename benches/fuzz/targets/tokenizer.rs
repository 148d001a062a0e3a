#![no_main]

tangent_fuzz::fuzz!("tokenizer");
