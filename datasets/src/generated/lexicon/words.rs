//! Names, adjectives and adverbs of plain reports.

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

/// What people may be.
pub(in crate::generated) const OF_PEOPLE: &[&str] = &[
    "old", "young", "tall", "short", "clever", "tired", "rich", "poor", "happy", "sad", "angry",
    "brave", "quiet", "polite", "lazy", "proud", "strange", "famous", "lonely", "nervous",
    "gentle", "honest", "hungry", "busy",
];

/// What things may be.
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

/// How something is done.
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

/// Adjective, comparative, the opposite comparative.
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

/// Words that may stand for each other.
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
