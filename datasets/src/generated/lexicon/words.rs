//! Names, adjectives, adverbs, comparisons and synonyms.

/// Names of women.
pub(in crate::generated) const FEMALE: &[&str] = &[
    "Anna", "Maria", "Emma", "Clara", "Julia", "Laura", "Nora", "Sarah", "Alice", "Helen", "Ruth",
    "Irene", "Rosa", "Vera",
];

/// Names of men.
pub(in crate::generated) const MALE: &[&str] = &[
    "Peter", "Paul", "David", "Thomas", "Martin", "Henry", "Oscar", "Victor", "Simon", "Daniel",
    "Robert", "Felix", "Hugo", "Adam",
];

/// Adjectives for people.
pub(in crate::generated) const OF_PEOPLE: &[&str] = &[
    "old", "young", "tall", "short", "clever", "tired", "rich", "poor", "happy", "sad", "angry",
    "brave", "quiet", "polite", "lazy", "proud", "strange", "famous", "lonely", "nervous",
    "gentle", "honest", "hungry", "busy",
];

/// Adjectives for things.
pub(in crate::generated) const OF_THINGS: &[&str] = &[
    "big",
    "small",
    "heavy",
    "light",
    "old",
    "new",
    "red",
    "blue",
    "green",
    "white",
    "black",
    "wooden",
    "broken",
    "dirty",
    "expensive",
    "cheap",
    "beautiful",
    "ugly",
    "rusty",
    "round",
];

/// Adverbs of manner.
pub(in crate::generated) const MANNER: &[&str] = &[
    "quietly",
    "loudly",
    "slowly",
    "quickly",
    "happily",
    "sadly",
    "carefully",
    "angrily",
    "politely",
    "bravely",
    "eagerly",
    "calmly",
];

/// Adjectives, each with its comparative and the opposite comparative.
pub(in crate::generated) const COMPARISONS: &[(&str, &str, &str)] = &[
    ("tall", "taller", "shorter"),
    ("old", "older", "younger"),
    ("rich", "richer", "poorer"),
    ("strong", "stronger", "weaker"),
    ("fast", "faster", "slower"),
    ("loud", "louder", "quieter"),
    ("happy", "happier", "sadder"),
    ("brave", "braver", "shyer"),
];

/// Words, each with the synonym that may replace it.
pub(in crate::generated) const SYNONYMS: &[(&str, &str)] = &[
    ("helped", "assisted"),
    ("bought", "purchased"),
    ("repaired", "fixed"),
    ("watched", "observed"),
    ("found", "discovered"),
    ("hid", "concealed"),
    ("hidden", "concealed"),
    ("chased", "pursued"),
    ("seen", "noticed"),
    ("saw", "noticed"),
    ("scolded", "reprimanded"),
    ("clever", "smart"),
    ("happy", "glad"),
    ("angry", "furious"),
    ("rich", "wealthy"),
    ("quiet", "silent"),
    ("sad", "unhappy"),
    ("big", "large"),
    ("small", "little"),
    ("beautiful", "pretty"),
    ("strange", "odd"),
    ("brave", "courageous"),
    ("doctor", "physician"),
    ("boy", "lad"),
    ("thief", "robber"),
    ("picture", "painting"),
    ("boat", "ship"),
    ("stranger", "foreigner"),
    ("forest", "wood"),
    ("quickly", "swiftly"),
    ("slowly", "gradually"),
    ("carefully", "cautiously"),
    ("rescued", "saved"),
    ("street", "road"),
];
