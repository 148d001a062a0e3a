use crate::config::{Architecture, EncoderConfig};
use crate::error::Error;
use crate::ops::Spans;

/// The token ids and types of one example, checked against the model that will read them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sequence {
    ids: Vec<usize>,
    types: Vec<usize>,
    positions: Vec<usize>,
}

impl Sequence {
    /// Checks `ids` and `types` (as many of either, the special tokens among them, no padding).
    ///
    /// Position ids follow: 0, 1, … for BERT; for RoBERTa counted from its padding index + 1, and the padding index
    /// itself at a padding token.
    ///
    /// # Errors
    /// An empty sequence, one longer than the model's positions, an id or a type outside its embedding.
    pub fn new(config: &EncoderConfig, ids: &[u32], types: &[u32]) -> Result<Self, Error> {
        if ids.is_empty() || ids.len() != types.len() {
            return Err(Error::SequenceShape {
                ids: ids.len(),
                types: types.len(),
            });
        }
        if ids.len() > config.max_tokens() {
            return Err(Error::SequenceTooLong {
                tokens: ids.len(),
                max: config.max_tokens(),
            });
        }
        let check = |what, values: &[u32], size: usize| match values
            .iter()
            .position(|&v| v as usize >= size)
        {
            Some(at) => Err(Error::TokenOutOfRange {
                what,
                at,
                value: values[at],
                size,
            }),
            None => Ok(values.iter().map(|&v| v as usize).collect::<Vec<_>>()),
        };
        let types = check("token type", types, config.type_vocab_size)?;
        let positions = positions(config, ids);
        let ids = check("token id", ids, config.vocab_size)?;
        Ok(Self {
            ids,
            types,
            positions,
        })
    }

    /// The number of tokens.
    pub fn tokens(&self) -> usize {
        self.ids.len()
    }
}

fn positions(config: &EncoderConfig, ids: &[u32]) -> Vec<usize> {
    if config.architecture == Architecture::Bert {
        return (0..ids.len()).collect();
    }
    let padding = config.pad_token_id;
    let mut next = config.position_offset();
    ids.iter()
        .map(|&id| {
            if id == padding {
                return padding as usize;
            }
            next += 1;
            next - 1
        })
        .collect()
}

/// Some examples, one after the other, without padding.
#[derive(Clone, Debug)]
pub struct Batch {
    ids: Vec<usize>,
    types: Vec<usize>,
    positions: Vec<usize>,
    spans: Spans,
}

impl Batch {
    /// The examples in the given order; fastest where those of equal length are neighbours.
    pub fn new(sequences: &[&Sequence]) -> Self {
        let all =
            |of: fn(&Sequence) -> &[usize]| sequences.iter().flat_map(|s| of(s)).copied().collect();
        Self {
            ids: all(|s| &s.ids),
            types: all(|s| &s.types),
            positions: all(|s| &s.positions),
            spans: Spans::of_lengths(sequences.iter().map(|s| s.tokens())),
        }
    }

    /// Token ids.
    pub fn ids(&self) -> &[usize] {
        &self.ids
    }

    /// Token types.
    pub fn types(&self) -> &[usize] {
        &self.types
    }

    /// Position ids.
    pub fn positions(&self) -> &[usize] {
        &self.positions
    }

    /// Which tokens belong to which example.
    pub fn spans(&self) -> &Spans {
        &self.spans
    }
}
