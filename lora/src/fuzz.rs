//! Entry points for tests that mutate the bytes of files. Each reads its input in the way a user's file is read, and
//! must neither panic nor take memory or time beyond the input's own size.

use crate::adapter::{Adapter, LoraConfig};
use crate::config::EncoderConfig;
use crate::error::Error;
use crate::weights::{HeadWeights, Weights};

/// Reads a `config.json`, and uses its sizes as a program may before it has a checkpoint.
///
/// # Errors
/// Whatever is wrong with the file.
pub fn config(bytes: &[u8]) -> Result<EncoderConfig, Error> {
    let config = EncoderConfig::from_bytes(bytes)?;
    let lora = LoraConfig::new(1, 1.0, ["query"]);
    lora.parameters(&config)?;
    // With an empty checkpoint, sizes that no file has must be refused before anything of that size is allocated.
    let empty = Weights::from_bytes("empty", &b"\x02\0\0\0\0\0\0\0{}"[..])?;
    let head = HeadWeights::load(&config, &empty, None, None, 0);
    match head {
        Ok(_) => unreachable!("an empty checkpoint has no encoder"),
        Err(_) => Ok(config),
    }
}

/// Reads an `adapter_config.json` and an `adapter_model.safetensors` for the given encoder.
///
/// # Errors
/// Whatever is wrong with the files.
pub fn adapter(config: &[u8], tensors: &[u8], encoder: &EncoderConfig) -> Result<Adapter, Error> {
    let config = LoraConfig::from_bytes(config)?;
    let file = Weights::from_bytes("adapter_model.safetensors", tensors.to_vec())?;
    Adapter::read(config, &file, encoder)
}

/// Reads every tensor of a safetensors file.
///
/// # Errors
/// Whatever is wrong with the file.
pub fn safetensors(bytes: &[u8]) -> Result<(), Error> {
    Weights::from_bytes("FILE", bytes.to_vec())?
        .read_all()
        .map(drop)
}
