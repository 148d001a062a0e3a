//! Turns texts into token ids, with tokenizers in the file formats of Hugging Face.
//!
//! A folder is read as transformers 5.23 reads it (`class.rs`), and the ids are equal to those of transformers:
//! `tests/tokenizers` compares them over many folders.

mod charsmap;
mod check;
mod class;
mod compare;
mod encode;
mod encoded;
mod files;
mod folder;
mod fuzz;
mod load;
mod pipeline;
mod postprocess;
mod settings;
mod special;
mod vocabulary;
mod written;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use serde_json::json;
use tokenizers::{Tokenizer as Inner, TruncationDirection};

use crate::error::Result;

use files::{Files, TOKENIZER};

pub use encoded::{Encoded, Lengths};
pub use fuzz::folder as fuzz_folder;

/// A tokenizer that never pads and never truncates silently.
#[derive(Clone, Debug)]
pub struct Tokenizer {
    inner: Arc<Inner>,
    /// The id of the token for text that the vocabulary does not know.
    unknown: Option<u32>,
    /// Whether pairs have token types.
    types: bool,
    one_type: bool,
    direction: TruncationDirection,
    max_length: Option<usize>,
    /// The ids of special tokens that no file has in its vocabulary.
    appended: BTreeSet<u32>,
    warnings: Vec<String>,
    sha256: String,
}

impl Tokenizer {
    /// Returns the tokenizer of a model's folder, as `AutoTokenizer.from_pretrained` of transformers 5.23 would read
    /// it.
    ///
    /// It is read from `tokenizer.json`, or without that from `vocab.txt` (BERT) or from `vocab.json` and `merges.txt`
    /// (RoBERTa, GPT-2); in addition from `tokenizer_config.json`, `special_tokens_map.json`, `added_tokens.json` and
    /// `config.json` if they exist. Truncation, padding and dropout that a file asks for are turned off.
    /// [`Tokenizer::warnings`] says what was assumed or ignored.
    ///
    /// # Errors
    /// [`Error::Io`](crate::Error::Io) if a file can't be read or there is none;
    /// [`Error::NotAFile`](crate::Error::NotAFile) if a folder, a pipe or a device has the name of one;
    /// [`Error::Tokenizer`](crate::Error::Tokenizer) if a file is damaged, or asks for a class of transformers or a
    /// kind of vocabulary (SentencePiece's) that this crate does not implement.
    pub fn from_dir(dir: impl AsRef<Path>) -> Result<Self> {
        load::folder(&folder::open(dir.as_ref())?)
    }

    /// Returns the tokenizer of a `tokenizer.json`, ignoring the files beside it; for a folder the same as
    /// [`Tokenizer::from_dir`].
    ///
    /// # Errors
    /// As [`Tokenizer::from_dir`].
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        if path.is_dir() {
            return Self::from_dir(path);
        }
        load::alone(&Files::open_alone(path)?)
    }

    /// Returns the tokenizer that the bytes of a `tokenizer.json` describe.
    ///
    /// # Errors
    /// [`Error::Tokenizer`](crate::Error::Tokenizer) if the bytes are not a valid tokenizer.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let held = [(TOKENIZER.to_owned(), bytes.to_vec())];
        load::alone(&Files::named(Path::new(""), held))
    }

    /// Adapts the token types to a model: with a `type_vocab_size` of 1 all types are 0.
    pub fn with_type_vocab_size(mut self, size: usize) -> Self {
        self.one_type = size <= 1;
        self
    }

    /// Returns the least number of rows that a model's embedding must have: the largest id plus 1.
    ///
    /// Special tokens that no file has in its vocabulary get ids after its end and are not counted: a text has their
    /// ids only if their names are written in it.
    pub fn vocabulary_size(&self) -> usize {
        let ids = self.inner.get_vocab(true).into_values();
        let ids = ids.filter(|id| !self.appended.contains(id));
        ids.max().map_or(0, |id| id as usize + 1)
    }

    /// Returns the largest number of tokens that the model can take, including special tokens, if the folder
    /// specifies it
    /// (`model_max_length`).
    pub fn max_length(&self) -> Option<usize> {
        self.max_length
    }

    /// Returns the id of a token, `<mask>` for example, if the vocabulary has the token.
    pub fn id(&self, token: &str) -> Option<u32> {
        self.inner.token_to_id(token)
    }

    /// Returns the ids of the special tokens in ascending order.
    pub fn special_ids(&self) -> Vec<u32> {
        let added = self.inner.get_added_tokens_decoder();
        let mut ids: Vec<u32> = added
            .iter()
            .filter(|(_, t)| t.special)
            .map(|(&id, _)| id)
            .collect();
        ids.sort_unstable();
        ids
    }

    /// Returns what was assumed or ignored, in sentences that name the file and the key.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// Returns the SHA-256 over the names and bytes of the files that were read, in the order of their names, as 64
    /// hexadecimal digits.
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// Returns the text of a `tokenizer.json` that describes completely how this tokenizer finds tokens.
    ///
    /// In a model's folder it needs a `tokenizer_config.json` with the text of [`Tokenizer::to_config_json`] beside it:
    /// without that, transformers makes a different tokenizer from its vocabulary.
    #[expect(
        clippy::expect_used,
        reason = "serialising fails only for user-defined parts, and panics only if two tokens share an id, which is \
                  checked when a tokenizer is read"
    )]
    pub fn to_json(&self) -> String {
        self.inner
            .to_string(true)
            .expect("a tokenizer read from JSON can be written as JSON")
    }

    /// Returns the text of the `tokenizer_config.json` with which [`Tokenizer::from_dir`] and transformers use the
    /// text of
    /// [`Tokenizer::to_json`] as it is.
    pub fn to_config_json(&self) -> String {
        let mut names = vec!["input_ids", "attention_mask"];
        if self.types && !self.one_type {
            names.insert(1, "token_type_ids");
        }
        let mut config = json!({
            "tokenizer_class": "PreTrainedTokenizerFast",
            "model_input_names": names,
            "truncation_side": self.direction.as_ref(),
            "split_special_tokens": self.inner.get_encode_special_tokens(),
        });
        if let (Some(length), Some(keys)) = (self.max_length, config.as_object_mut()) {
            keys.insert("model_max_length".to_owned(), json!(length));
        }
        format!("{config:#}\n")
    }
}
