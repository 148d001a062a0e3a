//! Forms of verbs and adjectives, and the order of words. The example above each function is a sentence without
//! violation.

use crate::generated::lexicon::*;
use crate::generated::phrase::Number::Singular;
use crate::generated::phrase::*;
use crate::generated::words::{Words, words};
use crate::rng::Stream;

/// `the sailor has often sold the keys behind the church`
pub(super) fn auxiliary(stream: &mut Stream, violate: bool) -> Words {
    let number = Number::draw(stream);
    let adverb = stream.pick(&["often", "never", "always", "quietly", "already"]);
    let transitive = stream.chance(50);
    let (base, third, past, participle) =
        stream.pick(if transitive { HANDLING } else { INTRANSITIVE });
    let (auxiliary, right, wrong) = match stream.below(3) {
        // `run` is its own participle.
        0 if participle == base => (number.of("has", "have"), participle, past),
        0 => (number.of("has", "have"), participle, base),
        1 => ("will", base, if stream.chance(50) { third } else { past }),
        _ => ("must", base, if stream.chance(50) { third } else { past }),
    };
    let verb = if violate { wrong } else { right };
    let objects = Number::draw(stream);
    let object = transitive.then(|| things(stream, objects));
    words![
        people(stream, number),
        auxiliary,
        adverb,
        verb,
        object,
        place(stream)
    ]
}

/// `the sailor near the church is taller than our brother`
pub(super) fn comparison(stream: &mut Stream, violate: bool) -> Words {
    let (plain, more, less) = stream.pick(COMPARISONS);
    let more = if stream.chance(50) { more } else { less };
    let number = Number::draw(stream);
    let is = number.of("is", "are");
    let middle = match (stream.chance(50), violate) {
        (true, false) => words![more, "than"],
        (true, true) => words![plain, "than"],
        (false, false) => words!["as", plain, "as"],
        (false, true) => words!["as", more, "as"],
    };
    let between = stream.chance(50).then(|| beside(stream, number));
    words![
        people(stream, number),
        between,
        is,
        middle,
        people(stream, Singular)
    ]
}

/// `yesterday the baker near the church sang`
pub(super) fn time_and_tense(stream: &mut Stream, violate: bool) -> Words {
    const PAST: &[&str] = &["yesterday", "last week", "an hour ago", "last night"];
    const FUTURE: &[&str] = &["tomorrow", "next week", "in an hour", "next month"];
    let past = stream.chance(50);
    let time = stream.pick(if past == violate { FUTURE } else { PAST });
    let number = Number::draw(stream);
    let between = stream.chance(60).then(|| {
        let number = Number::draw(stream);
        beside(stream, number)
    });
    let verb = stream.pick(INTRANSITIVE);
    let verb = if past {
        words![verb.2]
    } else {
        words!["will", verb.0]
    };
    let subject = people(stream, number);
    if stream.chance(50) {
        words![time, subject, between, verb]
    } else {
        words![subject, between, verb, time]
    }
}

/// `the doctor praised the pilot in the garden`; a violation exchanges two neighbouring words, or leaves one out.
pub(super) fn word_order(stream: &mut Stream, violate: bool) -> Words {
    let (subject, object) = (Number::draw(stream), Number::draw(stream));
    let (first, second) = (person(stream), person(stream));
    let verb = stream.pick(SOCIAL).2;
    let mut words = words![
        "the",
        subject.noun(first),
        verb,
        "the",
        object.noun(second),
        place(stream)
    ];
    if violate {
        let at = stream.index(4);
        if stream.chance(60) {
            words.0.swap(at, at + 1);
        } else {
            // The verb, or one of the two nouns.
            words.0.remove(stream.pick(&[1, 2, 4]));
        }
    }
    words
}
