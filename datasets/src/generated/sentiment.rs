//! Sentiment: sentences of praise or blame, with negation, contrast and comparison.
//!
//! Many sentences have equally many words of praise and of blame, or negate a word: their verdict depends on how the
//! words are combined.

use super::lexicon::*;
use super::phrase::name;
use super::words::{Words, words};
use crate::rng::Stream;

/// Whether a text praises or blames.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Bad,
    Good,
}

use Verdict::{Bad, Good};

impl Verdict {
    pub(super) fn of_class(class: usize) -> Self {
        if class == 0 { Bad } else { Good }
    }

    pub(super) fn other(self) -> Self {
        match self {
            Bad => Good,
            Good => Bad,
        }
    }

    fn of<T>(self, bad: T, good: T) -> T {
        match self {
            Bad => bad,
            Good => good,
        }
    }

    fn adjective(self, stream: &mut Stream) -> &'static str {
        stream.pick(self.of(BAD, GOOD))
    }

    fn noun(self, stream: &mut Stream) -> &'static str {
        stream.pick(self.of(FLOPS, HITS))
    }

    fn quality(self, stream: &mut Stream) -> &'static str {
        stream.pick(self.of(FLAWS, MERITS))
    }

    fn adverb(self, stream: &mut Stream) -> &'static str {
        stream.pick(self.of(SADLY, HAPPILY))
    }

    fn verb(self, stream: &mut Stream) -> (&'static str, &'static str) {
        stream.pick(self.of(HATED, LOVED))
    }
}

/// The things that a text may judge, all of one kind of evening, so that the text keeps to its subject.
pub(super) type Topic = &'static [&'static str];

pub(super) fn topic(stream: &mut Stream) -> Topic {
    stream.pick(&[FILM, MEAL, STAGE])
}

/// Draws one sentence with this verdict.
pub(super) fn sentence(stream: &mut Stream, verdict: Verdict) -> Words {
    let topic = topic(stream);
    words![statement(stream, topic, verdict), "."]
}

/// Draws a statement about the topic, without its full stop.
pub(super) fn statement(stream: &mut Stream, topic: Topic, verdict: Verdict) -> Words {
    let (same, other) = (verdict, verdict.other());
    let (one, two) = parts(stream, topic);
    match stream.below(40) {
        0 | 1 | 16..37 => about(stream, one, same),
        2 | 3 => words![
            "although",
            about(stream, two, other),
            ",",
            about(stream, one, same)
        ],
        4 | 5 => words![about(stream, two, other), ", but", about(stream, one, same)],
        6 | 7 => words![
            about(stream, one, same),
            ", although",
            about(stream, two, other)
        ],
        8 => {
            let (feared, was) = (other.adjective(stream), same.adjective(stream));
            words!["I expected the", one, "to be", feared, ", but it was", was]
        }
        9 => {
            let (would, had) = (other.adjective(stream), same.adjective(stream));
            words![
                "the",
                one,
                "would have been",
                would,
                "if the",
                two,
                "had not been so",
                had
            ]
        }
        10 => words![
            name(stream),
            "said that",
            about(stream, one, other),
            ", but I disagree"
        ],
        11 => words![
            name(stream),
            "said that",
            about(stream, one, same),
            ", and I agree"
        ],
        12 => {
            let who = stream.pick(&["nobody", "no one", "no critic"]);
            words![who, "could call the", one, other.adjective(stream)]
        }
        13 => {
            let (first, second) = (same.adjective(stream), other.adjective(stream));
            if stream.chance(50) {
                words!["the", one, "was more", first, "than", second]
            } else {
                words!["the", one, "was less", second, "than", first]
            }
        }
        14 => {
            let (shade, was) = (other.adjective(stream), same.adjective(stream));
            words!["despite the", shade, two, ", the", one, "was", was]
        }
        _ => words![about(stream, one, same), ", and", about(stream, two, same)],
    }
}

/// Draws a clause about one part of the topic.
pub(super) fn clause(stream: &mut Stream, topic: Topic, verdict: Verdict) -> Words {
    let one = stream.pick(topic);
    about(stream, one, verdict)
}

/// Draws a clause whose adverb tells the verdict too. No task contains such a clause, because the adverb would give the
/// answer away.
pub(super) fn feeling(stream: &mut Stream, topic: Topic, verdict: Verdict) -> Words {
    let (one, adverb) = (stream.pick(topic), verdict.adverb(stream));
    words!["the", one, "was", adverb, verdict.adjective(stream)]
}

/// Draws two different parts of the topic, which must have at least two.
#[expect(
    clippy::indexing_slicing,
    reason = "both indices are taken modulo the length"
)]
fn parts(stream: &mut Stream, topic: Topic) -> (&'static str, &'static str) {
    let first = stream.index(topic.len());
    let second = (first + 1 + stream.index(topic.len() - 1)) % topic.len();
    (topic[first], topic[second])
}

/// Draws a clause about `one` with this verdict, which is said directly or by denying the opposite.
fn about(stream: &mut Stream, one: &'static str, verdict: Verdict) -> Words {
    let (same, other) = (verdict, verdict.other());
    let degree = stream.chance(40).then(|| stream.pick(DEGREE));
    match stream.below(50) {
        0 | 1 | 16..50 => words!["the", one, "was", degree, same.adjective(stream)],
        2 | 3 => {
            let at_all = stream.chance(40).then_some("at all");
            words!["the", one, "was not", other.adjective(stream), at_all]
        }
        4 => words!["the", one, "was never", other.adjective(stream)],
        5 => words!["I", same.verb(stream).1, "the", one],
        6 => words!["I did not", other.verb(stream).0, "the", one],
        7 => words!["the", one, "had plenty of", same.quality(stream)],
        8 => {
            let any = stream.pick(&["any", "all", "the usual"]);
            words!["the", one, "lacked", any, other.quality(stream)]
        }
        9 => words!["the", one, "was free of", other.quality(stream)],
        10 => words!["the", one, "was a", same.noun(stream)],
        11 => {
            let not = stream.pick(&["anything but", "far from"]);
            words!["the", one, "was", not, other.adjective(stream)]
        }
        12 => words!["the", one, "failed to be", other.adjective(stream)],
        13 => words!["the", one, "never failed to be", same.adjective(stream)],
        14 => words!["the", one, "was hardly", other.adjective(stream)],
        _ => words!["I found the", one, degree, same.adjective(stream)],
    }
}
