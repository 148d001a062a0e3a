//! The settings in `tokenizer_config.json` and in other files that are a JSON object.

use serde_json::{Map, Value};

use crate::error::{Error, Result};

use super::files::{Files, TOKENIZER};

/// The version of transformers whose reading of files is reproduced.
const TRANSFORMERS: [u64; 3] = [5, 23, 0];

/// The keys of a file; none if the file does not exist.
#[derive(Debug)]
pub(super) struct Settings<'a> {
    files: &'a Files,
    name: &'static str,
    keys: Map<String, Value>,
}

impl<'a> Settings<'a> {
    pub(super) fn read(files: &'a Files, name: &'static str) -> Result<Self> {
        let keys = match files.json(name)? {
            None => Map::new(),
            Some(Value::Object(keys)) => keys,
            Some(_) => return Err(files.unusable(name, "it holds no object of keys and values")),
        };
        Ok(Self { files, name, keys })
    }

    pub(super) fn name(&self) -> &'static str {
        self.name
    }

    pub(super) fn keys(&self) -> &Map<String, Value> {
        &self.keys
    }

    /// Returns the value of a key; `null` is the same as no key.
    pub(super) fn get(&self, key: &str) -> Option<&Value> {
        self.keys.get(key).filter(|value| !value.is_null())
    }

    /// Returns whether the file has the key, even if its value is `null`.
    pub(super) fn has(&self, key: &str) -> bool {
        self.keys.contains_key(key)
    }

    pub(super) fn flag(&self, key: &str) -> Result<Option<bool>> {
        let read = |value: &Value| {
            value
                .as_bool()
                .ok_or_else(|| self.wrong(key, "true or false"))
        };
        self.get(key).map(read).transpose()
    }

    pub(super) fn text(&self, key: &str) -> Result<Option<&str>> {
        let read = |value: &'_ Value| -> Result<()> {
            match value {
                Value::String(_) => Ok(()),
                _ => Err(self.wrong(key, "a text")),
            }
        };
        let value = self.get(key);
        value.map(read).transpose()?;
        Ok(value.and_then(Value::as_str))
    }

    pub(super) fn texts(&self, key: &str) -> Result<Option<Vec<&str>>> {
        let Some(value) = self.get(key) else {
            return Ok(None);
        };
        let list = value.as_array().and_then(|list| {
            let texts = list.iter().map(Value::as_str);
            texts.collect::<Option<Vec<_>>>()
        });
        list.map(Some)
            .ok_or_else(|| self.wrong(key, "a list of texts"))
    }

    /// Returns the position of a key in the text of the file. [`Settings::keys`] does not keep the order of the file.
    pub(super) fn place(&self, key: &str) -> Option<usize> {
        let text = self.files.text(self.name).ok()??;
        text.find(&Value::from(key).to_string())
    }

    /// Returns an error about the value of a key.
    pub(super) fn wrong(&self, key: &str, expected: &str) -> Error {
        let found = self.keys.get(key).map_or_else(String::new, shown);
        let reason = format!("`{key}` = {found}, expected {expected}");
        self.files.unusable(self.name, reason)
    }

    /// Returns the name of the file to read as `tokenizer.json`, if `fast_tokenizer_files` names one for this version.
    pub(super) fn tokenizer_file(&self) -> Result<Option<String>> {
        const KEY: &str = "fast_tokenizer_files";
        let mut names = self.texts(KEY)?.unwrap_or_default();
        names.sort_unstable();
        let mut chosen = None;
        for name in names {
            let version = name
                .strip_prefix("tokenizer.")
                .and_then(|rest| rest.strip_suffix(".json"));
            let Some(version) = version.filter(|_| name != TOKENIZER) else {
                continue;
            };
            let numbers = version.split('.').map(|number| number.parse().ok());
            let Some(numbers) = numbers.collect::<Option<Vec<u64>>>() else {
                return Err(self.wrong(KEY, "names such as tokenizer.4.0.0.json"));
            };
            if numbers.as_slice() > TRANSFORMERS.as_slice() {
                break;
            }
            chosen = Some(name.to_owned());
        }
        Ok(chosen)
    }
}

/// Returns a value as text that is short enough for a message.
pub(super) fn shown(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{} …", text.get(..end).unwrap_or_default()),
        None => text,
    }
}
