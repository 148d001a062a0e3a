//! Entry points over bytes, for tests that mutate files: each reads its input as a user's file is read and must neither
//! panic nor take memory or time beyond the input's own size.

use crate::adapter::{Adapter, LoraConfig};
use crate::config::EncoderConfig;
use crate::error::Error;
use crate::weights::{HeadWeights, Weights};

/// A `config.json`, and what may be asked of its sizes before there is a checkpoint.
///
/// # Errors
/// Whatever is wrong with it.
pub fn config(bytes: &[u8]) -> Result<EncoderConfig, Error> {
    let config = EncoderConfig::from_bytes(bytes)?;
    let lora = LoraConfig::new(1, 1.0, ["query"]);
    lora.parameters(&config)?;
    // An empty checkpoint: sizes that no file has are refused before anything of that size is made.
    let empty = Weights::from_bytes("empty", &b"\x02\0\0\0\0\0\0\0{}"[..])?;
    let head = HeadWeights::load(&config, &empty, None, None, 0);
    match head {
        Ok(_) => unreachable!("an empty checkpoint has no encoder"),
        Err(_) => Ok(config),
    }
}

/// An `adapter_config.json` and an `adapter_model.safetensors` for the given encoder.
///
/// # Errors
/// Whatever is wrong with them.
pub fn adapter(config: &[u8], tensors: &[u8], encoder: &EncoderConfig) -> Result<Adapter, Error> {
    let config = LoraConfig::from_bytes(config)?;
    let file = Weights::from_bytes("adapter_model.safetensors", tensors.to_vec())?;
    Adapter::read(config, &file, encoder)
}

/// A safetensors file, every tensor of it.
///
/// # Errors
/// Whatever is wrong with it.
pub fn safetensors(bytes: &[u8]) -> Result<(), Error> {
    Weights::from_bytes("FILE", bytes.to_vec())?
        .read_all()
        .map(drop)
}
