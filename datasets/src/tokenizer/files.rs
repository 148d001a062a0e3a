//! The files of a tokenizer's folder, read into memory.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::error::{Error, Result};
use crate::regular::unread;

/// The vocabulary, the normalizer and all other parts in one file.
pub(super) const TOKENIZER: &str = "tokenizer.json";
/// The settings with which a class of transformers is made.
pub(super) const SETTINGS: &str = "tokenizer_config.json";
/// The model's configuration, two keys of which can choose the class.
pub(super) const MODEL: &str = "config.json";
/// The special tokens by name, in the format of before transformers 4.34.
pub(super) const SPECIAL: &str = "special_tokens_map.json";
/// The tokens added to the vocabulary, in the format of before transformers 4.34.
pub(super) const ADDED: &str = "added_tokens.json";
/// A WordPiece vocabulary, one token on each line.
pub(super) const WORDS: &str = "vocab.txt";
/// A BPE vocabulary.
pub(super) const VOCABULARY: &str = "vocab.json";
/// The merges of a BPE vocabulary.
pub(super) const MERGES: &str = "merges.txt";

/// All files from which a folder's tokenizer may be read.
pub(crate) const NAMES: [&str; 8] = [
    ADDED, MODEL, MERGES, SPECIAL, TOKENIZER, SETTINGS, VOCABULARY, WORDS,
];

/// The vocabularies of other libraries, which transformers converts. It prefers the first [`PREFERRED`] of them to
/// [`WORDS`], [`VOCABULARY`] and [`MERGES`].
const FOREIGN: [&str; 6] = [
    "tekken.json",
    "tokenizer.model",
    "tiktoken.model",
    "sentencepiece.bpe.model",
    "spiece.model",
    "spm.model",
];
const PREFERRED: usize = 3;

/// The largest number of bytes that is read of a file; no tokenizer needs more.
const MOST_BYTES: u64 = 1 << 29;

/// Files by name, with the paths that messages give them.
#[derive(Debug)]
pub(super) struct Files {
    folder: PathBuf,
    held: BTreeMap<String, Vec<u8>>,
    /// The names of [`FOREIGN`] that the folder has.
    foreign: Vec<&'static str>,
    /// The path of the file that is read as `tokenizer.json`.
    tokenizer: PathBuf,
}

impl Files {
    /// Reads a `tokenizer.json` that needs no other file.
    pub(super) fn open_alone(path: &Path) -> Result<Self> {
        let mut files = Self::named(path.parent().unwrap_or(Path::new("")), []);
        let bytes = read(path)?.ok_or_else(|| missing(path, "No such file"))?;
        files.tokenizer = path.into();
        files.held.insert(TOKENIZER.to_owned(), bytes);
        Ok(files)
    }

    /// Reads another file of the folder in place of `tokenizer.json` from now on.
    pub(super) fn read_as_tokenizer(&mut self, name: &str) {
        self.tokenizer = self.folder.join(name);
    }

    /// Notes which vocabularies of other libraries the folder has.
    pub(super) fn note_foreign(&mut self) {
        let is_there = |name: &&str| self.folder.join(name).exists();
        self.foreign = FOREIGN.into_iter().filter(is_there).collect();
    }

    /// Returns files that are already in memory.
    pub(super) fn named(folder: &Path, held: impl IntoIterator<Item = (String, Vec<u8>)>) -> Self {
        Self {
            folder: folder.into(),
            held: held.into_iter().collect(),
            foreign: Vec::new(),
            tokenizer: folder.join(TOKENIZER),
        }
    }

    /// Reads a file of the folder, if it is there.
    pub(super) fn take(&mut self, name: &str) -> Result<()> {
        if let Some(bytes) = read(&self.path(name))? {
            self.held.insert(name.to_owned(), bytes);
        }
        Ok(())
    }

    /// Returns a vocabulary of another library that transformers would read: one that it prefers to the files read
    /// here, or, if `last`, also one that it would read only if these are missing.
    pub(super) fn foreign(&self, last: bool) -> Option<&'static str> {
        let from = if last { FOREIGN.len() } else { PREFERRED };
        let preferred = FOREIGN.iter().take(from);
        preferred.copied().find(|name| self.foreign.contains(name))
    }

    pub(super) fn get(&self, name: &str) -> Option<&[u8]> {
        self.held.get(name).map(Vec::as_slice)
    }

    /// Returns the path of a file.
    pub(super) fn path(&self, name: &str) -> PathBuf {
        match name {
            TOKENIZER => self.tokenizer.clone(),
            name => self.folder.join(name),
        }
    }

    /// Returns an error about a file.
    pub(super) fn unusable(&self, name: &str, reason: impl Into<String>) -> Error {
        Error::Tokenizer {
            path: self.path(name),
            reason: reason.into(),
        }
    }

    /// Returns the text of a file, if the file exists.
    pub(super) fn text(&self, name: &str) -> Result<Option<&str>> {
        let Some(bytes) = self.get(name) else {
            return Ok(None);
        };
        let text = std::str::from_utf8(bytes).map_err(|error| {
            let at = error.valid_up_to();
            self.unusable(name, format!("it is not UTF-8 text (byte {at})"))
        })?;
        Ok(Some(text))
    }

    /// Returns the content of a JSON file, if the file exists.
    pub(super) fn json(&self, name: &str) -> Result<Option<Value>> {
        let Some(text) = self.text(name)? else {
            return Ok(None);
        };
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let read = serde_json::from_str(text);
        read.map(Some)
            .map_err(|error| self.unusable(name, format!("it is not JSON: {error}")))
    }

    /// Returns the error for a folder that has no vocabulary to read.
    pub(super) fn nothing(&self, looked: &str) -> Error {
        missing(
            &self.path(TOKENIZER),
            &format!("No such file, nor {looked}"),
        )
    }

    /// Returns the SHA-256 over the name, length and bytes of each file, in the order of the names.
    pub(super) fn sha256(&self) -> String {
        let mut hash = Sha256::new();
        for (name, bytes) in &self.held {
            hash.update(name.as_bytes());
            hash.update([0]);
            hash.update((bytes.len() as u64).to_le_bytes());
            hash.update(bytes);
        }
        hash.finalize()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }
}

/// Returns the bytes of a file, if the file exists.
fn read(path: &Path) -> Result<Option<Vec<u8>>> {
    use tangent_files::Error::TooLong;
    match tangent_files::read_at_most(path, MOST_BYTES) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.is_absent() => Ok(None),
        Err(TooLong { .. }) => Err(Error::Tokenizer {
            path: path.into(),
            reason: format!("it has more than {MOST_BYTES} bytes, which no tokenizer needs"),
        }),
        Err(error) => Err(unread(path, error)),
    }
}

fn missing(path: &Path, reason: &str) -> Error {
    Error::Io {
        path: path.into(),
        source: io::Error::new(io::ErrorKind::NotFound, reason),
    }
}
