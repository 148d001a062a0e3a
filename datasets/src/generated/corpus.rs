//! Unlabelled text for pretraining a masked language model.

use serde::{Deserialize, Serialize};

use super::sentiment::Verdict;
use super::words::{Words, words};
use super::{acceptability, paraphrase, reviews, sentiment};
use crate::rng::{Stream, purpose};

/// A text, or two texts that belong together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Passage {
    /// The text.
    pub text: String,
    /// A second text that says the same.
    pub pair: Option<String>,
}

/// The least and the largest number of words in the reviews of the corpus.
const REVIEW_WORDS: (usize, usize) = (20, 100);

/// Returns the first `passages` passages of the corpus that `seed` determines: acceptable sentences (40 %), praise and
/// blame (25 %), reviews (15 %) and pairs of paraphrases (20 %).
///
/// A longer corpus of the same seed begins with the shorter one.
pub fn corpus(seed: u64, passages: usize) -> Vec<Passage> {
    let mut stream = Stream::keyed(seed, purpose::CORPUS);
    (0..passages).map(|_| passage(&mut stream)).collect()
}

fn passage(stream: &mut Stream) -> Passage {
    let verdict = Verdict::of_class(stream.index(2));
    let words = match stream.below(100) {
        0..40 => acceptability::sentence(stream, false),
        40..65 => opinion(stream, verdict),
        65..80 => reviews::review(stream, verdict, REVIEW_WORDS),
        _ => {
            let (first, second) = paraphrase::pair(stream, true);
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

/// Returns some sentences of praise or of blame, often followed by a conclusion. They teach without labels what the
/// tasks ask for: `sadly` occurs only with words of blame, and the sentences of a passage agree.
fn opinion(stream: &mut Stream, verdict: Verdict) -> Words {
    let topic = sentiment::topic(stream);
    let mut sentences: Vec<Words> = (0..=stream.index(4))
        .map(|_| match stream.chance(60) {
            true => words![sentiment::feeling(stream, topic, verdict), "."],
            false => words![sentiment::clause(stream, topic, verdict), "."],
        })
        .collect();
    sentences.push(match stream.below(3) {
        0 => Words::default(),
        1 => words![reviews::decision(stream, "I", verdict), "."],
        _ => words![sentiment::statement(stream, topic, verdict), "."],
    });
    Words(sentences.into_iter().flat_map(|words| words.0).collect())
}
