//! The files of a tokenizer's folder, in memory.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::error::{Error, Result};
use crate::regular::unread;

use super::settings::Settings;

/// The vocabulary, the normalizer and all else in one file.
pub(super) const TOKENIZER: &str = "tokenizer.json";
/// How a class of transformers is to be made.
pub(super) const SETTINGS: &str = "tokenizer_config.json";
/// The model's configuration, of which two keys choose the class.
pub(super) const MODEL: &str = "config.json";
/// The special tokens by name, from before transformers 4.34.
pub(super) const SPECIAL: &str = "special_tokens_map.json";
/// Tokens added to the vocabulary, from before transformers 4.34.
pub(super) const ADDED: &str = "added_tokens.json";
/// A WordPiece vocabulary, one token a line.
pub(super) const WORDS: &str = "vocab.txt";
/// A BPE vocabulary.
pub(super) const VOCABULARY: &str = "vocab.json";
/// The merges of a BPE vocabulary.
pub(super) const MERGES: &str = "merges.txt";

/// Every file that a folder's tokenizer may be read from.
pub(crate) const NAMES: [&str; 8] = [
    ADDED, MODEL, MERGES, SPECIAL, TOKENIZER, SETTINGS, VOCABULARY, WORDS,
];

/// Vocabularies of other libraries, which transformers converts.
/// It prefers the first three to [`WORDS`], [`VOCABULARY`] and [`MERGES`].
const FOREIGN: [&str; 6] = [
    "tekken.json",
    "tokenizer.model",
    "tiktoken.model",
    "sentencepiece.bpe.model",
    "spiece.model",
    "spm.model",
];
const PREFERRED: usize = 3;

/// No tokenizer has a larger file.
const MOST_BYTES: u64 = 1 << 29;

/// Named files, and where they are said to lie.
#[derive(Debug)]
pub(super) struct Files {
    folder: PathBuf,
    held: BTreeMap<String, Vec<u8>>,
    /// Which of [`FOREIGN`] lie beside them.
    foreign: Vec<&'static str>,
    /// Where the file lies that is read as `tokenizer.json`.
    tokenizer: PathBuf,
}

impl Files {
    /// Reads those files of a folder that its tokenizer is made of; one that is not there is no error.
    pub(super) fn open(folder: &Path) -> Result<Self> {
        let mut files = Self::named(folder, []);
        for name in [MODEL, SETTINGS, SPECIAL, ADDED] {
            files.take(name)?;
        }
        let versioned = Settings::read(&files, SETTINGS)?.tokenizer_file()?;
        if let Some(name) = versioned {
            files.tokenizer = folder.join(name);
        }
        files.take(TOKENIZER)?;
        if files.get(TOKENIZER).is_none() {
            for name in [WORDS, VOCABULARY, MERGES] {
                files.take(name)?;
            }
            let is_there = |name: &&str| folder.join(name).exists();
            files.foreign = FOREIGN.into_iter().filter(is_there).collect();
        }
        Ok(files)
    }

    /// The one file of a tokenizer that needs no other.
    pub(super) fn open_alone(path: &Path) -> Result<Self> {
        let mut files = Self::named(path.parent().unwrap_or(Path::new("")), []);
        let bytes = read(path)?.ok_or_else(|| missing(path, "No such file"))?;
        files.tokenizer = path.into();
        files.held.insert(TOKENIZER.to_owned(), bytes);
        Ok(files)
    }

    /// Files that are in memory already.
    pub(super) fn named(folder: &Path, held: impl IntoIterator<Item = (String, Vec<u8>)>) -> Self {
        Self {
            folder: folder.into(),
            held: held.into_iter().collect(),
            foreign: Vec::new(),
            tokenizer: folder.join(TOKENIZER),
        }
    }

    fn take(&mut self, name: &str) -> Result<()> {
        if let Some(bytes) = read(&self.path(name))? {
            self.held.insert(name.to_owned(), bytes);
        }
        Ok(())
    }

    /// A vocabulary of another library that transformers would read:
    /// in place of all files here, or, if `last`, where none of those is.
    pub(super) fn foreign(&self, last: bool) -> Option<&'static str> {
        let from = if last { FOREIGN.len() } else { PREFERRED };
        let preferred = FOREIGN.iter().take(from);
        preferred.copied().find(|name| self.foreign.contains(name))
    }

    pub(super) fn get(&self, name: &str) -> Option<&[u8]> {
        self.held.get(name).map(Vec::as_slice)
    }

    /// The place of a file, for messages.
    pub(super) fn path(&self, name: &str) -> PathBuf {
        match name {
            TOKENIZER => self.tokenizer.clone(),
            name => self.folder.join(name),
        }
    }

    /// An error about a file.
    pub(super) fn unusable(&self, name: &str, reason: impl Into<String>) -> Error {
        Error::Tokenizer {
            path: self.path(name),
            reason: reason.into(),
        }
    }

    /// The text of a file, if it is there.
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

    /// A JSON file, if it is there.
    pub(super) fn json(&self, name: &str) -> Result<Option<Value>> {
        let Some(text) = self.text(name)? else {
            return Ok(None);
        };
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let read = serde_json::from_str(text);
        read.map(Some)
            .map_err(|error| self.unusable(name, format!("it is not JSON: {error}")))
    }

    /// An error for a folder in which there is nothing to read.
    pub(super) fn nothing(&self, looked: &str) -> Error {
        missing(
            &self.path(TOKENIZER),
            &format!("No such file, nor {looked}"),
        )
    }

    /// SHA-256 over the name, length and bytes of each file, in the order of the names.
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

/// The bytes of a file, if there is one.
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
