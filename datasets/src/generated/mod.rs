//! Tasks and text that need no file: small grammars of English, fixed by a seed.

use crate::dataset::{Example, Options, Split};
use crate::error::{Error, Result};
use crate::rng::{Stream, purpose};
use crate::task::Target;
use crate::task::label::Label;
use std::collections::BTreeSet;

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

    pub(crate) fn target(self) -> Target {
        let names = match self {
            Self::Acceptability => ["unacceptable", "acceptable"],
            Self::Sentiment | Self::Reviews => ["negative", "positive"],
            Self::Paraphrase => ["different", "same"],
        };
        Target::Classes(names.map(str::to_owned).to_vec())
    }

    fn draw(
        self,
        stream: &mut Stream,
        class: usize,
        _options: &Options,
    ) -> (String, Option<String>) {
        let text = format!(
            "the number {} is {}",
            stream.below(100_000),
            ["bad", "good"][class]
        );
        (text, (self == Self::Paraphrase).then(|| "x".to_owned()))
    }

    pub(crate) fn examples(self, split: Split, options: &Options) -> Result<Vec<Example>> {
        let wanted = options.generate.unwrap_or(match split {
            Split::Train => 8_000,
            Split::Dev => 1_000,
        });
        let mut stream = Stream::new(options.seed, purpose::GENERATED + self as u64);
        let mut seen = BTreeSet::new();
        let mut examples: Vec<Example> = Vec::new();
        let mut tries = 0;
        while examples.len() < wanted {
            tries += 1;
            if tries > 50 * wanted + 1000 {
                return Err(Error::GeneratorExhausted {
                    task: self.name().into(),
                    made: examples.len(),
                    wanted,
                });
            }
            let class = examples.len() % 2;
            let (text, pair) = self.draw(&mut stream, class, options);
            if seen.insert((text.clone(), pair.clone())) {
                examples.push(Example {
                    id: examples.len(),
                    text,
                    pair,
                    label: Label::Class(class),
                });
            }
        }
        Ok(examples)
    }
}
