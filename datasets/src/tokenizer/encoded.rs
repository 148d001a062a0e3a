//! The results of tokenizing texts.

use serde::{Deserialize, Serialize};

/// One tokenized text or pair, of its own length.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Encoded {
    /// The token ids, including those of special tokens.
    pub ids: Vec<u32>,
    /// The token types: 1 in the second text of a pair for models with token types, such as BERT, else 0.
    pub types: Vec<u32>,
    /// The number of tokens cut off by the maximum length.
    pub truncated: usize,
    /// The number of tokens for text that the vocabulary does not know.
    pub unknown: usize,
}

/// The token counts of many examples, for the result file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lengths {
    /// The number of examples.
    pub examples: usize,
    /// The number of tokens kept, including special tokens.
    pub tokens: usize,
    /// The number of tokens of the longest example.
    pub longest: usize,
    /// The number of examples that were cut.
    pub truncated_examples: usize,
    /// The number of tokens cut off.
    pub truncated_tokens: usize,
    /// The number of tokens for text that the vocabulary does not know.
    pub unknown_tokens: usize,
}

impl Lengths {
    /// Returns the counts of these examples.
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
