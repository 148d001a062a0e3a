//! Makes a tokenizer from files.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::{Map, Value};
use tokenizers::{Model, Tokenizer as Inner, TruncationDirection};

use crate::error::Result;

use super::class::Class;
use super::files::{Files, MODEL, SETTINGS, TOKENIZER};
use super::pipeline::Source;
use super::settings::Settings;
use super::special::{Special, texts_in};
use super::{Tokenizer, check, compare, postprocess};
use crate::fence::fenced_call;

/// A `model_max_length` above this number means to transformers that there is no limit.
const NO_LENGTH: f64 = 1e20;

/// Returns the tokenizer that transformers makes from the files of a folder.
pub(super) fn folder(files: &Files) -> Result<Tokenizer> {
    let settings = Settings::read(files, SETTINGS)?;
    let tokenizer = tokenizer_json(files)?;
    let file = tokenizer.as_ref();
    let (class, chosen) = Class::of(files, &settings)?;
    let mut warnings = Vec::new();
    if settings.get("auto_map").is_some() {
        warnings.push(format!(
            "{SETTINGS}: auto_map is ignored: code that comes with a model is not run."
        ));
    }
    let special = Special::read(files, &settings, file, class, &mut warnings)?;
    let source = Source {
        files,
        settings: &settings,
        tokenizer: file,
        class,
        chosen: &chosen,
        special: &special,
    };
    let pipeline = source.pipeline()?;
    let (mut inner, unknown) = (pipeline.inner, pipeline.unknown);
    warnings.extend(pipeline.warnings);
    add(&mut inner, files, &special)?;
    let split = settings.flag("split_special_tokens")?.unwrap_or(false);
    inner.set_encode_special_tokens(split);
    postprocess::attach(&mut inner, class, files, &settings, file, &special)?;

    let frame = check::frames(&inner, files, file, &mut warnings)?;
    let types = match settings.texts("model_input_names")? {
        Some(names) => names.contains(&"token_type_ids"),
        None => class.gives_types(),
    };
    let model = Settings::read(files, MODEL)?;
    warnings.extend(check::encoder(
        &model,
        class,
        &chosen,
        frame.as_ref(),
        types,
    )?);
    if let Some(file) = file {
        warnings.extend(compare::unused(file, &inner, class));
        if class == Class::AsItIs {
            warnings.extend(check::ignored_by_file(&settings, file)?);
        }
    }
    warnings.extend(check::added(&inner, &special));
    let appended = check::appended(&inner, &texts_in(files, file)?, &mut warnings);
    warnings.extend(check::coverage(&inner, class, unknown.as_deref()));
    Ok(Tokenizer {
        unknown: unknown.and_then(|token| inner.get_model().token_to_id(&token)),
        types,
        direction: direction(files, &settings, file)?,
        max_length: max_length(&settings, &mut warnings)?,
        appended,
        ..Tokenizer::of(inner, files, warnings)
    })
}

/// Returns the tokenizer that a `tokenizer.json` describes, without other files.
pub(super) fn alone(files: &Files) -> Result<Tokenizer> {
    let settings = Settings::read(files, SETTINGS)?;
    let tokenizer = tokenizer_json(files)?;
    let source = Source {
        files,
        settings: &settings,
        tokenizer: tokenizer.as_ref(),
        class: Class::AsItIs,
        chosen: "",
        special: &Special::default(),
    };
    let pipeline = source.pipeline()?;
    let (inner, unknown, mut warnings) = (pipeline.inner, pipeline.unknown, pipeline.warnings);
    check::frames(&inner, files, tokenizer.as_ref(), &mut warnings)?;
    warnings.extend(check::coverage(&inner, Class::AsItIs, unknown.as_deref()));
    Ok(Tokenizer {
        unknown: unknown.and_then(|token| inner.get_model().token_to_id(&token)),
        direction: direction(files, &settings, tokenizer.as_ref())?,
        ..Tokenizer::of(inner, files, warnings)
    })
}

fn tokenizer_json(files: &Files) -> Result<Option<Map<String, Value>>> {
    match files.json(TOKENIZER)? {
        None => Ok(None),
        Some(Value::Object(file)) => Ok(Some(file)),
        Some(_) => Err(files.unusable(TOKENIZER, "it holds no object of keys and values")),
    }
}

fn add(inner: &mut Inner, files: &Files, special: &Special) -> Result<()> {
    let present: BTreeSet<String> = inner
        .get_added_vocabulary()
        .get_vocab()
        .keys()
        .cloned()
        .collect();
    let tokens = special.to_add(&present);
    let added = fenced_call(|| inner.add_tokens(tokens));
    let refuse = |reason| {
        files.unusable(
            TOKENIZER,
            format!("its special tokens can't be added: {reason}"),
        )
    };
    added.map(|_| ()).map_err(refuse)
}

/// Returns the side on which texts are cut: that of `tokenizer_config.json`, else that of the truncation in
/// `tokenizer.json`, else the right.
fn direction(
    files: &Files,
    settings: &Settings<'_>,
    file: Option<&Map<String, Value>>,
) -> Result<TruncationDirection> {
    const KEY: &str = "truncation_side";
    let truncation = file
        .and_then(|file| file.get("truncation"))
        .filter(|value| !value.is_null());
    let of_file = truncation.and_then(|truncation| truncation.get("direction"));
    match (settings.text(KEY)?, of_file.map(Value::as_str)) {
        (Some("left"), _) | (None, Some(Some("Left"))) => Ok(TruncationDirection::Left),
        (Some("right"), _) | (None, None | Some(Some("Right"))) => Ok(TruncationDirection::Right),
        (Some(_), _) => Err(settings.wrong(KEY, "\"left\" or \"right\"")),
        (None, Some(_)) => {
            Err(files.unusable(TOKENIZER, "its truncation has no direction Left or Right"))
        }
    }
}

fn max_length(settings: &Settings<'_>, warnings: &mut Vec<String>) -> Result<Option<usize>> {
    let keys = ["model_max_length", "max_len"];
    let Some((key, value)) = keys.iter().find_map(|key| Some((*key, settings.get(key)?))) else {
        return Ok(None);
    };
    let length = value
        .as_f64()
        .ok_or_else(|| settings.wrong(key, "a number of tokens"))?;
    if length > NO_LENGTH {
        return Ok(None);
    }
    if length < 1.0 {
        warnings.push(format!(
            "{SETTINGS}: {key} = {value} is ignored, because no text has so few tokens."
        ));
        return Ok(None);
    }
    if length.fract() != 0.0 {
        return Err(settings.wrong(key, "a whole number of tokens"));
    }
    Ok(Some(length as usize))
}

impl Tokenizer {
    /// Returns a tokenizer with default settings.
    fn of(inner: Inner, files: &Files, warnings: Vec<String>) -> Self {
        Self {
            inner: Arc::new(inner),
            unknown: None,
            types: true,
            one_type: false,
            direction: TruncationDirection::Right,
            max_length: None,
            appended: BTreeSet::new(),
            warnings,
            sha256: files.sha256(),
        }
    }
}
