//! Damaged and made-up files through the readers: no panic, and no time to speak of.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use proptest::prelude::*;
use tangent_datasets::fuzz;

/// The committed files of one format.
fn corpus(format: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/corpus")
        .join(format);
    let mut paths: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    assert!(!paths.is_empty());
    paths
        .into_iter()
        .map(|path| fs::read(path).unwrap())
        .collect()
}

/// One change to a file.
#[derive(Clone, Debug)]
enum Change {
    Byte(prop::sample::Index, u8),
    Insert(prop::sample::Index, Vec<u8>),
    Remove(prop::sample::Index, usize),
    /// Puts a piece in many times over.
    Repeat(prop::sample::Index, usize, usize),
}

impl Change {
    fn apply(&self, bytes: &mut Vec<u8>) {
        let place = |index: &prop::sample::Index| index.index(bytes.len() + 1);
        match self {
            Self::Byte(index, byte) => {
                let at = place(index);
                if let Some(old) = bytes.get_mut(at) {
                    *old = *byte;
                }
            }
            Self::Insert(index, piece) => {
                let at = place(index);
                bytes.splice(at..at, piece.iter().copied());
            }
            Self::Remove(index, length) => {
                let at = place(index);
                let end = (at + length).min(bytes.len());
                bytes.drain(at..end);
            }
            Self::Repeat(index, length, times) => {
                let at = place(index);
                let piece = bytes[at..(at + length).min(bytes.len())].repeat(*times);
                bytes.splice(at..at, piece);
            }
        }
    }
}

fn change() -> impl Strategy<Value = Change> {
    let index = any::<prop::sample::Index>;
    let tokens = [
        "\"", "\"\"", "\r", "\n", "\0", "{", "}", "[", "]", ":", ",", ";", "\t", "null", "1e999",
        "\u{feff}", "\\u",
    ];
    let piece = prop_oneof![
        prop::sample::select(tokens.to_vec()).prop_map(|token| token.as_bytes().to_vec()),
        prop::collection::vec(any::<u8>(), 1..5),
    ];
    prop_oneof![
        (index(), any::<u8>()).prop_map(|(i, byte)| Change::Byte(i, byte)),
        (index(), piece).prop_map(|(i, piece)| Change::Insert(i, piece)),
        (index(), 1..20_usize).prop_map(|(i, length)| Change::Remove(i, length)),
        (index(), 1..20_usize, 1..2000_usize)
            .prop_map(|(i, length, times)| Change::Repeat(i, length, times)),
    ]
}

fn damaged(format: &str) -> impl Strategy<Value = Vec<u8>> + use<> {
    (
        prop::sample::select(corpus(format)),
        prop::collection::vec(change(), 0..6),
    )
        .prop_map(|(mut bytes, changes)| {
            for change in changes {
                change.apply(&mut bytes);
            }
            bytes.truncate(1 << 20);
            bytes
        })
}

/// At most a megabyte, which a linear reader has behind it in milliseconds.
fn quickly(read: impl FnOnce()) -> Result<(), TestCaseError> {
    let start = Instant::now();
    read();
    prop_assert!(start.elapsed() < Duration::from_secs(20));
    Ok(())
}

proptest! {
    #[test]
    fn delimited_text(bytes in damaged("delimited")) {
        quickly(|| fuzz::delimited(&bytes))?;
    }

    #[test]
    fn json(bytes in damaged("json")) {
        quickly(|| fuzz::json(&bytes))?;
    }

    #[test]
    fn bytes_of_no_format(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        quickly(|| {
            fuzz::delimited(&bytes);
            fuzz::json(&bytes);
            fuzz::parquet(&bytes);
        })?;
    }
}
