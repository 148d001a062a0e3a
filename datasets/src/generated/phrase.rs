//! Phrases that several grammars share.

use super::lexicon::*;
use super::words::{Words, words};
use crate::rng::Stream;

/// One or many: what the verb must agree with.
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

    /// This number, or the other where agreement is to be violated.
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

    /// The present tense.
    pub(super) fn verb(self, verb: Verb) -> &'static str {
        self.of(verb.1, verb.0)
    }
}

/// Anyone.
pub(super) fn person(stream: &mut Stream) -> Noun {
    match stream.below(10) {
        0..2 => stream.pick(MEN),
        2..4 => stream.pick(WOMEN),
        _ => stream.pick(PEOPLE),
    }
}

/// Anyone, or an animal.
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

/// A determiner that does not show the number of its noun.
pub(super) fn determiner(stream: &mut Stream) -> &'static str {
    match stream.below(10) {
        0..7 => "the",
        7 => "my",
        8 => "our",
        _ => "their",
    }
}

/// `the old farmer`, `our farmers`.
pub(super) fn people(stream: &mut Stream, number: Number) -> Words {
    let adjective = stream.chance(35).then(|| stream.pick(OF_PEOPLE));
    words![determiner(stream), adjective, number.noun(person(stream))]
}

/// `the rusty key`, `their keys`.
pub(super) fn things(stream: &mut Stream, number: Number) -> Words {
    let adjective = stream.chance(35).then(|| stream.pick(OF_THINGS));
    words![
        determiner(stream),
        adjective,
        number.noun(stream.pick(THINGS))
    ]
}

/// `in the garden`.
pub(super) fn place(stream: &mut Stream) -> Words {
    let preposition = stream.pick(&["in", "near", "behind", "outside"]);
    words![preposition, "the", stream.pick(PLACES).0]
}

/// A modifier with a noun of the given number in it: `near the old farmers`.
pub(super) fn beside(stream: &mut Stream, number: Number) -> Words {
    let preposition = stream.pick(&["near", "behind", "beside", "next to", "in front of"]);
    match stream.below(4) {
        0 => words![preposition, things(stream, number)],
        2 => words![preposition, "the", number.noun(stream.pick(ANIMALS))],
        1 => words![preposition, "the", number.noun(stream.pick(PLACES))],
        _ => words![preposition, people(stream, number)],
    }
}
