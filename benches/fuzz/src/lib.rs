//! Everything that reads a user's file, as a function of bytes.
//!
//! The files of `corpus/NAME` are for the target of that name. `tests/corpus.rs` replays and damages them with the
//! ordinary build; `benches/fuzz/run` runs a target under libFuzzer, from the same files.

use sha2::{Digest, Sha256};
use tangent_datasets::fuzz as datasets;
use tangent_linearize::train::Checkpoint;
use tangent_lora::EncoderConfig;
use tangent_lora::fuzz as lora;
use tangent_paper::fuzz as paper;

/// A reader of files: its name, and a function that returns whether bytes could be read.
///
/// Whatever the bytes are, the function ends soon, takes memory in proportion to them, and does not panic.
pub type Target = (&'static str, fn(&[u8]) -> bool);

/// All targets, in the order of their names.
pub const TARGETS: [Target; 8] = [
    ("adapter", adapter),
    ("checkpoint", checkpoint),
    ("config", |bytes| lora::config(bytes).is_ok()),
    ("delimited", datasets::delimited),
    ("json", datasets::json),
    ("result", paper::result),
    ("safetensors", |bytes| lora::safetensors(bytes).is_ok()),
    ("tokenizer", datasets::tokenizer_folder),
];

/// The encoder that the adapters of the corpus are for.
const ENCODER: &[u8] = include_bytes!("../corpus/config/bert.json");

/// Factors for it.
const FACTORS: &[u8] = include_bytes!("../corpus/safetensors/adapter.safetensors");

/// An `adapter_config.json`, and after a first byte 0, which no JSON has, an `adapter_model.safetensors`.
fn adapter(bytes: &[u8]) -> bool {
    let mut parts = bytes.splitn(2, |&byte| byte == 0);
    let config = parts.next().unwrap_or_default();
    let factors = parts.next().unwrap_or(FACTORS);
    let encoder = EncoderConfig::from_bytes(ENCODER).expect("the corpus's own configuration");
    lora::adapter(config, factors, &encoder).is_ok()
}

/// A checkpoint as it is, and with a hash that belongs to it, without which little of it is looked at.
fn checkpoint(bytes: &[u8]) -> bool {
    let mut whole = bytes.to_vec();
    if let Some((content, hash)) = whole.split_last_chunk_mut::<32>() {
        hash.copy_from_slice(&Sha256::digest(content));
    }
    let read = Checkpoint::from_bytes(&whole);
    // What is read can be written, and is the same then.
    if let Ok(read) = &read {
        let written = read.to_bytes().expect("no more facts than there were");
        let again = Checkpoint::from_bytes(&written).expect("it was just written");
        assert_eq!(format!("{again:?}"), format!("{read:?}"));
    }
    read.is_ok() | Checkpoint::from_bytes(bytes).is_ok()
}

/// The program of one target for libFuzzer.
///
/// A panic that a reader catches is none, so that the hook of libFuzzer, which ends the program at every panic, is
/// taken away; a panic that leaves the reader ends it all the same.
#[cfg(feature = "libfuzzer")]
#[macro_export]
macro_rules! fuzz {
    ($name:literal) => {
        libfuzzer_sys::fuzz_target!(
            init: { let _ = std::panic::take_hook(); },
            |bytes: &[u8]| {
                let (_, read) = $crate::TARGETS
                    .iter()
                    .find(|(name, _)| *name == $name)
                    .expect("a target of that name");
                read(bytes);
            }
        );
    };
}
