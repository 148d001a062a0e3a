#![no_main]

tangent_fuzz::fuzz!("safetensors");
