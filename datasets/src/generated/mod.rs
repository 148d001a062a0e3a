//! Tasks and text that need no file: small grammars of English generate them from a seed.
//!
//! There are four tasks with two balanced classes each. [`Dataset::load`](crate::Dataset::load) loads them by the names
//! `acceptability`, `sentiment`, `reviews` and `paraphrase`. The same seed gives the same examples in the same order,
//! however many are asked for. No example comes twice, and no example of the training split is in the dev split,
//! whatever the seeds.
//!
//! [`corpus`] draws unlabelled text from the same grammars, and [`tokenizer`] knows all their words: a small encoder
//! can be pretrained on them.

mod acceptability;
mod corpus;
mod lexicon;
mod paraphrase;
mod phrase;
mod reviews;
mod sentiment;
mod vocabulary;
mod words;

use std::collections::BTreeSet;

pub use corpus::{Passage, corpus};
pub use vocabulary::{tokenizer, vocabulary};

use crate::dataset::{Example, Options, Split};
use crate::error::{Error, Result};
use crate::rng::{Stream, purpose};
use crate::task::label::Label;
use crate::task::{Target, named_classes};
use sentiment::Verdict;

/// The grammars of the generated tasks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Grammar {
    Acceptability,
    Sentiment,
    Reviews,
    Paraphrase,
}

impl Grammar {
    pub(crate) const ALL: [Self; 4] = [
        Self::Acceptability,
        Self::Sentiment,
        Self::Reviews,
        Self::Paraphrase,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Acceptability => "acceptability",
            Self::Sentiment => "sentiment",
            Self::Reviews => "reviews",
            Self::Paraphrase => "paraphrase",
        }
    }

    /// Returns the classes. Each class is its name, then the synonyms that models use.
    pub(crate) fn classes(self) -> &'static [&'static [&'static str]] {
        match self {
            Self::Acceptability => &[
                &["unacceptable", "ungrammatical"],
                &["acceptable", "grammatical"],
            ],
            Self::Sentiment | Self::Reviews => &[&["negative", "neg"], &["positive", "pos"]],
            Self::Paraphrase => &[&["different", "not_equivalent"], &["same", "equivalent"]],
        }
    }

    pub(crate) fn target(self) -> Target {
        named_classes(self.classes())
    }

    /// Returns the first examples of a split; their number is the one that the options ask for.
    pub(crate) fn examples(self, split: Split, options: &Options) -> Result<Vec<Example>> {
        let usual = match split {
            Split::Train => 8_000,
            Split::Dev => 1_000,
            Split::All => {
                let task = self.name().to_owned();
                return Err(Error::GeneratedWithoutEnd { task });
            }
        };
        let wanted = options.generate.unwrap_or(usual);
        let number = 2 * self as u64 + u64::from(split == Split::Dev);
        let mut stream = Stream::keyed(options.seed, purpose::GENERATED + number);
        distinct(self.name(), split, wanted, |class| {
            self.draw(&mut stream, class, options.review_words)
        })
    }

    fn draw(self, stream: &mut Stream, class: usize, review_words: (usize, usize)) -> Passage {
        let verdict = Verdict::of_class(class);
        let words = match self {
            Self::Acceptability => acceptability::sentence(stream, class == 0),
            Self::Sentiment => sentiment::sentence(stream, verdict),
            Self::Reviews => reviews::review(stream, verdict, review_words),
            Self::Paraphrase => {
                let (first, second) = paraphrase::pair(stream, class == 1);
                return Passage {
                    text: first.text(),
                    pair: Some(second.text()),
                };
            }
        };
        Passage {
            text: words.text(),
            pair: None,
        }
    }
}

/// The number of draws for one new passage after which a grammar counts as exhausted.
const TRIES: usize = 1_000;

/// Returns `wanted` different examples of a split, the classes taking turns.
fn distinct(
    task: &str,
    split: Split,
    wanted: usize,
    mut draw: impl FnMut(usize) -> Passage,
) -> Result<Vec<Example>> {
    let mut seen = BTreeSet::new();
    let mut examples = Vec::with_capacity(wanted);
    for id in 0..wanted {
        let class = id % 2;
        let fresh = (0..TRIES).map(|_| draw(class)).find(|passage| {
            belongs(passage, split) && seen.insert((passage.text.clone(), passage.pair.clone()))
        });
        let Some(Passage { text, pair }) = fresh else {
            return Err(Error::GeneratorExhausted {
                task: task.into(),
                made: id,
                wanted,
            });
        };
        examples.push(Example {
            id,
            text,
            pair,
            label: Label::Class(class),
        });
    }
    Ok(examples)
}

/// Returns whether a passage belongs to this split. A hash of its text decides: one in four goes to dev.
fn belongs(passage: &Passage, split: Split) -> bool {
    let bytes = passage
        .text
        .bytes()
        .chain(passage.pair.iter().flat_map(|pair| pair.bytes()));
    // The hash is FNV-1a, whose high bits are well mixed.
    let hash = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    (hash >> 62 == 0) == (split == Split::Dev)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grammar_that_runs_out_says_so() {
        let mut rest = (0..4)
            .map(|n| Passage {
                text: format!("sentence {n}"),
                pair: None,
            })
            .cycle();
        let mut draw = |_| rest.next().expect("a cycle does not end");
        let all = [Split::Train, Split::Dev]
            .map(|split| distinct("tiny", split, 5, &mut draw).unwrap_err());
        let made: usize = all
            .iter()
            .map(|error| match error {
                Error::GeneratorExhausted { made, .. } => *made,
                other => panic!("{other}"),
            })
            .sum();
        assert_eq!(made, 4);
        let message = distinct("tiny", Split::Train, 5, |_| Passage {
            text: "a".into(),
            pair: None,
        });
        let message = message.unwrap_err().to_string();
        assert!(
            message.starts_with("task `tiny`: the grammar gave only "),
            "{message}"
        );
        assert!(
            message.ends_with(" different examples of 5; ask for fewer"),
            "{message}"
        );
    }
}
