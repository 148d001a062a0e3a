//! Acceptability: a sentence that keeps the rules of English grammar, or violates one of them.
//!
//! The word that violates and the word that it must agree with are rarely neighbours, and most
//! frames put a word of the wrong number in between: counting words does not help.

use super::lexicon::*;
use super::phrase::Number::{Plural, Singular};
use super::phrase::*;
use super::words::{Words, words};
use crate::rng::Stream;

type Frame = fn(&mut Stream, bool) -> Words;

/// One frame per rule; the ones for agreement at a distance come up more often.
const FRAMES: &[Frame] = &[
    across_a_modifier,
    across_a_modifier,
    across_a_modifier,
    across_an_object_clause,
    across_an_object_clause,
    across_a_subject_clause,
    across_a_subject_clause,
    joined_subjects,
    reflexive,
    reflexive,
    determiner_and_noun,
    determiner_and_noun,
    quantifier_of,
    quantifier_of,
    there_is,
    auxiliary,
    auxiliary,
    question,
    polarity,
    polarity,
    each_other,
    pronoun_case,
    comparison,
    time_and_tense,
    time_and_tense,
    word_order,
    word_order,
    word_order,
    word_order,
    word_order,
    word_order,
];

/// A sentence without, or with exactly one, violation.
pub(super) fn sentence(stream: &mut Stream, violate: bool) -> Words {
    let frame = stream.pick(FRAMES);
    let words = frame(stream, violate);
    let end = if words.0.last() == Some(&"?") {
        None
    } else {
        Some(".")
    };
    words![words, end]
}

/// `smile`, `are tired`, `have slept`, `do not sell the key`, `admire the king`.
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

/// `the key near the cabinets is rusty`
fn across_a_modifier(stream: &mut Stream, violate: bool) -> Words {
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
fn across_an_object_clause(stream: &mut Stream, violate: bool) -> Words {
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

/// `the dogs that chase the cat bark`
fn across_a_subject_clause(stream: &mut Stream, violate: bool) -> Words {
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
fn joined_subjects(stream: &mut Stream, violate: bool) -> Words {
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

/// `the queen near the soldiers blamed herself`
fn reflexive(stream: &mut Stream, violate: bool) -> Words {
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

/// `Anna sold these heavy old books`
fn determiner_and_noun(stream: &mut Stream, violate: bool) -> Words {
    let number = Number::draw(stream);
    let determiner = stream.pick(number.of(
        &["a", "this", "that", "every", "each", "another"],
        &["these", "those", "several", "many", "two", "three"],
    ));
    let between = match stream.below(4) {
        0 => words![],
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

/// `each of the dogs barks`
fn quantifier_of(stream: &mut Stream, violate: bool) -> Words {
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
fn there_is(stream: &mut Stream, violate: bool) -> Words {
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
    let never = stream.chance(30).then_some("always");
    words![
        "there",
        is,
        never,
        some,
        adjective,
        number.noun(creature(stream)),
        place(stream)
    ]
}

/// `the sailor has often sold the keys behind the church`
fn auxiliary(stream: &mut Stream, violate: bool) -> Words {
    let number = Number::draw(stream);
    let adverb = stream.pick(&["often", "never", "always", "quietly", "already"]);
    let transitive = stream.chance(50);
    let (base, third, past, participle) =
        stream.pick(if transitive { HANDLING } else { INTRANSITIVE });
    let (auxiliary, right, wrong) = match stream.below(3) {
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

/// `why do the farmers near the cow sing ?`
fn question(stream: &mut Stream, violate: bool) -> Words {
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

/// `no teacher that the student likes has ever smiled`: `ever` needs a `no` above it.
fn polarity(stream: &mut Stream, violate: bool) -> Words {
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

/// `the sisters near the king admire each other`
fn each_other(stream: &mut Stream, violate: bool) -> Words {
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

/// `the nurse and he said that they trust her`
fn pronoun_case(stream: &mut Stream, violate: bool) -> Words {
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

/// `the sailor is much taller than his brother`
fn comparison(stream: &mut Stream, violate: bool) -> Words {
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
fn time_and_tense(stream: &mut Stream, violate: bool) -> Words {
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

/// `the doctor praised the pilot in the garden`, or two neighbours of it exchanged, or one left out
fn word_order(stream: &mut Stream, violate: bool) -> Words {
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
            // The verb, or a noun of the two.
            words.0.remove([1, 2, 4][stream.index(3)]);
        }
    }
    words
}
