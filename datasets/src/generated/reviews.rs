//! Longer reviews: several sentences that disagree, and one that gives the verdict.

use super::lexicon::{FEMALE, FILM, MEAL};
use super::sentiment::{Topic, Verdict, statement, topic};
use super::words::{Words, words};
use crate::rng::Stream;

/// How often a sentence that is not the verdict agrees with it, in percent.
const AGREEMENT: u64 = 62;

/// A review of `from` to `to` words and punctuation marks (as near as sentences allow, never more
/// than `to` unless the verdict alone is longer).
pub(super) fn review(stream: &mut Stream, verdict: Verdict, (from, to): (usize, usize)) -> Words {
    let topic = topic(stream);
    let target = from + stream.index(to.saturating_sub(from) + 1);
    let conclusion = conclusion(stream, topic, verdict);
    let mut sentences = vec![opening(stream, topic)];
    let mut length = conclusion.len() + sentences[0].len();
    let mut refused = 0;
    while refused < 4 {
        let next = remark(stream, topic, verdict);
        if length + next.len() <= target {
            length += next.len();
            sentences.push(next);
        } else {
            refused += 1;
        }
    }
    if length > to {
        sentences.clear();
    }
    // Mostly last, as reviews go, but not always.
    let place = match stream.below(10) {
        0..6 => sentences.len(),
        6..8 => 0,
        _ => stream.index(sentences.len() + 1),
    };
    sentences.insert(place, conclusion);
    Words(
        sentences
            .into_iter()
            .flat_map(|sentence| sentence.0)
            .collect(),
    )
}

fn opening(stream: &mut Stream, topic: Topic) -> Words {
    let when = stream.pick(&["last week", "yesterday", "last night", "last month"]);
    let with = stream.pick(&[
        "my sister",
        "my brother",
        "two friends",
        "our neighbour",
        "a colleague",
    ]);
    if topic == FILM {
        words![
            "I saw this",
            stream.pick(&["film", "movie"]),
            when,
            "with",
            with,
            "."
        ]
    } else if topic == MEAL {
        words!["we went to this restaurant", when, "with", with, "."]
    } else {
        words!["I went to the theatre", when, "with", with, "."]
    }
}

/// A sentence that is not the verdict: it agrees more often than not, or belongs to someone else.
fn remark(stream: &mut Stream, topic: Topic, verdict: Verdict) -> Words {
    let side = if stream.chance(AGREEMENT) {
        verdict
    } else {
        verdict.other()
    };
    match stream.below(10) {
        0 => {
            let who = stream.pick(&["my sister", "my brother", "our neighbour"]);
            words![
                who,
                "told everyone that",
                statement(stream, topic, side),
                "."
            ]
        }
        1 => words![
            stream.pick(FEMALE),
            "wrote that",
            statement(stream, topic, side),
            "."
        ],
        2 => {
            let fact = stream.pick(&[
                "it rained all evening",
                "we stayed for two hours",
                "there were many people",
                "the tickets were sold out",
                "we sat near the door",
                "it was our second visit",
                "we arrived a little late",
                "the room was full",
            ]);
            words![fact, "."]
        }
        3 => {
            let first = stream.pick(&["at first", "for a while", "in the beginning"]);
            words![first, statement(stream, topic, side), "."]
        }
        _ => words![statement(stream, topic, side), "."],
    }
}

/// The sentence that decides.
fn conclusion(stream: &mut Stream, topic: Topic, verdict: Verdict) -> Words {
    let mark = stream.pick(&[
        "all in all",
        "in the end",
        "on the whole",
        "after all",
        "still",
    ]);
    let good = verdict == Verdict::Good;
    let decision = match stream.below(8) {
        0 => words![
            "I would",
            (!good).then_some("not"),
            "recommend it to",
            stream.pick(&["anyone", "a friend"])
        ],
        1 if good => words!["we will come back soon"],
        1 => words!["we will not come back"],
        2 if good => words!["it was worth every minute"],
        2 => words!["it was not worth a minute"],
        3 if good => words!["I would gladly do it again"],
        3 => words!["I would never do it again"],
        _ => statement(stream, topic, verdict),
    };
    words![mark, ",", decision, "."]
}
