//! Finds parts of `tokenizer.json` that the class that reads it does not use.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use tokenizers::Tokenizer as Inner;
use tokenizers::normalizers::NormalizerWrapper;
use tokenizers::pre_tokenizers::PreTokenizerWrapper;

use super::class::Class;
use super::files::{SETTINGS, TOKENIZER};
use super::postprocess::{frame, frame_of_file};
use super::settings::shown;
use crate::fence::fenced;

/// Returns a sentence for each part of the file that is not used and differs from what is used instead.
pub(super) fn unused(file: &Map<String, Value>, inner: &Inner, class: Class) -> Vec<String> {
    // A file that is read as it is has no unused parts. The files of the other two classes describe the same tokenizer
    // in so many ways that a difference means little.
    if matches!(class, Class::AsItIs | Class::Llama | Class::XlmRoberta) {
        return Vec::new();
    }
    let mut sentences = Vec::new();
    let name = class.name();
    let mut differs = |part: &str, theirs: &Value, used: String| {
        sentences.push(format!(
            "{TOKENIZER}: its {part} {} is not used; transformers' {name} makes {used} from {SETTINGS}.",
            shown(theirs)
        ));
    };
    let null = Value::Null;
    let part = |key: &str| file.get(key).unwrap_or(&null);

    let theirs = canonical::<NormalizerWrapper>(part("normalizer"));
    let ours = value(&inner.get_normalizer());
    if theirs != ours {
        differs("normalizer", &theirs, ours.to_string());
    }
    let theirs = canonical::<PreTokenizerWrapper>(part("pre_tokenizer"));
    let ours = canonical::<PreTokenizerWrapper>(&value(&inner.get_pre_tokenizer()));
    if theirs != ours {
        differs("pre_tokenizer", &theirs, ours.to_string());
    }
    let ours = inner
        .get_post_processor()
        .and_then(|processor| frame(processor).ok());
    if ours.is_some() && frame_of_file(file) != ours {
        let [(_, tokens, _), _] = ours.unwrap_or_default();
        differs("post_processor", part("post_processor"), tokens.join(" … "));
    }
    let model = part("model");
    for (key, usual) in parameters(class) {
        let theirs = model
            .get(key)
            .filter(|theirs| !theirs.is_null() && **theirs != "");
        if let Some(theirs) = theirs.filter(|theirs| **theirs != usual) {
            differs(&format!("model's {key}"), theirs, usual.to_string());
        }
    }
    sentences
}

/// Returns the parameters of the class's model that have fixed values.
fn parameters(class: Class) -> Vec<(&'static str, Value)> {
    match class {
        Class::Bert | Class::DistilBert => vec![
            ("continuing_subword_prefix", json!("##")),
            ("max_input_chars_per_word", json!(100)),
        ],
        _ => vec![
            ("dropout", json!(0.0)),
            ("continuing_subword_prefix", json!("")),
            ("end_of_word_suffix", json!("")),
            ("byte_fallback", json!(false)),
            ("ignore_merges", json!(false)),
        ],
    }
}

/// Returns a part as the library would write it, without settings that have no effect on ids.
fn canonical<T: DeserializeOwned + Serialize>(part: &Value) -> Value {
    let read = part.clone();
    let mut written = match fenced(|| serde_json::from_value::<T>(read)) {
        Ok(Ok(read)) => value(&read),
        _ => part.clone(),
    };
    if let Some(keys) = written.as_object_mut() {
        keys.remove("trim_offsets");
    }
    written
}

fn value(part: &impl Serialize) -> Value {
    serde_json::to_value(part).unwrap_or_default()
}
