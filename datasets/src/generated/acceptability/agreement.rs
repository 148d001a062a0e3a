//! Agreement of a verb with the number of its subject, and of a noun with its determiner. The example above each
//! function is a sentence without violation.

use super::predicate;
use crate::generated::lexicon::*;
use crate::generated::phrase::Number::{Plural, Singular};
use crate::generated::phrase::*;
use crate::generated::words::{Words, words};
use crate::rng::Stream;

/// `the key near the boxes is rusty`
pub(super) fn across_a_modifier(stream: &mut Stream, violate: bool) -> Words {
    let number = Number::draw(stream);
    let between = if stream.chance(75) {
        number.other()
    } else {
        number
    };
    let form = number.violated_if(violate);
    if stream.chance(25) {
        let is = if stream.chance(50) {
            form.of("is", "are")
        } else {
            form.of("was", "were")
        };
        return words![
            things(stream, number),
            beside(stream, between),
            is,
            stream.pick(OF_THINGS)
        ];
    }
    let second = stream.chance(20).then(|| beside(stream, between));
    words![
        people(stream, number),
        beside(stream, between),
        second,
        predicate(stream, form)
    ]
}

/// `the teacher that the students admire smiles`
pub(super) fn across_an_object_clause(stream: &mut Stream, violate: bool) -> Words {
    let (outer, inner) = (Number::draw(stream), Number::draw(stream));
    let in_clause = stream.chance(40);
    let verb = stream.pick(SOCIAL);
    let past = !(violate && in_clause) && stream.chance(30);
    let clause = if past {
        verb.2
    } else {
        inner.violated_if(violate && in_clause).verb(verb)
    };
    words![
        people(stream, outer),
        "that",
        people(stream, inner),
        clause,
        predicate(stream, outer.violated_if(violate && !in_clause)),
    ]
}

/// `the boys that follow the king smile`
pub(super) fn across_a_subject_clause(stream: &mut Stream, violate: bool) -> Words {
    let (outer, inner) = (Number::draw(stream), Number::draw(stream));
    let in_clause = stream.chance(50);
    words![
        people(stream, outer),
        "that",
        outer
            .violated_if(violate && in_clause)
            .verb(stream.pick(SOCIAL)),
        people(stream, inner),
        predicate(stream, outer.violated_if(violate && !in_clause)),
    ]
}

/// `the girl and the boy sing`
pub(super) fn joined_subjects(stream: &mut Stream, violate: bool) -> Words {
    let second = if stream.chance(70) { Singular } else { Plural };
    let modifier = stream.chance(40).then(|| beside(stream, Singular));
    words![
        people(stream, Singular),
        "and",
        people(stream, second),
        modifier,
        predicate(stream, Plural.violated_if(violate)),
    ]
}

/// `each of the boys smiles`
pub(super) fn quantifier_of(stream: &mut Stream, violate: bool) -> Words {
    let number = Number::draw(stream);
    let quantifier = stream.pick(number.of(
        &["each", "one", "neither", "every one"],
        &["all", "both", "most", "many", "several", "two"],
    ));
    let noun = person(stream).1;
    let between = stream.chance(40).then(|| {
        let number = Number::draw(stream);
        beside(stream, number)
    });
    words![
        quantifier,
        "of the",
        noun,
        between,
        predicate(stream, number.violated_if(violate))
    ]
}

/// `there are several dogs in the garden`
pub(super) fn there_is(stream: &mut Stream, violate: bool) -> Words {
    let number = Number::draw(stream);
    let form = number.violated_if(violate);
    let is = if stream.chance(50) {
        form.of("is", "are")
    } else {
        form.of("was", "were")
    };
    let some = stream.pick(number.of(
        &["a", "one", "another"],
        &["two", "many", "several", "some"],
    ));
    let adjective = stream.chance(60).then(|| stream.pick(OF_PEOPLE));
    let always = stream.chance(30).then_some("always");
    words![
        "there",
        is,
        always,
        some,
        adjective,
        number.noun(creature(stream)),
        place(stream)
    ]
}

/// `why do the farmers near the cow sing ?`
pub(super) fn question(stream: &mut Stream, violate: bool) -> Words {
    let number = Number::draw(stream);
    let does = number.violated_if(violate).of("does", "do");
    let why = stream.pick(&["why", "when", "where"]);
    let subject = words![people(stream, number), beside(stream, number.other())];
    let action = if stream.chance(50) {
        words![stream.pick(INTRANSITIVE).0]
    } else {
        let objects = Number::draw(stream);
        words![
            stream.pick(GIVING).0,
            things(stream, objects),
            "to",
            name(stream)
        ]
    };
    words![why, does, subject, action, "?"]
}

/// `Anna sold these heavy and old books`
pub(super) fn determiner_and_noun(stream: &mut Stream, violate: bool) -> Words {
    let number = Number::draw(stream);
    let determiner = stream.pick(number.of(
        &["a", "this", "that", "every", "each", "another"],
        &["these", "those", "several", "many", "two", "three"],
    ));
    let between = match stream.below(4) {
        0 => Words::default(),
        1 => words![stream.pick(OF_THINGS)],
        2 => words!["very", stream.pick(OF_THINGS)],
        _ => words![stream.pick(OF_THINGS), "and", stream.pick(OF_THINGS)],
    };
    let noun = number.violated_if(violate).noun(stream.pick(THINGS));
    let verb = stream.pick(HANDLING).2;
    words![
        name(stream),
        verb,
        determiner,
        between,
        noun,
        stream.chance(50).then(|| place(stream))
    ]
}
