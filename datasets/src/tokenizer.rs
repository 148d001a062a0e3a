//! Text to token ids, by a `tokenizer.json` as Hugging Face publishes it.

use std::path::Path;

use serde::{Deserialize, Serialize};
use tokenizers::tokenizer::{
    PostProcessor, TruncationDirection, TruncationParams, TruncationStrategy, truncate_encodings,
};

use crate::dataset::Example;
use crate::error::{Error, Result};

/// A BERT or RoBERTa tokenizer that never pads and never truncates in silence.
///
/// A truncation or padding that the file carries is switched off.
#[derive(Clone, Debug)]
pub struct Tokenizer {
    inner: tokenizers::Tokenizer,
    unknown: Option<u32>,
    one_type: bool,
}

/// One tokenized text or pair, of its own length.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Encoded {
    /// Token ids, special tokens among them.
    pub ids: Vec<u32>,
    /// Token types: 1 in the second text of BERT's pairs, else 0.
    pub types: Vec<u32>,
    /// Tokens cut off by the maximum length.
    pub truncated: usize,
    /// Tokens that the vocabulary does not know.
    pub unknown: usize,
}

/// What tokenizing many examples came to, for the result file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lengths {
    /// Examples.
    pub examples: usize,
    /// Tokens kept, special tokens among them.
    pub tokens: usize,
    /// The longest example.
    pub longest: usize,
    /// Examples that were cut.
    pub truncated_examples: usize,
    /// Tokens cut off.
    pub truncated_tokens: usize,
    /// Tokens that the vocabulary does not know.
    pub unknown_tokens: usize,
}

impl Lengths {
    /// Sums over examples.
    pub fn of(encoded: &[Encoded]) -> Self {
        let mut sum = Self {
            examples: encoded.len(),
            ..Self::default()
        };
        for one in encoded {
            sum.tokens += one.ids.len();
            sum.longest = sum.longest.max(one.ids.len());
            sum.truncated_examples += usize::from(one.truncated > 0);
            sum.truncated_tokens += one.truncated;
            sum.unknown_tokens += one.unknown;
        }
        sum
    }
}

impl Tokenizer {
    /// Reads a `tokenizer.json`, or the one in a model's folder.
    ///
    /// # Errors
    /// [`Error::Io`] if it can't be read, [`Error::Tokenizer`] if it is no tokenizer.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let file = if path.is_dir() {
            path.join("tokenizer.json")
        } else {
            path.to_owned()
        };
        let bytes = std::fs::read(&file).map_err(|source| Error::Io {
            path: file.clone(),
            source,
        })?;
        Self::from_bytes(&bytes).map_err(|error| match error {
            Error::Tokenizer { reason, .. } => Error::Tokenizer { path: file, reason },
            other => other,
        })
    }

    /// Reads the text of a `tokenizer.json`.
    ///
    /// # Errors
    /// [`Error::Tokenizer`] if it is no tokenizer.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let failed = |error: tokenizers::Error| Error::Tokenizer {
            path: "tokenizer.json".into(),
            reason: error.to_string(),
        };
        let mut inner = tokenizers::Tokenizer::from_bytes(bytes).map_err(failed)?;
        inner.with_padding(None);
        inner.with_truncation(None).map_err(failed)?;
        let unknown = ["[UNK]", "<unk>"]
            .iter()
            .find_map(|token| inner.token_to_id(token));
        Ok(Self {
            inner,
            unknown,
            one_type: false,
        })
    }

    /// Fits the token types to a model: with a `type_vocab_size` of 1 all types are 0.
    pub fn with_type_vocab_size(mut self, size: usize) -> Self {
        self.one_type = size <= 1;
        self
    }

    /// The least number of rows that a model's embedding must have: the largest id plus 1.
    pub fn vocabulary_size(&self) -> usize {
        self.inner
            .get_vocab(true)
            .values()
            .max()
            .map_or(0, |&id| id as usize + 1)
    }

    /// The id of a token, `<mask>` for example.
    pub fn id(&self, token: &str) -> Option<u32> {
        self.inner.token_to_id(token)
    }

    /// Ids of the special tokens, ascending.
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

    /// The text of some ids, special tokens left out.
    ///
    /// # Errors
    /// [`Error::Encode`] for an id that is no token's.
    pub fn decode(&self, ids: &[u32]) -> Result<String> {
        self.inner
            .decode(ids, true)
            .map_err(|error| refused(&format!("{ids:?}"), &error))
    }

    /// Tokenizes a text or pair, with the tokenizer's special tokens, to at most `max_length` tokens.
    ///
    /// Of a pair the longer text is cut first.
    ///
    /// # Errors
    /// [`Error::MaxLength`] if `max_length` has no room for text; [`Error::Encode`] if the tokenizer
    /// refuses the text.
    pub fn encode(&self, text: &str, pair: Option<&str>, max_length: usize) -> Result<Encoded> {
        let special = match self.inner.get_post_processor() {
            Some(processor) => processor.added_tokens(pair.is_some()),
            None => 0,
        };
        if max_length <= special {
            return Err(Error::MaxLength {
                max_length,
                special,
            });
        }
        let one = |text: &str| {
            self.inner
                .encode(text, false)
                .map_err(|error| refused(text, &error))
        };
        let first = one(text)?;
        let second = pair.map(one).transpose()?.map(|mut encoding| {
            encoding.set_type_ids(vec![1; encoding.len()]);
            encoding
        });
        let whole = first.len() + second.as_ref().map_or(0, |encoding| encoding.len());
        let room = TruncationParams {
            direction: TruncationDirection::Right,
            max_length: max_length - special,
            strategy: TruncationStrategy::LongestFirst,
            stride: 0,
        };
        let encoding = truncate_encodings(first, second, &room)
            .and_then(|(first, second)| self.inner.post_process(first, second, true))
            .map_err(|error| refused(text, &error))?;
        let ids = encoding.get_ids().to_vec();
        let types = if self.one_type {
            vec![0; ids.len()]
        } else {
            encoding.get_type_ids().to_vec()
        };
        let unknown = ids.iter().filter(|&&id| Some(id) == self.unknown).count();
        Ok(Encoded {
            truncated: whole + special - ids.len(),
            unknown,
            ids,
            types,
        })
    }

    /// Tokenizes examples, each to its own length.
    ///
    /// # Errors
    /// As [`Tokenizer::encode`].
    pub fn encode_all(&self, examples: &[Example], max_length: usize) -> Result<Vec<Encoded>> {
        let encode = |e: &Example| self.encode(&e.text, e.pair.as_deref(), max_length);
        examples.iter().map(encode).collect()
    }

    /// The `tokenizer.json` that this tokenizer is read from.
    pub fn to_json(&self) -> String {
        // Serialising fails only for tokenizers made of a user's own parts, which none here is.
        self.inner
            .to_string(true)
            .expect("a tokenizer read from JSON can be written as JSON")
    }
}

fn refused(text: &str, error: &tokenizers::Error) -> Error {
    Error::Encode {
        text: text.chars().take(40).collect(),
        reason: error.to_string(),
    }
}
