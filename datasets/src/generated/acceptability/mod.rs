//! Acceptability: a sentence that keeps the rules of English grammar, or violates one of them.
//!
//! The word that violates the rule and the word that it must agree with are rarely neighbours, and most frames put a
//! word of the wrong number between them, so that counting words does not help.

mod agreement;
mod dependence;
mod form;

use super::lexicon::*;
use super::phrase::*;
use super::words::{Words, words};
use crate::rng::Stream;

type Frame = fn(&mut Stream, bool) -> Words;

/// One frame for each rule, with its weight in the draw.
const FRAMES: &[(u64, Frame)] = &[
    (3, agreement::across_a_modifier),
    (2, agreement::across_an_object_clause),
    (2, agreement::across_a_subject_clause),
    (1, agreement::joined_subjects),
    (2, dependence::reflexive),
    (2, agreement::determiner_and_noun),
    (2, agreement::quantifier_of),
    (1, agreement::there_is),
    (2, form::auxiliary),
    (1, agreement::question),
    (2, dependence::polarity),
    (1, dependence::each_other),
    (1, dependence::pronoun_case),
    (1, form::comparison),
    (2, form::time_and_tense),
    (6, form::word_order),
];

/// Draws a sentence with one violation if `violate` is true, else without one.
pub(super) fn sentence(stream: &mut Stream, violate: bool) -> Words {
    let words = frame(stream)(stream, violate);
    let asked = words.0.last() == Some(&"?");
    words![words, (!asked).then_some(".")]
}

/// Draws a frame with a probability proportional to its weight.
fn frame(stream: &mut Stream) -> Frame {
    let mut at = stream.below(FRAMES.iter().map(|(weight, _)| weight).sum());
    for &(weight, frame) in FRAMES {
        if at < weight {
            return frame;
        }
        at -= weight;
    }
    unreachable!("the draw lies below the sum of the weights")
}

/// Draws a predicate like `smile`, `are tired`, `have slept`, `do not sell the key` or `admire the king`.
fn predicate(stream: &mut Stream, number: Number) -> Words {
    let verb = stream.pick(INTRANSITIVE);
    let objects = Number::draw(stream);
    match stream.below(12) {
        0 | 1 => words![
            number.verb(verb),
            stream.chance(50).then(|| stream.pick(MANNER))
        ],
        2 => {
            let very = stream.chance(30).then_some("very");
            words![number.of("is", "are"), very, stream.pick(OF_PEOPLE)]
        }
        3 => words![number.of("was", "were"), stream.pick(OF_PEOPLE)],
        4 => words![number.of("has", "have"), verb.3],
        5 => words![
            number.of("has", "have"),
            stream.pick(HANDLING).3,
            things(stream, objects)
        ],
        6 => words![number.of("does", "do"), "not", verb.0],
        7 => words![
            number.of("does", "do"),
            "not",
            stream.pick(HANDLING).0,
            things(stream, objects)
        ],
        8 => words![number.verb(stream.pick(HANDLING)), things(stream, objects)],
        9 => words![
            number.verb(stream.pick(GIVING)),
            people(stream, objects),
            "a",
            stream.pick(THINGS).0
        ],
        _ => words![number.verb(stream.pick(SOCIAL)), people(stream, objects)],
    }
}
