//! Words of praise and blame, in pairs of tables of which the first blames; the parts of a topic; and degrees.

/// Adjectives of blame.
pub(in crate::generated) const BAD: &[&str] = &[
    "dreadful",
    "boring",
    "dull",
    "clumsy",
    "awful",
    "terrible",
    "bland",
    "tedious",
    "stale",
    "predictable",
    "shallow",
    "lifeless",
    "annoying",
    "disappointing",
    "sloppy",
    "weak",
    "bad",
    "messy",
    "forgettable",
    "painful",
    "horrible",
    "ridiculous",
    "tiresome",
    "empty",
    "unpleasant",
    "pointless",
    "confusing",
    "mediocre",
    "dreary",
    "careless",
];

/// Adjectives of praise.
pub(in crate::generated) const GOOD: &[&str] = &[
    "wonderful",
    "brilliant",
    "charming",
    "delightful",
    "superb",
    "excellent",
    "moving",
    "funny",
    "witty",
    "gripping",
    "fresh",
    "elegant",
    "memorable",
    "lovely",
    "splendid",
    "thrilling",
    "enjoyable",
    "graceful",
    "inspired",
    "touching",
    "terrific",
    "fantastic",
    "great",
    "good",
    "impressive",
    "pleasant",
    "warm",
    "satisfying",
    "lively",
    "tasteful",
];

/// Nouns for a bad thing.
pub(in crate::generated) const FLOPS: &[&str] = &[
    "bore",
    "mess",
    "disaster",
    "failure",
    "disgrace",
    "ordeal",
    "disappointment",
    "nuisance",
    "flop",
    "joke",
];

/// Nouns for a good thing.
pub(in crate::generated) const HITS: &[&str] = &[
    "delight",
    "joy",
    "triumph",
    "treat",
    "pleasure",
    "masterpiece",
    "success",
    "gem",
    "wonder",
    "marvel",
];

/// Qualities of a bad thing.
pub(in crate::generated) const FLAWS: &[&str] = &[
    "cliches",
    "flaws",
    "noise",
    "errors",
    "vanity",
    "confusion",
    "nonsense",
    "mistakes",
    "gloom",
    "excuses",
];

/// Qualities of a good thing.
pub(in crate::generated) const MERITS: &[&str] = &[
    "charm",
    "wit",
    "warmth",
    "energy",
    "depth",
    "grace",
    "imagination",
    "taste",
    "beauty",
    "ideas",
];

/// Verbs of dislike, as base and past.
pub(in crate::generated) const HATED: &[(&str, &str)] = &[
    ("hate", "hated"),
    ("dislike", "disliked"),
    ("regret", "regretted"),
    ("despise", "despised"),
    ("detest", "detested"),
];

/// Verbs of liking, as base and past.
pub(in crate::generated) const LOVED: &[(&str, &str)] = &[
    ("love", "loved"),
    ("like", "liked"),
    ("enjoy", "enjoyed"),
    ("adore", "adored"),
    ("treasure", "treasured"),
];

/// Parts of an evening at the cinema.
pub(in crate::generated) const FILM: &[&str] = &[
    "film", "movie", "plot", "story", "acting", "script", "dialogue", "ending", "music", "cast",
];

/// Parts of an evening out.
pub(in crate::generated) const MEAL: &[&str] = &[
    "restaurant",
    "food",
    "service",
    "soup",
    "bread",
    "coffee",
    "dessert",
    "wine",
    "menu",
    "breakfast",
];

/// Parts of an evening at the theatre, or with a book.
pub(in crate::generated) const STAGE: &[&str] = &[
    "novel",
    "poem",
    "chapter",
    "style",
    "language",
    "beginning",
    "play",
    "concert",
    "performance",
    "show",
];

/// Adverbs of degree.
pub(in crate::generated) const DEGREE: &[&str] =
    &["really", "very", "quite", "truly", "rather", "simply"];

/// Adverbs of regret.
pub(in crate::generated) const SADLY: &[&str] = &["sadly", "unfortunately", "alas", "regrettably"];

/// Adverbs of relief.
pub(in crate::generated) const HAPPILY: &[&str] =
    &["happily", "fortunately", "luckily", "thankfully"];
