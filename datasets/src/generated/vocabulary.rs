//! All words of the generated language, and a tokenizer that knows them.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::lexicon::*;
use crate::tokenizer::Tokenizer;

/// RoBERTa's special tokens. The first four have RoBERTa's ids.
const SPECIAL: [&str; 5] = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"];

/// The words that the grammars add to those of the lexicon.
const GRAMMAR: &str = "\
    , . ? a after again ago agree all already although always an and another any anyone \
    anything are as at back be been before behind beside both but by call colleague come \
    could critic despite did disagree do does each end evening ever every everyone expected \
    failed far first for free friends from front full gladly had hardly has have he her \
    herself him himself hour hours i if in is it lacked last late less many minute month \
    more most much must my near neither never next night no nobody not of often on one other \
    our out outside people plenty rained recommend room said sat second seems several she so \
    some soon stayed than that the their them themselves there these they this those thought \
    three to told tomorrow true two us usual was we week went were when where while who whole why \
    will with worth would wrote yesterday";

/// Returns all tokens in the order of their ids: the special tokens, then words and punctuation marks in alphabetical
/// order.
pub fn vocabulary() -> Vec<String> {
    let special = SPECIAL.iter().map(|token| (*token).to_owned());
    special.chain(words()).collect()
}

/// Returns the tokenizer of the generated language: one token for each word, lower case, with RoBERTa's special tokens
/// and form of pairs (`<s> A </s>`, `<s> A </s></s> B </s>`).
///
/// [`Tokenizer::to_json`] returns the text of its `tokenizer.json`.
#[expect(
    clippy::expect_used,
    reason = "the file is made only here, and the crate's tests read it"
)]
pub fn tokenizer() -> Tokenizer {
    let vocabulary = vocabulary();
    let ids: Map<String, Value> = vocabulary
        .iter()
        .enumerate()
        .map(|(id, token)| (token.clone(), json!(id)))
        .collect();
    let special: Vec<Value> = SPECIAL
        .iter()
        .enumerate()
        .map(|(id, token)| {
            json!({
                "id": id, "content": token, "special": true, "normalized": false,
                "single_word": false, "lstrip": *token == "<mask>", "rstrip": false,
            })
        })
        .collect();
    let file = json!({
        "version": "1.0",
        "truncation": null,
        "padding": null,
        "added_tokens": special,
        "normalizer": { "type": "Lowercase" },
        "pre_tokenizer": { "type": "BertPreTokenizer" },
        "post_processor": {
            "type": "RobertaProcessing", "sep": ["</s>", 2], "cls": ["<s>", 0],
            "trim_offsets": true, "add_prefix_space": false,
        },
        "decoder": null,
        "model": { "type": "WordLevel", "vocab": ids, "unk_token": "<unk>" },
    });
    Tokenizer::from_bytes(file.to_string().as_bytes())
        .expect("the generated tokenizer is well formed")
}

/// Returns all words and punctuation marks, sorted.
fn words() -> BTreeSet<String> {
    let nouns = [MEN, WOMEN, PEOPLE, ANIMALS, THINGS, PLACES].concat();
    let verbs = [INTRANSITIVE, SOCIAL, HANDLING, GIVING].concat();
    let singles = [FEMALE, MALE, OF_PEOPLE, OF_THINGS, MANNER].concat();
    let opinions = [
        BAD, GOOD, FLOPS, HITS, FLAWS, MERITS, SADLY, HAPPILY, FILM, MEAL, STAGE, DEGREE,
    ]
    .concat();
    let pairs = [SYNONYMS, HATED, LOVED].concat();
    nouns
        .into_iter()
        .chain(pairs)
        .flat_map(|(a, b)| [a, b])
        .chain(verbs.into_iter().flat_map(|(a, b, c, d)| [a, b, c, d]))
        .chain(COMPARISONS.iter().flat_map(|&(a, b, c)| [a, b, c]))
        .chain(singles)
        .chain(opinions)
        .chain(GRAMMAR.split_whitespace())
        .map(str::to_lowercase)
        .collect()
}
