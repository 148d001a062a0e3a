//! All readers of users' files, as functions of bytes.
//!
//! The files of `corpus/NAME` belong to the target of that name. `tests/corpus.rs` replays and damages them with the
//! ordinary build; `benches/fuzz/run` runs a target under libFuzzer, starting from the same files.

use sha2::{Digest, Sha256};
use tangent_datasets::fuzz as datasets;
use tangent_linearize::train::Checkpoint;
use tangent_lora::EncoderConfig;
use tangent_lora::fuzz as lora;
use tangent_paper::fuzz as paper;

/// A reader of files: its name, and a function that returns whether bytes could be read.
///
/// For any bytes, the function ends soon, takes memory in proportion to their number, and does not panic.
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

/// The configuration of the encoder that the adapters of the corpus fit.
const ENCODER: &[u8] = include_bytes!("../corpus/config/bert.json");

/// Factors of an adapter of this encoder.
const FACTORS: &[u8] = include_bytes!("../corpus/safetensors/adapter.safetensors");

/// Reads an `adapter_config.json` and, after the first zero byte, which JSON never contains, an
/// `adapter_model.safetensors`.
fn adapter(bytes: &[u8]) -> bool {
    let mut parts = bytes.splitn(2, |&byte| byte == 0);
    let config = parts.next().unwrap_or_default();
    let factors = parts.next().unwrap_or(FACTORS);
    let encoder = EncoderConfig::from_bytes(ENCODER).expect("the corpus's own configuration");
    lora::adapter(config, factors, &encoder).is_ok()
}

/// Reads a checkpoint as it is, and with its correct hash, because the reader checks little of a checkpoint whose hash
/// is wrong.
fn checkpoint(bytes: &[u8]) -> bool {
    let mut whole = bytes.to_vec();
    if let Some((content, hash)) = whole.split_last_chunk_mut::<32>() {
        hash.copy_from_slice(&Sha256::digest(content));
    }
    let read = Checkpoint::from_bytes(&whole);
    // What was read can be written, and is then read as the same.
    if let Ok(read) = &read {
        let written = read.to_bytes().expect("no more facts than there were");
        let again = Checkpoint::from_bytes(&written).expect("it was just written");
        // Not as bytes, whose metadata come in any order, nor as values, where NaN is not itself.
        assert_eq!(format!("{again:?}"), format!("{read:?}"));
    }
    read.is_ok() | Checkpoint::from_bytes(bytes).is_ok()
}

/// Defines the program of one target for libFuzzer.
///
/// libFuzzer's panic hook ends the program at every panic, even at one that a reader catches, which is not a failure.
/// The hook is therefore removed; a panic that leaves the reader still ends the program.
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
