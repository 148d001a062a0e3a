//! Turns texts into token ids, and token ids into text.

use tokenizers::{
    Encoding, PostProcessor, TruncationParams, TruncationStrategy, truncate_encodings,
};

use crate::dataset::Example;
use crate::error::{Error, Result};

use super::{Encoded, Tokenizer};
use crate::fence::fenced_call;

impl Tokenizer {
    /// Returns the ids of a text or pair with the tokenizer's special tokens, at most `max_length`.
    ///
    /// The ids are those of `AutoTokenizer.from_pretrained(FOLDER)(text, pair, truncation=True,
    /// max_length=max_length)` of transformers 5.23. The texts are not changed before. In a pair the longer text is
    /// cut first, on the side that the folder names (`truncation_side`). An empty second text counts as no second
    /// text.
    ///
    /// # Errors
    /// [`Error::MaxLength`] if `max_length` leaves no room for text; [`Error::Encode`] if the tokenizer refuses the
    /// text, for example because of an unknown word when the vocabulary has no unknown token.
    pub fn encode(&self, text: &str, pair: Option<&str>, max_length: usize) -> Result<Encoded> {
        let pair = pair.filter(|pair| !pair.is_empty());
        let processor = self.inner.get_post_processor();
        let special = processor.map_or(0, |processor| processor.added_tokens(pair.is_some()));
        if max_length <= special {
            return Err(Error::MaxLength {
                max_length,
                special,
            });
        }
        let call = || -> tokenizers::Result<(usize, Encoding)> {
            let first = self.inner.encode(text, false)?;
            let second = pair
                .map(|pair| self.inner.encode(pair, false))
                .transpose()?;
            let second = second.map(|mut encoding| {
                encoding.set_type_ids(vec![1; encoding.len()]);
                encoding
            });
            let whole = first.len() + second.as_ref().map_or(0, Encoding::len);
            // The library's own truncation stops tokenizing early, and could then take the longer of two long texts
            // for the shorter one.
            let room = TruncationParams {
                direction: self.direction,
                max_length: max_length - special,
                strategy: TruncationStrategy::LongestFirst,
                stride: 0,
            };
            let (first, second) = truncate_encodings(first, second, &room)?;
            Ok((
                whole + special,
                self.inner.post_process(first, second, true)?,
            ))
        };
        let (length, kept) = fenced_call(call).map_err(|reason| refused(text, reason))?;
        let ids = kept.get_ids().to_vec();
        let types = if self.types && !self.one_type {
            kept.get_type_ids().to_vec()
        } else {
            vec![0; ids.len()]
        };
        let unknown = ids.iter().filter(|&&id| Some(id) == self.unknown).count();
        Ok(Encoded {
            truncated: length.saturating_sub(ids.len()),
            unknown,
            ids,
            types,
        })
    }

    /// Returns the ids of examples, each of its own length.
    ///
    /// # Errors
    /// As [`Tokenizer::encode`].
    pub fn encode_all(&self, examples: &[Example], max_length: usize) -> Result<Vec<Encoded>> {
        let encode = |e: &Example| self.encode(&e.text, e.pair.as_deref(), max_length);
        examples.iter().map(encode).collect()
    }

    /// Returns the text of token ids, without special tokens and without ids that belong to no token.
    ///
    /// # Errors
    /// [`Error::Encode`] if the tokenizer's decoder refuses the tokens.
    pub fn decode(&self, ids: &[u32]) -> Result<String> {
        fenced_call(|| self.inner.decode(ids, true))
            .map_err(|reason| refused(&format!("{ids:?}"), reason))
    }
}

fn refused(text: &str, reason: String) -> Error {
    Error::Encode {
        text: text.chars().take(40).collect(),
        reason,
    }
}
