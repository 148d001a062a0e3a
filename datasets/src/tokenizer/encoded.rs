//! What becomes of texts.

use serde::{Deserialize, Serialize};

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
