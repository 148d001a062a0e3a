//! Paraphrase: two sentences that say the same in other words, or say different things in almost the same words.
//!
//! The first sentence tells an event in one of several ways. The second tells the same event, or one that differs from
//! it, in another way. The events differ in exchanged roles or attributes or in two of their words; one of the
//! sentences may also be denied.

use super::lexicon::*;
use super::phrase::{name, person};
use super::words::{Words, words};
use crate::rng::Stream;

/// The percentage of different pairs that differ because one of the two sentences is denied.
const DENIED: u64 = 40;

/// The percentage of pairs with the same meaning in which both sentences are denied.
const BOTH_DENIED: u64 = 12;

/// Draws a pair of sentences that mean the same, or do not.
pub(super) fn pair(stream: &mut Stream, same: bool) -> (Words, Words) {
    let deny = |words| words!["it is not true that", words];
    let denied = stream.chance(if same { BOTH_DENIED } else { DENIED });
    let (first, second) = statements(stream, same || denied);
    let second = synonyms(stream, second);
    let (first, second) = match (denied, same) {
        (false, _) => (first, second),
        (true, true) => (deny(first), deny(second)),
        (true, false) if stream.chance(50) => (deny(first), second),
        (true, false) => (first, deny(second)),
    };
    (words![first, "."], words![second, "."])
}

/// Draws two statements that say the same, or do not.
fn statements(stream: &mut Stream, same: bool) -> (Words, Words) {
    let (first, second) = match stream.below(12) {
        0 | 1 => comparison(stream, same),
        2 => order_in_time(stream, same),
        3 => gift(stream, same),
        4 => sale(stream, same),
        _ => event(stream, same),
    };
    if stream.chance(50) {
        (first, second)
    } else {
        (second, first)
    }
}

/// Replaces about half of the words that have a synonym.
fn synonyms(stream: &mut Stream, words: Words) -> Words {
    let replace = |word: &'static str| match SYNONYMS.iter().find(|(plain, _)| *plain == word) {
        Some((_, other)) if stream.chance(50) => other,
        _ => word,
    };
    Words(words.0.into_iter().map(replace).collect())
}

/// An event: someone did something to someone or something, in some manner, at some place.
#[derive(Clone)]
struct Event {
    scene: &'static Scene,
    agent: Party,
    patient: Party,
    verb: Verb,
    manner: Option<&'static str>,
    place: [&'static str; 3],
}

#[derive(Clone, Copy, PartialEq, Eq)]
struct Party {
    adjective: Option<&'static str>,
    noun: &'static str,
}

/// The verbs, patients and adjectives that an event may have.
struct Scene {
    verbs: &'static [Verb],
    patients: &'static [Noun],
    adjectives: &'static [&'static str],
    /// Whether agent and patient can be exchanged.
    reversible: bool,
}

const BETWEEN_PEOPLE: &Scene = &Scene {
    verbs: SOCIAL,
    patients: PEOPLE,
    adjectives: OF_PEOPLE,
    reversible: true,
};
const WITH_THINGS: &Scene = &Scene {
    verbs: HANDLING,
    patients: THINGS,
    adjectives: OF_THINGS,
    reversible: false,
};

impl Party {
    fn draw(stream: &mut Stream, nouns: &[Noun], adjectives: &[&'static str]) -> Self {
        let adjective = stream.chance(60).then(|| stream.pick(adjectives));
        Self {
            adjective,
            noun: stream.pick(nouns).0,
        }
    }

    fn words(self) -> Words {
        words!["the", self.adjective, self.noun]
    }
}

/// Draws an item for which `same` is false.
fn another<T: Copy>(stream: &mut Stream, items: &[T], same: impl Fn(T) -> bool) -> T {
    loop {
        let item = stream.pick(items);
        if !same(item) {
            return item;
        }
    }
}

fn event(stream: &mut Stream, same: bool) -> (Words, Words) {
    let scene = if stream.chance(75) {
        BETWEEN_PEOPLE
    } else {
        WITH_THINGS
    };
    let agent = Party {
        noun: person(stream).0,
        ..Party::draw(stream, PEOPLE, OF_PEOPLE)
    };
    let patient = loop {
        let patient = Party::draw(stream, scene.patients, scene.adjectives);
        if patient.noun != agent.noun
            && (patient.adjective.is_none() || patient.adjective != agent.adjective)
        {
            break patient;
        }
    };
    let verb = stream.pick(scene.verbs);
    let manner = stream.chance(30).then(|| stream.pick(MANNER));
    let place = [
        stream.pick(&["in", "near", "behind"]),
        "the",
        stream.pick(PLACES).0,
    ];
    let event = Event {
        scene,
        agent,
        patient,
        verb,
        manner,
        place,
    };
    let partner = if same {
        event.clone()
    } else {
        differing(stream, &event)
    };
    let way = stream.below(WAYS);
    let other = (way + 1 + stream.below(WAYS - 1)) % WAYS;
    (say(&event, way), say(&partner, other))
}

/// Draws an event that differs from `event`: roles or attributes are exchanged, or two of its words changed.
fn differing(stream: &mut Stream, event: &Event) -> Event {
    let mut changed = event.clone();
    let Event {
        scene,
        agent,
        patient,
        verb,
        place: [preposition, the, there],
        ..
    } = *event;
    let exchange = stream.below(10);
    if scene.reversible && exchange < 2 {
        (changed.agent, changed.patient) = (patient, agent);
        return changed;
    }
    if scene.reversible && exchange < 3 && agent.adjective != patient.adjective {
        changed.agent.adjective = patient.adjective;
        changed.patient.adjective = agent.adjective;
        return changed;
    }
    let first = stream.below(4);
    for part in [first, (first + 1) % 4] {
        match part {
            0 => changed.verb = another(stream, scene.verbs, |other| other == verb),
            1 => {
                let there = another(stream, PLACES, |place| place.0 == there).0;
                changed.place = [preposition, the, there];
            }
            2 => {
                let noun = another(stream, scene.patients, |noun| noun.0 == patient.noun);
                changed.patient.noun = noun.0;
            }
            _ => changed.agent.noun = another(stream, PEOPLE, |noun| noun.0 == agent.noun).0,
        }
    }
    changed
}

const WAYS: u64 = 6;

/// Returns the event as a sentence, in one of [`WAYS`] ways.
fn say(event: &Event, way: u64) -> Words {
    let (agent, patient) = (event.agent.words(), event.patient.words());
    let (manner, place) = (event.manner, Words(event.place.to_vec()));
    let (_, _, past, participle) = event.verb;
    let which = if event.scene.reversible {
        "who"
    } else {
        "that"
    };
    match way {
        0 => words![agent, manner, past, patient, place],
        1 => words![patient, "was", manner, participle, "by", agent, place],
        2 => words![place, ",", agent, manner, past, patient],
        3 => words!["it was", agent, "who", manner, past, patient, place],
        4 => words![
            "it was", patient, which, "was", manner, participle, "by", agent, place
        ],
        _ => words![place, ",", patient, "was", manner, participle, "by", agent],
    }
}

/// Draws a pair like `Anna is taller than the baker`, `the baker is shorter than Anna`.
fn comparison(stream: &mut Stream, same: bool) -> (Words, Words) {
    let (_, more, less) = stream.pick(COMPARISONS);
    let first = words![name(stream)];
    let second = words!["the", person(stream).0];
    let (first, second) = if stream.chance(50) {
        (first, second)
    } else {
        (second, first)
    };
    let is = stream.pick(&["is", "was", "seems"]);
    let much = stream.chance(30).then_some("much");
    let say = |a: &Words, how: &'static str, b: &Words| {
        words![a.clone(), is, much, how, "than", b.clone()]
    };
    let partner = match (same, stream.chance(50)) {
        (true, _) => say(&second, less, &first),
        (false, true) => say(&first, less, &second),
        (false, false) => say(&second, more, &first),
    };
    (say(&first, more, &second), partner)
}

/// Draws a pair like `the nurse sang before Anna slept`, `Anna slept after the nurse sang`.
fn order_in_time(stream: &mut Stream, same: bool) -> (Words, Words) {
    let first = words!["the", person(stream).0, stream.pick(INTRANSITIVE).2];
    let second = words![name(stream), stream.pick(INTRANSITIVE).2];
    let (first, second) = if stream.chance(50) {
        (first, second)
    } else {
        (second, first)
    };
    let say = |way: u64, early: &Words, late: &Words| {
        let (early, late) = (early.clone(), late.clone());
        match way {
            0 => words![early, "before", late],
            1 => words![late, "after", early],
            2 => words!["before", late, ",", early],
            _ => words!["after", early, ",", late],
        }
    };
    let way = stream.below(4);
    let other = (way + 1 + stream.below(3)) % 4;
    let partner = if same {
        say(other, &first, &second)
    } else {
        say(other, &second, &first)
    };
    (say(way, &first, &second), partner)
}

/// Draws a pair like `Anna gave the baker the old key`, `the old key was given to the baker by Anna`.
fn gift(stream: &mut Stream, same: bool) -> (Words, Words) {
    let (_, _, past, participle) = stream.pick(GIVING);
    let giver = words![name(stream)];
    let taker = words!["the", person(stream).0];
    let thing = words!["the", stream.pick(OF_THINGS), stream.pick(THINGS).0];
    let (giver, taker) = if stream.chance(50) {
        (giver, taker)
    } else {
        (taker, giver)
    };
    let say = |way: u64, giver: &Words, taker: &Words| {
        let (giver, taker, thing) = (giver.clone(), taker.clone(), thing.clone());
        match way {
            0 => words![giver, past, taker, thing],
            1 => words![giver, past, thing, "to", taker],
            2 => words![thing, "was", participle, "to", taker, "by", giver],
            _ => words![taker, "was", participle, thing, "by", giver],
        }
    };
    let way = stream.below(4);
    let other = (way + 1 + stream.below(3)) % 4;
    let partner = if same {
        say(other, &giver, &taker)
    } else {
        say(other, &taker, &giver)
    };
    (say(way, &giver, &taker), partner)
}

/// Draws a pair like `the baker sold the old clock to Paul`, `Paul bought the old clock from the baker`.
fn sale(stream: &mut Stream, same: bool) -> (Words, Words) {
    let (seller, buyer) = (words!["the", person(stream).0], words![name(stream)]);
    let (seller, buyer) = if stream.chance(50) {
        (seller, buyer)
    } else {
        (buyer, seller)
    };
    let thing = words!["the", stream.pick(OF_THINGS), stream.pick(THINGS).0];
    let sold = words![seller.clone(), "sold", thing.clone(), "to", buyer.clone()];
    let partner = if same {
        words![buyer, "bought", thing, "from", seller]
    } else {
        words![seller, "bought", thing, "from", buyer]
    };
    (sold, partner)
}
