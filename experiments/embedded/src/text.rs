//! Turns text into batches of masked examples.

use rand::{Rng, RngExt};
use tangent_datasets::generated::{Passage, corpus};
use tangent_datasets::{Encoded, Tokenizer};
use tangent_lora::{Batch, EncoderConfig, Sequence};
use tangent_random::Draws;

use super::Recipe;
use crate::Result;
use tangent_record::Hash;

/// Tokenized text, in a training and a held-out part.
pub(super) struct Text {
    pub(super) train: Vec<Encoded>,
    pub(super) held_out: Vec<Encoded>,
    /// SHA-256 of the whole text.
    pub(super) sha256: String,
}

impl Text {
    pub(super) fn new(recipe: &Recipe, tokenizer: &Tokenizer) -> Result<Self> {
        let passages = corpus(recipe.seed, recipe.passages + recipe.held_out);
        let mut hash = Hash::default();
        for Passage { text, pair } in &passages {
            let pair = pair.as_deref().unwrap_or_default();
            hash.update(format!("{text}\t{pair}\n").as_bytes());
        }
        let encode = |passage: &Passage| {
            tokenizer.encode(&passage.text, passage.pair.as_deref(), recipe.max_tokens)
        };
        let mut train = passages
            .iter()
            .map(encode)
            .collect::<std::result::Result<Vec<_>, _>>()?;
        let held_out = train.split_off(recipe.passages);
        Ok(Self {
            train,
            held_out,
            sha256: hash.hex(),
        })
    }
}

/// One batch, and the tokens that are hidden in it.
pub(super) struct Masked {
    pub(super) batch: Batch,
    /// The rows of the batch whose tokens are hidden.
    pub(super) rows: Vec<usize>,
    /// The hidden tokens.
    pub(super) tokens: Vec<u32>,
}

/// The share of the tokens that are hidden: 80 % of these are masked, 10 % become another token, 10 % stay.
const SHARE: f64 = 0.15;
/// The number of special tokens, which come first; they are never hidden and never replace others.
const SPECIAL: u32 = 5;
const MASK: u32 = 4;

/// Endless batches of a text, or one pass over it. The examples of a batch have equal length, because attention
/// processes neighbours of equal length together.
pub(super) struct Batches<'a> {
    config: &'a EncoderConfig,
    text: &'a [Encoded],
    draws: Draws,
    groups: Vec<Vec<usize>>,
    next: usize,
}

impl<'a> Batches<'a> {
    /// Returns the batches of a text. `stream` separates the random draws of two uses of one seed.
    pub(super) fn new(
        recipe: &Recipe,
        config: &'a EncoderConfig,
        text: &'a [Encoded],
        stream: u64,
    ) -> Self {
        let mut order: Vec<usize> = (0..text.len()).collect();
        order.sort_by_key(|&i| text[i].ids.len());
        let groups = order
            .chunk_by(|&a, &b| text[a].ids.len() == text[b].ids.len())
            .flat_map(|same| same.chunks((recipe.batch_tokens / text[same[0]].ids.len()).max(1)))
            .map(<[usize]>::to_vec)
            .collect();
        Self {
            config,
            text,
            draws: Draws::new(recipe.seed, stream),
            groups,
            next: 0,
        }
    }

    /// Returns every batch once, in the order of their lengths.
    pub(super) fn once(mut self) -> Result<Vec<Masked>> {
        (0..self.groups.len())
            .map(|group| self.mask(group))
            .collect()
    }

    /// Returns the next batch of endless passes over the text, each in random order.
    pub(super) fn draw(&mut self) -> Result<Masked> {
        if self.next == 0 {
            for last in (1..self.groups.len()).rev() {
                let other = self.draws.rng().random_range(0..=last as u64) as usize;
                self.groups.swap(last, other);
            }
        }
        let group = self.next;
        self.next = (group + 1) % self.groups.len();
        self.mask(group)
    }

    fn mask(&mut self, group: usize) -> Result<Masked> {
        let (mut sequences, mut rows, mut tokens) = (Vec::new(), Vec::new(), Vec::new());
        let mut row = 0;
        for &example in &self.groups[group] {
            let Encoded { ids, types, .. } = &self.text[example];
            let mut ids = ids.clone();
            for id in &mut ids {
                if *id >= SPECIAL && self.draws.rng().random_bool(SHARE) {
                    rows.push(row);
                    tokens.push(*id);
                    *id = match self.draws.rng().next_u32() % 10 {
                        0 => self
                            .draws
                            .rng()
                            .random_range(SPECIAL..self.config.vocab_size as u32),
                        1 => *id,
                        _ => MASK,
                    };
                }
                row += 1;
            }
            sequences.push(Sequence::new(self.config, &ids, types)?);
        }
        // By chance, a batch of few tokens may hide none.
        if rows.is_empty() {
            return self.mask(group);
        }
        let batch = Batch::new(&sequences.iter().collect::<Vec<_>>());
        Ok(Masked {
            batch,
            rows,
            tokens,
        })
    }
}
