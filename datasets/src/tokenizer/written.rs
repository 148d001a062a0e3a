//! The forms in which files write a special or added token.

use serde_json::Value;
use tokenizers::AddedToken;

use crate::error::Result;

use super::files::Files;
use super::settings::shown;

/// A token as a file writes it: only its text, or its text with the rules for finding it.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Written {
    Text(String),
    Full(Full),
}

/// A token with the rules for finding it in a text. If `normalized` is `None`, it is the opposite of `special`.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Full {
    pub(super) content: String,
    pub(super) single_word: bool,
    pub(super) lstrip: bool,
    pub(super) rstrip: bool,
    pub(super) special: bool,
    pub(super) normalized: Option<bool>,
}

impl Written {
    /// Reads a token in any of its forms: a text, an object, or an object that names its class. `null` is no token.
    pub(super) fn read(
        files: &Files,
        name: &str,
        key: &str,
        value: &Value,
    ) -> Result<Option<Self>> {
        match value {
            Value::Null => Ok(None),
            Value::String(text) => Ok(Some(Self::Text(text.clone()))),
            value => match Full::read(value) {
                Some(token) => Ok(Some(Self::Full(token))),
                None => {
                    let reason = format!(
                        "`{key}`: {} is no token: write its text, or an object with `content`",
                        shown(value)
                    );
                    Err(files.unusable(name, reason))
                }
            },
        }
    }

    pub(super) fn content(&self) -> &str {
        match self {
            Self::Text(text) => text,
            Self::Full(token) => &token.content,
        }
    }
}

impl Full {
    /// Reads an object as a token; returns `None` if it is not a token.
    pub(super) fn read(value: &Value) -> Option<Self> {
        let keys = value.as_object()?;
        let flag = |key: &str| match keys.get(key) {
            None | Some(Value::Null) => Some(None),
            Some(value) => value.as_bool().map(Some),
        };
        Some(Self {
            content: keys.get("content")?.as_str()?.to_owned(),
            single_word: flag("single_word")?.unwrap_or(false),
            lstrip: flag("lstrip")?.unwrap_or(false),
            rstrip: flag("rstrip")?.unwrap_or(false),
            special: flag("special")?.unwrap_or(false),
            normalized: flag("normalized")?,
        })
    }

    pub(super) fn to_added(&self, special: bool) -> AddedToken {
        AddedToken::from(self.content.clone(), special)
            .single_word(self.single_word)
            .lstrip(self.lstrip)
            .rstrip(self.rstrip)
            .normalized(self.normalized.unwrap_or(!special))
    }
}
