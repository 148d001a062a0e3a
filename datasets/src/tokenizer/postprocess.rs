//! The special tokens around a text and between the texts of a pair.

use serde_json::{Map, Value};
use tokenizers::processors::PostProcessorWrapper;
use tokenizers::processors::roberta::RobertaProcessing;
use tokenizers::processors::template::TemplateProcessing;
use tokenizers::{Encoding, PostProcessor, Tokenizer as Inner};

use crate::error::{Error, Result};

use super::class::Class;
use super::files::{Files, SETTINGS, TOKENIZER};
use super::settings::Settings;
use super::special::Special;
use crate::fence::{fenced, fenced_call};

/// Sets the post-processor of the tokenizer's class. The special tokens must have been added before.
pub(super) fn attach(
    inner: &mut Inner,
    class: Class,
    files: &Files,
    settings: &Settings<'_>,
    file: Option<&Map<String, Value>>,
    special: &Special,
) -> Result<()> {
    let id = |token: &str| inner.token_to_id(token);
    let needed = |name: &str| {
        let text = special.text(name).unwrap_or_default();
        let found = id(text).map(|id| (text, id));
        found.ok_or_else(|| nameless(files, name))
    };
    let processor: PostProcessorWrapper = match class {
        Class::AsItIs => return Ok(()),
        Class::Bert | Class::DistilBert => {
            // If a name is null, transformers uses the id that the token has in BERT's default vocabulary.
            let token = |name: &str, place: u32| match special.text(name) {
                Some(text) => (text, id(text).unwrap_or(place)),
                None => ("None", place),
            };
            let ((cls, cls_id), (sep, sep_id)) = (token("cls_token", 2), token("sep_token", 3));
            let single = format!("{cls}:0 $A:0 {sep}:0");
            let pair = format!("{single} $B:1 {sep}:1");
            template(files, &single, &pair, &[(cls, cls_id), (sep, sep_id)])?
        }
        Class::Roberta => {
            let ((cls, cls_id), (sep, sep_id)) = (needed("cls_token")?, needed("sep_token")?);
            RobertaProcessing::new((sep.to_owned(), sep_id), (cls.to_owned(), cls_id)).into()
        }
        Class::XlmRoberta => {
            let ((bos, bos_id), (eos, eos_id)) = (needed("bos_token")?, needed("eos_token")?);
            let single = format!("{bos} $A {eos}");
            let pair = format!("{single} {eos} $B {eos}");
            template(files, &single, &pair, &[(bos, bos_id), (eos, eos_id)])?
        }
        Class::Gpt2 | Class::Llama => match file.and_then(|file| file.get("post_processor")) {
            Some(value) if !value.is_null() => {
                let value = value.clone();
                fenced_call(|| serde_json::from_value(value)).map_err(|reason| {
                    files.unusable(TOKENIZER, format!("`post_processor`: {reason}"))
                })?
            }
            _ => {
                // If there is a tokenizer.json, transformers ignores these keys.
                let ends = |key, name| -> Result<Option<(&str, u32)>> {
                    let asked = settings.flag(key)?.unwrap_or(false) && file.is_none();
                    let text = special.text(name).filter(|_| asked);
                    Ok(text.and_then(|text| Some((text, id(text)?))))
                };
                let bos = ends("add_bos_token", "bos_token")?;
                let eos = ends("add_eos_token", "eos_token")?;
                let around = |name: &str, type_id: u8| {
                    let token = |token: Option<(&str, u32)>| {
                        token.map_or_else(String::new, |(text, _)| format!(" {text}:{type_id} "))
                    };
                    format!("{}${name}:{type_id}{}", token(bos), token(eos))
                };
                let single = around("A", 0);
                let pair = format!("{single} {}", around("B", 1));
                let tokens: Vec<_> = bos.into_iter().chain(eos).collect();
                template(files, &single, &pair, &tokens)?
            }
        },
    };
    inner.with_post_processor(Some(processor));
    Ok(())
}

fn template(
    files: &Files,
    single: &str,
    pair: &str,
    tokens: &[(&str, u32)],
) -> Result<PostProcessorWrapper> {
    let tokens: Vec<(String, u32)> = tokens
        .iter()
        .map(|&(text, id)| (text.to_owned(), id))
        .collect();
    let made = fenced_call(|| -> std::result::Result<_, String> {
        let mut builder = TemplateProcessing::builder();
        let parts = |text: &str| {
            text.split_whitespace()
                .map(str::to_owned)
                .collect::<Vec<_>>()
        };
        builder
            .try_single(parts(single))
            .map_err(|error| error.to_string())?;
        builder
            .try_pair(parts(pair))
            .map_err(|error| error.to_string())?;
        builder.special_tokens(tokens);
        builder.build().map_err(|error| error.to_string())
    });
    let wrong = |reason| {
        let reason = format!("no template can be made of the special tokens ({single}): {reason}");
        files.unusable(SETTINGS, reason)
    };
    made.map(Into::into).map_err(wrong)
}

fn nameless(files: &Files, name: &str) -> Error {
    let reason = format!("`{name}` is null or empty, but every text begins or ends with it");
    files.unusable(SETTINGS, reason)
}

/// The tokens that a post-processor adds to empty texts, as ids, texts and types: for one text, then for two.
pub(super) type Frame = [(Vec<u32>, Vec<String>, Vec<u32>); 2];

/// Returns the frame of a post-processor, or the library's reason why it can't be used.
pub(super) fn frame(processor: &PostProcessorWrapper) -> std::result::Result<Frame, String> {
    let of = |second: Option<Encoding>| {
        fenced_call(|| processor.process(Encoding::default(), second, true)).map(|framed| {
            let types = framed.get_type_ids().to_vec();
            (
                framed.get_ids().to_vec(),
                framed.get_tokens().to_vec(),
                types,
            )
        })
    };
    Ok([of(None)?, of(Some(Encoding::default()))?])
}

/// Returns the frame of the post-processor in a file, if the file has a usable one.
pub(super) fn frame_of_file(file: &Map<String, Value>) -> Option<Frame> {
    let value = file.get("post_processor")?.clone();
    let processor = fenced(|| serde_json::from_value::<PostProcessorWrapper>(value)).ok()?;
    frame(&processor.ok()?).ok()
}

/// Returns a token that a template names without defining its ids, if there is one.
pub(super) fn undefined(processor: &Value) -> Option<&str> {
    if let Some(parts) = processor.get("processors").and_then(Value::as_array) {
        return parts.iter().find_map(undefined);
    }
    let defined = processor.get("special_tokens").and_then(Value::as_object);
    ["single", "pair"].iter().find_map(|key| {
        let pieces = processor.get(*key)?.as_array()?;
        let names = pieces
            .iter()
            .filter_map(|piece| piece.get("SpecialToken")?.get("id")?.as_str());
        let mut names =
            names.filter(|name| !defined.is_some_and(|tokens| tokens.contains_key(*name)));
        names.next()
    })
}
