//! Special tokens, and tokens that are added to a vocabulary.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};
use tokenizers::AddedToken;

use crate::error::Result;

use super::class::Class;
use super::files::{ADDED, Files, SETTINGS, SPECIAL, TOKENIZER};
use super::settings::{Settings, shown};
use super::written::{Full, Written};

/// The names of special tokens that every class knows, in the order in which transformers adds missing tokens.
const NAMES: [&str; 7] = [
    "bos_token",
    "eos_token",
    "unk_token",
    "sep_token",
    "pad_token",
    "cls_token",
    "mask_token",
];

const EXTRA: &str = "extra_special_tokens";
const OLD_EXTRA: &str = "additional_special_tokens";
const DECODER: &str = "added_tokens_decoder";

/// All special and added tokens of a folder.
#[derive(Debug, Default)]
pub(super) struct Special {
    /// The tokens with one of [`NAMES`] that a file or the class defines.
    named: BTreeMap<&'static str, Written>,
    /// The tokens with names of a particular model, `image_token` for example, in the order in which they are added.
    own: Vec<Written>,
    extra: Vec<Written>,
    /// The tokens that a file lists by id.
    listed: BTreeMap<i64, Full>,
}

impl Special {
    /// Reads the tokens with the precedence of transformers. If `tokenizer_config.json` has `added_tokens_decoder`,
    /// only that file counts. Otherwise `special_tokens_map.json` takes precedence over it, and the added tokens are
    /// those of `added_tokens.json` and of `tokenizer.json`, where one of `tokenizer.json` replaces another with the
    /// same id.
    pub(super) fn read(
        files: &Files,
        settings: &Settings<'_>,
        tokenizer: Option<&Map<String, Value>>,
        class: Class,
        warnings: &mut Vec<String>,
    ) -> Result<Self> {
        let mut keys = settings.keys().clone();
        renamed(&mut keys, |keys| !is_full(keys.get(EXTRA)));
        let complete = settings.has(DECODER);
        let map = Settings::read(files, SPECIAL)?;
        if complete {
            ignored(&map, &keys, warnings);
        } else {
            merge(&mut keys, map.keys());
            renamed(&mut keys, |keys| !keys.contains_key(EXTRA));
        }
        let mut special = Self::named(files, &map, &keys, class)?;
        special.own = own(files, settings, &map, &keys)?;
        if complete {
            special.list_decoder(files, settings)?;
            if files.get(ADDED).is_some() {
                warnings.push(format!(
                    "{ADDED}: the file is ignored, because {SETTINGS} has {DECODER}."
                ));
            }
        } else {
            special.list_added(files)?;
            special.listed.extend(listed_in(files, tokenizer)?);
        }
        special.refer();
        Ok(special)
    }

    fn named(
        files: &Files,
        map: &Settings<'_>,
        keys: &Map<String, Value>,
        class: Class,
    ) -> Result<Self> {
        let mut special = Self::default();
        for (name, token) in class.special_tokens() {
            if !keys.contains_key(*name) {
                special
                    .named
                    .insert(name, Written::Text((*token).to_owned()));
            }
        }
        for (key, value) in keys {
            if let Some(name) = NAMES.iter().find(|name| *name == key)
                && let Some(token) = Written::read(files, origin(map, key), key, value)?
            {
                special.named.insert(name, token);
            }
        }
        if let Some(Value::Array(list)) = keys.get(EXTRA) {
            for value in list {
                special
                    .extra
                    .extend(Written::read(files, origin(map, EXTRA), EXTRA, value)?);
            }
        }
        Ok(special)
    }

    fn list_decoder(&mut self, files: &Files, settings: &Settings<'_>) -> Result<()> {
        let wrong = || settings.wrong(DECODER, "an object of ids and tokens");
        let list = match settings.get(DECODER) {
            None => return Ok(()),
            Some(value) => value.as_object().ok_or_else(wrong)?,
        };
        for (id, value) in list {
            let id = id.trim().parse().map_err(|_| wrong())?;
            match Written::read(files, SETTINGS, DECODER, value)? {
                Some(Written::Full(token)) => self.listed.insert(id, token),
                _ => return Err(wrong()),
            };
        }
        Ok(())
    }

    fn list_added(&mut self, files: &Files) -> Result<()> {
        let added = Settings::read(files, ADDED)?;
        let special: BTreeSet<String> = self
            .named
            .values()
            .chain(&self.extra)
            .map(|token| token.content().to_owned())
            .collect();
        for (content, id) in added.keys() {
            let id = id.as_i64().ok_or_else(|| added.wrong(content, "an id"))?;
            let special = special.contains(content);
            let token = Full {
                content: content.clone(),
                special,
                normalized: Some(!special),
                ..Full::default()
            };
            self.listed.insert(id, token);
        }
        Ok(())
    }

    /// Replaces each named token by the listed token with the same text, if there is one.
    fn refer(&mut self) {
        let listed: BTreeMap<&str, &Full> = self
            .listed
            .values()
            .map(|token| (token.content.as_str(), token))
            .collect();
        for token in self.named.values_mut() {
            if let Some(full) = listed.get(token.content()) {
                *token = Written::Full((*full).clone());
            }
        }
    }

    /// Returns the text of a named token.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.named.get(name).map(Written::content)
    }

    /// Returns the tokens to add to a tokenizer that already has the tokens `present`, in order.
    pub(super) fn to_add(&self, present: &BTreeSet<String>) -> Vec<AddedToken> {
        let mut tokens: Vec<Written> = self.listed.values().cloned().map(Written::Full).collect();
        let mut known = present.clone();
        known.extend(self.listed.values().map(|token| token.content.clone()));
        let names = NAMES.iter().filter_map(|name| self.named.get(name));
        for token in names.chain(&self.own).chain(&self.extra) {
            if !known.contains(token.content()) && !tokens.contains(token) {
                tokens.push(token.clone());
            }
        }
        let named: BTreeSet<&str> = self
            .named
            .values()
            .chain(&self.own)
            .map(Written::content)
            .collect();
        let added = tokens.iter().map(|token| match token {
            Written::Text(text) => AddedToken::from(text.clone(), true),
            Written::Full(token) => {
                let special = token.special || named.contains(token.content.as_str());
                token.to_added(special)
            }
        });
        added.collect()
    }

    /// Returns the texts of the listed tokens, with the ids that the files give them.
    pub(super) fn listed(&self) -> impl Iterator<Item = (i64, &str)> {
        self.listed
            .iter()
            .map(|(&id, token)| (id, token.content.as_str()))
    }
}

/// Returns the tokens with names of a particular model, in the order in which transformers adds them: first those
/// written as objects or in `special_tokens_map.json`, then those written as texts, then those of an object
/// `extra_special_tokens`; each group in the order of its file.
fn own(
    files: &Files,
    settings: &Settings<'_>,
    map: &Settings<'_>,
    keys: &Map<String, Value>,
) -> Result<Vec<Written>> {
    let mut found = Vec::new();
    let nested = keys.get(EXTRA).and_then(Value::as_object);
    for (key, value) in keys {
        let is_token = value.is_string() || Full::read(value).is_some();
        if is_token && key.ends_with("_token") && !NAMES.contains(&key.as_str()) {
            let rank = match value {
                Value::String(_) if settings.has(key) => 1,
                _ => 0,
            };
            found.push((rank, settings.place(key).or(map.place(key)), key, value));
        }
    }
    for (key, value) in nested.into_iter().flatten() {
        found.push((2, settings.place(key).or(map.place(key)), key, value));
    }
    found.sort_by_key(|(rank, place, ..)| (*rank, *place));
    let tokens = found
        .into_iter()
        .map(|(_, _, key, value)| Written::read(files, origin(map, key), key, value));
    tokens.filter_map(Result::transpose).collect()
}

/// Renames a list that has the old name, if `if_so` returns true.
fn renamed(keys: &mut Map<String, Value>, if_so: impl Fn(&Map<String, Value>) -> bool) {
    if keys.contains_key(OLD_EXTRA)
        && if_so(keys)
        && let Some(list) = keys.remove(OLD_EXTRA)
    {
        keys.insert(EXTRA.to_owned(), list);
    }
}

/// Adds the tokens of `special_tokens_map.json`, which replace those of the same name, and joins the lists of extra
/// tokens.
fn merge(keys: &mut Map<String, Value>, map: &Map<String, Value>) {
    let special = |value: &Value| {
        let mut value = value.clone();
        if let Some(token) = value
            .as_object_mut()
            .filter(|token| token.contains_key("content"))
        {
            token.insert("special".to_owned(), Value::Bool(true));
        }
        value
    };
    for (key, value) in map {
        let mut value = special(value);
        if let Value::Array(list) = &mut value {
            *list = list.iter().map(special).collect();
            if key == EXTRA
                && let Some(Value::Array(before)) = keys.get(key)
            {
                list.retain(|token| !before.contains(token));
                list.splice(0..0, before.iter().cloned());
            }
        }
        keys.insert(key.clone(), value);
    }
}

fn is_full(value: Option<&Value>) -> bool {
    match value {
        Some(Value::Array(list)) => !list.is_empty(),
        Some(Value::Object(map)) => !map.is_empty(),
        _ => false,
    }
}

/// Returns the texts of the added tokens of a `tokenizer.json`.
pub(super) fn texts_in(
    files: &Files,
    file: Option<&Map<String, Value>>,
) -> Result<BTreeSet<String>> {
    let tokens = listed_in(files, file)?.into_iter();
    Ok(tokens.map(|(_, token)| token.content).collect())
}

/// Returns the added tokens of a `tokenizer.json` with the ids written there, in the order of the file.
fn listed_in(files: &Files, file: Option<&Map<String, Value>>) -> Result<Vec<(i64, Full)>> {
    const KEY: &str = "added_tokens";
    let Some(list) = file.and_then(|file| file.get(KEY)) else {
        return Ok(Vec::new());
    };
    let wrong = |value: &Value| {
        let reason = format!("`{KEY}`: {} is no token with an id", shown(value));
        files.unusable(TOKENIZER, reason)
    };
    let list = list.as_array().ok_or_else(|| wrong(list))?;
    let tokens = list.iter().map(|value| {
        let id = value.get("id").and_then(Value::as_i64);
        match (id, Full::read(value)) {
            (Some(id), Some(token)) => Ok((id, token)),
            _ => Err(wrong(value)),
        }
    });
    tokens.collect()
}

/// Returns the file from which a key is read.
fn origin(map: &Settings<'_>, key: &str) -> &'static str {
    if map.has(key) { SPECIAL } else { SETTINGS }
}

/// Warns of special tokens in `special_tokens_map.json` that differ from those that are used.
fn ignored(map: &Settings<'_>, keys: &Map<String, Value>, warnings: &mut Vec<String>) {
    let text = |value: Option<&Value>| match value {
        Some(Value::String(text)) => Some(text.clone()),
        Some(value) => Full::read(value).map(|token| token.content),
        None => None,
    };
    for (key, value) in map.keys() {
        let (old, new) = (text(Some(value)), text(keys.get(key)));
        if old.is_some() && old != new {
            warnings.push(format!(
                "{SPECIAL}: {key} = {} is ignored, because {SETTINGS} has {DECODER}.",
                shown(value)
            ));
        }
    }
}
