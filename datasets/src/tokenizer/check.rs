//! Checks of a finished tokenizer: what it cannot do, and what it does differently from what its files suggest.

use std::collections::BTreeSet;

use serde_json::{Map, Value};
use tokenizers::{Model, Tokenizer as Inner};

use crate::error::Result;

use super::class::Class;
use super::files::{Files, MODEL, TOKENIZER};
use super::postprocess::{Frame, frame, undefined};
use super::settings::Settings;
use super::special::Special;

/// Returns the special tokens that a tokenizer puts around texts, and warns if their texts differ from the vocabulary.
///
/// # Errors
/// [`Error::Tokenizer`](crate::Error::Tokenizer) if the post-processor can't be used, or if a token is not in the
/// vocabulary.
pub(super) fn frames(
    inner: &Inner,
    files: &Files,
    file: Option<&Map<String, Value>>,
    warnings: &mut Vec<String>,
) -> Result<Option<Frame>> {
    let Some(processor) = inner.get_post_processor() else {
        return Ok(None);
    };
    let refuse = |reason: String| {
        files.unusable(
            TOKENIZER,
            format!("its post_processor can't be used: {reason}"),
        )
    };
    let frame = frame(processor).map_err(|reason| {
        let value = file.and_then(|file| file.get("post_processor"));
        match value.and_then(undefined) {
            Some(token) => refuse(format!(
                "it names the token {token:?}, which its list `special_tokens` lacks"
            )),
            None => refuse(reason),
        }
    })?;
    let mut said = BTreeSet::new();
    for (ids, texts, _) in &frame {
        for (&id, text) in ids.iter().zip(texts) {
            let added = inner.get_added_vocabulary().get_added_tokens_decoder();
            let token = added.get(&id).map(|token| token.content.clone());
            match token.or_else(|| inner.get_model().id_to_token(id)) {
                None => return Err(refuse(format!("it puts in {text:?} with the id {id}, which is no token's"))),
                Some(token) if token != *text && said.insert(id) => warnings.push(format!(
                    "{TOKENIZER}: post_processor puts in {text:?} with the id {id}, which in the vocabulary is {token:?}."
                )),
                Some(_) => {}
            }
        }
    }
    Ok(Some(frame))
}

/// Returns warnings about an encoder that is given no special tokens, or no token types for its pairs.
pub(super) fn encoder(
    model: &Settings<'_>,
    class: Class,
    chosen: &str,
    frame: Option<&Frame>,
    types: bool,
) -> Result<Vec<String>> {
    let kind = model.text("model_type")?.unwrap_or_default();
    let mut warnings = Vec::new();
    if !matches!(kind, "bert" | "roberta") {
        return Ok(warnings);
    }
    let (single, second) = match frame {
        Some([(single, _, _), (_, _, types)]) => (single.len(), types.contains(&1)),
        None => (0, false),
    };
    if single == 0 {
        warnings.push(format!(
            "{TOKENIZER}: no post_processor puts special tokens such as [CLS] or <s> around a text, and transformers' {} \
             ({chosen}) adds none; {MODEL} says model_type = {kind}, which expects them.",
            class.name()
        ));
    }
    if second && !types {
        warnings.push(format!(
            "{TOKENIZER}: the token types of pairs are all 0, because transformers' {} ({chosen}) gives none unless \
             model_input_names contains token_type_ids.",
            class.name()
        ));
    }
    Ok(warnings)
}

/// Returns warnings about added tokens that have another id than the files write, or the id of another token.
pub(super) fn added(inner: &Inner, special: &Special) -> Vec<String> {
    let mut warnings = Vec::new();
    for (written, text) in special.listed() {
        if let Some(id) = inner
            .token_to_id(text)
            .filter(|&id| i64::from(id) != written)
        {
            warnings.push(format!(
                "added tokens: {text:?} is written with the id {written} but has {id}, as in transformers."
            ));
        }
    }
    for (id, token) in inner.get_added_vocabulary().get_added_tokens_decoder() {
        let other = inner.get_model().id_to_token(*id);
        if let Some(other) = other.filter(|other| *other != token.content) {
            warnings.push(format!(
                "added tokens: {:?} has the id {id} of the token {other:?}, as in transformers.",
                token.content
            ));
        }
    }
    warnings.sort();
    warnings
}

/// Returns the ids of special tokens that the vocabulary of the files lacks, and warns of these tokens.
pub(super) fn appended(
    inner: &Inner,
    in_file: &BTreeSet<String>,
    warnings: &mut Vec<String>,
) -> BTreeSet<u32> {
    let mut tokens: Vec<(u32, &str)> = inner
        .get_added_vocabulary()
        .get_added_tokens_decoder()
        .iter()
        .filter(|(_, token)| token.special && !in_file.contains(&token.content))
        .filter(|(_, token)| inner.get_model().token_to_id(&token.content).is_none())
        .map(|(&id, token)| (id, token.content.as_str()))
        .collect();
    tokens.sort_unstable();
    for (id, token) in &tokens {
        warnings.push(format!(
            "special tokens: {token:?} is not in the vocabulary and has the id {id} after its end, as in transformers; \
             the model has no row for it unless its embedding is larger."
        ));
    }
    tokens.into_iter().map(|(id, _)| id).collect()
}

/// Returns warnings about text that a model drops or refuses because its vocabulary is not complete.
pub(super) fn coverage(inner: &Inner, class: Class, unknown: Option<&str>) -> Vec<String> {
    let model = inner.get_model();
    if let Some(token) = unknown.filter(|token| model.token_to_id(token).is_none()) {
        return vec![format!(
            "the vocabulary lacks the unknown token {token:?}: a text with a word that it does not know is refused."
        )];
    }
    if !matches!(class, Class::Roberta | Class::Gpt2) {
        return Vec::new();
    }
    let lacking = byte_symbols().filter(|symbol| model.token_to_id(&symbol.to_string()).is_none());
    match lacking.count() {
        0 => Vec::new(),
        count => vec![format!(
            "the vocabulary lacks the symbols of {count} bytes: characters that are written with them are left out of \
             every text, as in transformers."
        )],
    }
}

/// Returns the characters that stand for the bytes of UTF-8 text in a byte-level vocabulary.
fn byte_symbols() -> impl Iterator<Item = char> {
    let printable = |byte: &u8| matches!(byte, b'!'..=b'~' | 0xA1..=0xAC | 0xAE..=0xFF);
    let never = |byte: &u8| matches!(byte, 0xC0 | 0xC1 | 0xF5..=0xFF);
    let shifted = (0..=u8::MAX).filter(move |byte| !printable(byte));
    let shifted = (256_u32..)
        .zip(shifted)
        .filter_map(|(symbol, _)| char::from_u32(symbol));
    let same = (0..=u8::MAX)
        .filter(move |byte| printable(byte) && !never(byte))
        .map(char::from);
    shifted.chain(same)
}

/// Returns warnings about settings that have no effect because the file is read as it is and says otherwise.
pub(super) fn ignored_by_file(
    settings: &Settings<'_>,
    file: &Map<String, Value>,
) -> Result<Vec<String>> {
    let mut warnings = Vec::new();
    for (key, part, name) in [
        ("do_lower_case", "normalizer", "lowercase"),
        ("strip_accents", "normalizer", "strip_accents"),
        (
            "tokenize_chinese_chars",
            "normalizer",
            "handle_chinese_chars",
        ),
        ("add_prefix_space", "pre_tokenizer", "add_prefix_space"),
    ] {
        let Some(asked) = settings.flag(key)? else {
            continue;
        };
        let done = file
            .get(part)
            .and_then(|part| part.get(name))
            .and_then(Value::as_bool);
        if done.is_some_and(|done| done != asked) {
            warnings.push(format!(
                "{}: {key} = {asked} is ignored, as transformers ignores it for this class; the {part} of {TOKENIZER} \
                 says otherwise.",
                settings.name()
            ));
        }
    }
    Ok(warnings)
}
