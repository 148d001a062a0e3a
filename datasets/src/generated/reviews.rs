//! Longer reviews: several sentences that may disagree, and one that gives the verdict.

use super::lexicon::{FEMALE, FILM, MEAL};
use super::sentiment::{Topic, Verdict, clause, statement, topic};
use super::words::{Words, words};
use crate::rng::Stream;

/// How often an opinion other than the verdict is drawn to agree with the verdict, in percent.
const AGREEMENT: u64 = 62;

/// Draws a review of about `from` to `to` words and punctuation marks. Because it consists of whole sentences it may be
/// shorter; it is longer than `to` only if the verdict alone is.
pub(super) fn review(stream: &mut Stream, verdict: Verdict, (from, to): (usize, usize)) -> Words {
    let topic = topic(stream);
    let target = from + stream.index(to.saturating_sub(from) + 1);
    let conclusion = conclusion(stream, topic, verdict);
    let opening = opening(stream, topic);
    let mut length = conclusion.len() + opening.len();
    let mut sentences = vec![opening];
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
    // As in real reviews, the verdict mostly comes last, but not always.
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

/// Draws a sentence other than the verdict: an opinion, which agrees with the verdict more often than not, someone
/// else's decision, or a neutral fact.
fn remark(stream: &mut Stream, topic: Topic, verdict: Verdict) -> Words {
    let side = if stream.chance(AGREEMENT) {
        verdict
    } else {
        verdict.other()
    };
    let someone = stream.pick(&["my sister", "my brother", "our neighbour", "a colleague"]);
    match stream.below(12) {
        0 => words![
            someone,
            "told everyone that",
            clause(stream, topic, side),
            "."
        ],
        1 => words![
            stream.pick(FEMALE),
            "wrote that",
            clause(stream, topic, side),
            "."
        ],
        2 | 3 => {
            let theirs = Verdict::of_class(stream.index(2));
            words![decision(stream, someone, theirs), "."]
        }
        4 => {
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
        5 => {
            let first = stream.pick(&["at first", "for a while"]);
            words![first, clause(stream, topic, side), "."]
        }
        _ => words![statement(stream, topic, side), "."],
    }
}

/// Draws the sentence that gives the verdict.
fn conclusion(stream: &mut Stream, topic: Topic, verdict: Verdict) -> Words {
    let mark = stream.pick(&["all in all", "in the end", "on the whole"]);
    let last = if stream.chance(50) {
        decision(stream, "I", verdict)
    } else {
        statement(stream, topic, verdict)
    };
    words![mark, ",", last, "."]
}

/// Draws a clause in which someone recommends or rejects what was judged.
pub(super) fn decision(stream: &mut Stream, who: &'static str, verdict: Verdict) -> Words {
    let good = verdict == Verdict::Good;
    let what = match (stream.below(4), good) {
        (0, true) => "would recommend it to everyone",
        (0, false) => "would not recommend it to anyone",
        (1, true) => "will come back soon",
        (1, false) => "will not come back",
        (2, true) => "would gladly do it again",
        (2, false) => "would never do it again",
        (_, true) => "thought that it was worth every minute",
        (_, false) => "thought that it was not worth a minute",
    };
    words![who, what]
}
