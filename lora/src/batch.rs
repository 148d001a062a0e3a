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
    /// Checks `ids` and `types`, which must be equally many, with the special tokens and without padding.
    ///
    /// Position ids are 0, 1, … for BERT. For RoBERTa they count from the padding index + 1, and a padding token has
    /// the padding index itself.
    ///
    /// # Errors
    /// The sequence is empty; ids and types differ in number; the sequence is longer than the model's positions; an id
    /// or a type is outside its embedding.
    pub fn new(config: &EncoderConfig, ids: &[u32], types: &[u32]) -> Result<Self, Error> {
        if ids.is_empty() {
            return Err(Error::EmptySequence);
        }
        if ids.len() != types.len() {
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

/// Examples that lie one after the other, without padding.
#[derive(Clone, Debug)]
pub struct Batch {
    ids: Vec<usize>,
    types: Vec<usize>,
    positions: Vec<usize>,
    spans: Spans,
}

impl Batch {
    /// Returns the batch of the examples in the given order; it is fastest if examples of equal length are neighbours.
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

    /// Returns the token ids.
    pub fn ids(&self) -> &[usize] {
        &self.ids
    }

    /// Returns the token types.
    pub fn types(&self) -> &[usize] {
        &self.types
    }

    /// Returns the position ids.
    pub fn positions(&self) -> &[usize] {
        &self.positions
    }

    /// Returns which tokens belong to which example.
    pub fn spans(&self) -> &Spans {
        &self.spans
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// A configuration with eleven words and nine positions; RoBERTa cannot use the first two positions.
    fn config(architecture: &str, types: usize) -> EncoderConfig {
        EncoderConfig::from_json(&json!({
            "model_type": architecture, "vocab_size": 11, "hidden_size": 4, "num_hidden_layers": 1,
            "num_attention_heads": 1, "intermediate_size": 4, "max_position_embeddings": 9, "type_vocab_size": types,
        }))
        .expect("a valid configuration")
    }

    fn refusal(config: &EncoderConfig, ids: &[u32], types: &[u32]) -> String {
        Sequence::new(config, ids, types).unwrap_err().to_string()
    }

    #[test]
    fn an_empty_example_is_refused() {
        let message =
            "an example has no tokens; leave it out, or encode it with the special tokens";
        let bert = config("bert", 2);
        assert_eq!(refusal(&bert, &[], &[]), message);
        assert_eq!(refusal(&bert, &[], &[0]), message);
    }

    #[test]
    fn a_type_is_needed_for_each_id() {
        let bert = config("bert", 2);
        let advice = "give one type for each id, 0 where the tokenizer has none";
        assert_eq!(
            refusal(&bert, &[2, 3, 4], &[0, 0]),
            format!("an example has 3 token ids and 2 token types; {advice}")
        );
        assert_eq!(
            refusal(&bert, &[2], &[]),
            format!("an example has 1 token ids and 0 token types; {advice}")
        );
    }

    #[test]
    fn an_example_may_fill_all_positions_and_no_more() {
        for (architecture, max) in [("bert", 9), ("roberta", 7)] {
            let config = config(architecture, 2);
            let of = |tokens| (vec![2; tokens], vec![0; tokens]);
            let (ids, types) = of(max);
            assert_eq!(Sequence::new(&config, &ids, &types).unwrap().tokens(), max);
            let (ids, types) = of(max + 1);
            let tokens = max + 1;
            assert_eq!(
                refusal(&config, &ids, &types),
                format!(
                    "an example has {tokens} tokens, the model has positions for {max}; truncate it to {max}"
                )
            );
        }
    }

    #[test]
    fn ids_and_types_of_another_models_tokenizer_are_refused() {
        let roberta = config("roberta", 1);
        assert!(Sequence::new(&roberta, &[0, 10], &[0, 0]).is_ok());
        let advice = "use the tokenizer that belongs to this model";
        assert_eq!(
            refusal(&roberta, &[0, 10, 11, 30_521], &[0; 4]),
            format!(
                "token id 11, number 2 of the example counted from 0, has no row in the model's embedding of 11 \
                 (0 to 10); {advice}"
            )
        );
        assert_eq!(
            refusal(&roberta, &[u32::MAX], &[0]),
            format!(
                "token id 4294967295, number 0 of the example counted from 0, has no row in the model's embedding \
                 of 11 (0 to 10); {advice}"
            )
        );
        // A pair of sentences, as BERT's tokenizer marks it.
        assert_eq!(
            refusal(&roberta, &[0, 5, 2, 6], &[0, 0, 0, 1]),
            format!(
                "token type 1, number 3 of the example counted from 0, has no row in the model's embedding of 1 \
                 (0 to 0); {advice}"
            )
        );
    }

    #[test]
    fn positions_follow_the_architecture() {
        let positions = |architecture| {
            let sequence = Sequence::new(&config(architecture, 2), &[0, 5, 1, 6], &[0; 4]);
            sequence.unwrap().positions
        };
        assert_eq!(positions("bert"), [0, 1, 2, 3]);
        // RoBERTa's padding token is 1: it stays at its own index and is not counted.
        assert_eq!(positions("roberta"), [2, 3, 1, 4]);
    }

    #[test]
    fn a_batch_lays_examples_end_to_end() {
        let bert = config("bert", 2);
        let [one, two] = [(&[3, 4, 5][..], &[0, 0, 1][..]), (&[6], &[1])]
            .map(|(ids, types)| Sequence::new(&bert, ids, types).unwrap());
        let batch = Batch::new(&[&two, &one]);
        assert_eq!(batch.ids(), [6, 3, 4, 5]);
        assert_eq!(batch.types(), [1, 0, 0, 1]);
        assert_eq!(batch.positions(), [0, 0, 1, 2]);
        assert_eq!((batch.spans().count(), batch.spans().rows()), (2, 4));
    }
}
