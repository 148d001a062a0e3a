//! The models that once had no owner on the hub.

/// The old and the present name of each model of the BERT, RoBERTa and GPT-2 families that is common in users' caches
/// and scripts.
const MOVED: &[(&str, &str)] = &[
    ("bert-base-cased", "google-bert/bert-base-cased"),
    (
        "bert-base-multilingual-cased",
        "google-bert/bert-base-multilingual-cased",
    ),
    (
        "bert-base-multilingual-uncased",
        "google-bert/bert-base-multilingual-uncased",
    ),
    ("bert-base-uncased", "google-bert/bert-base-uncased"),
    ("bert-large-cased", "google-bert/bert-large-cased"),
    ("bert-large-uncased", "google-bert/bert-large-uncased"),
    ("distilbert-base-cased", "distilbert/distilbert-base-cased"),
    (
        "distilbert-base-uncased",
        "distilbert/distilbert-base-uncased",
    ),
    ("distilgpt2", "distilbert/distilgpt2"),
    ("distilroberta-base", "distilbert/distilroberta-base"),
    ("gpt2", "openai-community/gpt2"),
    ("gpt2-large", "openai-community/gpt2-large"),
    ("gpt2-medium", "openai-community/gpt2-medium"),
    ("gpt2-xl", "openai-community/gpt2-xl"),
    ("roberta-base", "FacebookAI/roberta-base"),
    ("roberta-large", "FacebookAI/roberta-large"),
    ("roberta-large-mnli", "FacebookAI/roberta-large-mnli"),
    ("xlm-roberta-base", "FacebookAI/xlm-roberta-base"),
    ("xlm-roberta-large", "FacebookAI/xlm-roberta-large"),
];

/// Returns the present name of a model, if the model was moved.
pub(super) fn today(old: &str) -> Option<&'static str> {
    let found = MOVED.iter().find(|(name, _)| *name == old);
    found.map(|(_, today)| *today)
}
