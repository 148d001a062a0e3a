//! Words that depend on another word elsewhere in the sentence: pronouns, `each other`, `ever`. The example above each
//! function is a sentence without violation.

use crate::generated::lexicon::*;
use crate::generated::phrase::Number::{Plural, Singular};
use crate::generated::phrase::*;
use crate::generated::words::{Words, words};
use crate::rng::Stream;

/// `the queen near the nun blamed herself`
pub(super) fn reflexive(stream: &mut Stream, violate: bool) -> Words {
    let number = Number::draw(stream);
    let female = stream.chance(50);
    let noun = stream.pick(if female { WOMEN } else { MEN });
    let (right, opposite) = if female {
        ("herself", "himself")
    } else {
        ("himself", "herself")
    };
    let pronoun = match (number, violate) {
        (Singular, false) => right,
        (Singular, true) if stream.chance(50) => opposite,
        (Singular, true) | (Plural, false) => "themselves",
        (Plural, true) => right,
    };
    let between = match pronoun {
        "themselves" => words![beside(stream, Plural)],
        "herself" => words!["near the", stream.pick(WOMEN).0],
        _ => words!["near the", stream.pick(MEN).0],
    };
    let between = stream.chance(75).then_some(between);
    let verb = stream.pick(SOCIAL).2;
    let tail = stream.chance(40).then(|| place(stream));
    words![
        determiner(stream),
        number.noun(noun),
        between,
        verb,
        pronoun,
        tail
    ]
}

/// `the sisters near the king admire each other`
pub(super) fn each_other(stream: &mut Stream, violate: bool) -> Words {
    let number = Plural.violated_if(violate);
    let between = stream.chance(80).then(|| beside(stream, number.other()));
    let verb = stream.pick(SOCIAL);
    let verb = if stream.chance(50) {
        verb.2
    } else {
        number.verb(verb)
    };
    words![people(stream, number), between, verb, "each other"]
}

/// `Anna said that he and the nurses helped Paul`
pub(super) fn pronoun_case(stream: &mut Stream, violate: bool) -> Words {
    const PAIRS: &[(&str, &str)] = &[
        ("he", "him"),
        ("she", "her"),
        ("they", "them"),
        ("we", "us"),
    ];
    let (subject, object) = stream.pick(PAIRS);
    let verb = stream.pick(SOCIAL).2;
    let number = Number::draw(stream);
    if stream.chance(50) {
        let pronoun = if violate { object } else { subject };
        words![
            name(stream),
            "said that",
            pronoun,
            "and",
            people(stream, number),
            verb,
            name(stream)
        ]
    } else {
        let pronoun = if violate { subject } else { object };
        words![
            name(stream),
            "said that",
            people(stream, number),
            verb,
            name(stream),
            "and",
            pronoun
        ]
    }
}

/// `no teacher that the student helped has ever smiled`: `ever` needs a `no` at the subject of its own clause.
pub(super) fn polarity(stream: &mut Stream, violate: bool) -> Words {
    let plain = if stream.chance(50) { "the" } else { "our" };
    let (outer, inner) = if violate {
        (plain, "no")
    } else {
        ("no", plain)
    };
    let verb = stream.pick(SOCIAL).2;
    let (first, second) = (person(stream).0, person(stream).0);
    let clause = match stream.below(3) {
        0 => words!["that", inner, second, verb],
        1 => words!["that", verb, inner, second],
        _ => words!["near", inner, second],
    };
    let tail = stream.pick(INTRANSITIVE);
    words![outer, first, clause, "has ever", tail.3]
}
