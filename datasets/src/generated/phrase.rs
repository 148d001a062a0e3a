//! Phrases that several grammars share.

use super::lexicon::*;
use super::words::{Words, words};
use crate::rng::Stream;

/// The grammatical number, with which the verb must agree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Number {
    Singular,
    Plural,
}

use Number::{Plural, Singular};

impl Number {
    pub(super) fn draw(stream: &mut Stream) -> Self {
        if stream.chance(50) { Singular } else { Plural }
    }

    pub(super) fn other(self) -> Self {
        match self {
            Singular => Plural,
            Plural => Singular,
        }
    }

    /// Returns this number, or the other one if agreement is to be violated.
    pub(super) fn violated_if(self, violate: bool) -> Self {
        if violate { self.other() } else { self }
    }

    pub(super) fn of<T>(self, singular: T, plural: T) -> T {
        match self {
            Singular => singular,
            Plural => plural,
        }
    }

    pub(super) fn noun(self, noun: Noun) -> &'static str {
        self.of(noun.0, noun.1)
    }

    /// Returns the verb in the present tense.
    pub(super) fn verb(self, verb: Verb) -> &'static str {
        self.of(verb.1, verb.0)
    }
}

/// Draws a noun for a person.
pub(super) fn person(stream: &mut Stream) -> Noun {
    match stream.below(10) {
        0..2 => stream.pick(MEN),
        2..4 => stream.pick(WOMEN),
        _ => stream.pick(PEOPLE),
    }
}

/// Draws a noun for a person or an animal.
pub(super) fn creature(stream: &mut Stream) -> Noun {
    if stream.chance(25) {
        stream.pick(ANIMALS)
    } else {
        person(stream)
    }
}

pub(super) fn name(stream: &mut Stream) -> &'static str {
    if stream.chance(50) {
        stream.pick(FEMALE)
    } else {
        stream.pick(MALE)
    }
}

/// Draws a determiner that does not show the number of its noun.
pub(super) fn determiner(stream: &mut Stream) -> &'static str {
    match stream.below(10) {
        0..7 => "the",
        7 => "my",
        8 => "our",
        _ => "their",
    }
}

/// Draws a phrase like `the old farmer` or `our farmers`.
pub(super) fn people(stream: &mut Stream, number: Number) -> Words {
    let adjective = stream.chance(35).then(|| stream.pick(OF_PEOPLE));
    words![determiner(stream), adjective, number.noun(person(stream))]
}

/// Draws a phrase like `the rusty key` or `their keys`.
pub(super) fn things(stream: &mut Stream, number: Number) -> Words {
    let adjective = stream.chance(35).then(|| stream.pick(OF_THINGS));
    words![
        determiner(stream),
        adjective,
        number.noun(stream.pick(THINGS))
    ]
}

/// Draws a phrase like `in the garden`.
pub(super) fn place(stream: &mut Stream) -> Words {
    let preposition = stream.pick(&["in", "near", "behind", "outside"]);
    words![preposition, "the", stream.pick(PLACES).0]
}

/// Draws a modifier whose noun has the given number, like `near the old farmers`.
pub(super) fn beside(stream: &mut Stream, number: Number) -> Words {
    let preposition = stream.pick(&["near", "behind", "beside", "next to", "in front of"]);
    match stream.below(4) {
        0 => words![preposition, things(stream, number)],
        2 => words![preposition, "the", number.noun(stream.pick(ANIMALS))],
        1 => words![preposition, "the", number.noun(stream.pick(PLACES))],
        _ => words![preposition, people(stream, number)],
    }
}
