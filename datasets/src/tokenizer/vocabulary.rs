//! Vocabularies and merges, which are checked before a model is made from them.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::error::{Error, Result};

use super::files::{Files, MERGES, TOKENIZER, VOCABULARY, WORDS};
use super::settings::shown;

/// No model has this number of tokens. A larger id is damage, and would make every list that is indexed by id as long.
const MOST_TOKENS: u64 = 1 << 24;

/// The kind of a tokenizer's model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    WordPiece,
    WordLevel,
    Bpe,
    Unigram,
}

impl Kind {
    /// Returns the kind of the model in a `tokenizer.json`. Old files do not name it, so it is inferred from their
    /// keys.
    pub(super) fn of(model: &Map<String, Value>) -> Option<Self> {
        match model.get("type").and_then(Value::as_str) {
            Some("WordPiece") => Some(Self::WordPiece),
            Some("WordLevel") => Some(Self::WordLevel),
            Some("BPE") => Some(Self::Bpe),
            Some("Unigram") => Some(Self::Unigram),
            Some(_) => None,
            None if model.contains_key("merges") => Some(Self::Bpe),
            None if model.get("vocab").is_some_and(Value::is_array) => Some(Self::Unigram),
            None if model.contains_key("max_input_chars_per_word") => Some(Self::WordPiece),
            None => Some(Self::WordLevel),
        }
    }
}

/// The ids of tokens: there is at least one token, and no two tokens share an id.
#[derive(Debug)]
pub(super) struct Vocabulary {
    pub(super) ids: BTreeMap<String, u32>,
    /// Remarks about unusual ids, in words that follow the name of a file.
    pub(super) remarks: Vec<String>,
}

impl Vocabulary {
    /// Checks the ids of a file.
    fn of(files: &Files, name: &str, ids: BTreeMap<String, u32>) -> Result<Self> {
        let mut tokens: BTreeMap<u32, &str> = BTreeMap::new();
        for (token, &id) in &ids {
            if let Some(other) = tokens.insert(id, token) {
                let reason = format!("the tokens {other:?} and {token:?} have the same id {id}");
                return Err(files.unusable(name, reason));
            }
        }
        let Some((&largest, _)) = tokens.last_key_value() else {
            return Err(files.unusable(name, "its vocabulary is empty"));
        };
        let mut remarks = Vec::new();
        let holes = largest as usize + 1 - tokens.len();
        if holes > 0 {
            let first = (0..largest)
                .find(|id| !tokens.contains_key(id))
                .unwrap_or(0);
            remarks.push(format!(
                "the vocabulary has no token for {holes} of its ids, {first} for example; an added token can be given \
                 the id of another, as transformers does"
            ));
        }
        Ok(Self { ids, remarks })
    }

    /// Reads the `vocab` of a model in `tokenizer.json`, or a `vocab.json`.
    pub(super) fn from_object(files: &Files, name: &str, ids: &Map<String, Value>) -> Result<Self> {
        let ids = ids.iter().map(|(token, value)| {
            let id = value.as_u64().filter(|&id| id < MOST_TOKENS);
            let id = id.and_then(|id| u32::try_from(id).ok());
            match id {
                Some(id) => Ok((token.clone(), id)),
                None => Err(files.unusable(
                    name,
                    format!(
                        "the token {token:?} has the id {}, which is not a valid id",
                        shown(value)
                    ),
                )),
            }
        });
        let ids = ids.collect::<Result<_>>()?;
        Self::of(files, name, ids)
    }

    /// Reads a `vocab.txt`: each line is a token, and its id is the number of the line, counted from 0.
    pub(super) fn from_lines(files: &Files, text: &str) -> Result<Self> {
        let mut ids = BTreeMap::new();
        let mut remarks = Vec::new();
        if text.starts_with('\u{feff}') {
            remarks.push(
                "the file begins with a byte order mark, which is read as part of its first token"
                    .into(),
            );
        }
        for (line, token) in (0_u32..).zip(text.lines()) {
            if u64::from(line) >= MOST_TOKENS {
                return Err(files.unusable(WORDS, format!("it has more than {MOST_TOKENS} lines")));
            }
            if let Some(before) = ids.insert(token.trim_end().to_owned(), line) {
                remarks.push(format!(
                    "the token {:?} is on the lines {} and {}; the last line is its id",
                    token.trim_end(),
                    before + 1,
                    line + 1
                ));
            }
        }
        let mut checked = Self::of(files, WORDS, ids)?;
        remarks.append(&mut checked.remarks);
        Ok(Self { remarks, ..checked })
    }
}

/// A BPE vocabulary and its merges, of which the first has the highest priority.
pub(super) struct Pairs {
    pub(super) vocabulary: Vocabulary,
    pub(super) merges: Vec<(String, String)>,
}

impl Pairs {
    /// Reads the vocabulary and merges of the model in `tokenizer.json`.
    pub(super) fn from_model(files: &Files, model: &Map<String, Value>) -> Result<Self> {
        let vocabulary = Vocabulary::from_object(files, TOKENIZER, object(files, model)?)?;
        let wrong = || files.unusable(TOKENIZER, "its model has no list `merges`");
        let list = model
            .get("merges")
            .and_then(Value::as_array)
            .ok_or_else(wrong)?;
        let merges = list.iter().map(|merge| {
            let parts = match merge {
                Value::String(text) => text.split(' ').map(str::to_owned).collect(),
                Value::Array(parts) => parts
                    .iter()
                    .filter_map(Value::as_str)
                    .map(str::to_owned)
                    .collect(),
                _ => Vec::new(),
            };
            pair(parts).ok_or_else(|| {
                let reason = format!("the merge {} is not one of two tokens", shown(merge));
                files.unusable(TOKENIZER, reason)
            })
        });
        let merges = merges.collect::<Result<Vec<_>>>()?;
        Self { vocabulary, merges }.checked(files, TOKENIZER)
    }

    /// Reads `vocab.json` and `merges.txt`; returns `None` if neither exists.
    pub(super) fn from_files(files: &Files) -> Result<Option<Self>> {
        let (vocabulary, merges) = (files.json(VOCABULARY)?, files.text(MERGES)?);
        let (vocabulary, merges) = match (vocabulary, merges) {
            (None, None) => return Ok(None),
            (Some(vocabulary), Some(merges)) => (vocabulary, merges),
            (Some(_), None) => return Err(alone(files, MERGES, VOCABULARY)),
            (None, Some(_)) => return Err(alone(files, VOCABULARY, MERGES)),
        };
        let Value::Object(ids) = vocabulary else {
            return Err(files.unusable(VOCABULARY, "it is not an object of tokens and ids"));
        };
        let vocabulary = Vocabulary::from_object(files, VOCABULARY, &ids)?;
        // Old files have no line `#version`, and some end in empty lines.
        let lines = (1..).zip(merges.lines());
        let lines = lines.filter(|(_, line)| !line.is_empty() && !line.starts_with("#version"));
        let merges = lines.map(|(number, line)| {
            let parts = line.split(' ').map(str::to_owned).collect();
            pair(parts).ok_or_else(|| {
                let reason = format!("line {number} is not two tokens with a space between them");
                files.unusable(MERGES, reason)
            })
        });
        let merges = merges.collect::<Result<Vec<_>>>()?;
        Self { vocabulary, merges }.checked(files, MERGES).map(Some)
    }

    /// Returns `self` if the vocabulary has both parts and the result of every merge, else an error.
    fn checked(self, files: &Files, name: &str) -> Result<Self> {
        for (left, right) in &self.merges {
            for token in [left, right, &format!("{left}{right}")] {
                if !self.vocabulary.ids.contains_key(token) {
                    let reason =
                        format!("{token:?} of the merge {left} {right} is not in the vocabulary");
                    return Err(files.unusable(name, reason));
                }
            }
        }
        Ok(self)
    }
}

/// Returns the pieces of a Unigram model in `tokenizer.json` with their scores; the id of a piece is its index.
pub(super) fn pieces(files: &Files, model: &Map<String, Value>) -> Result<Vec<(String, f64)>> {
    let list = model.get("vocab").and_then(Value::as_array);
    let list = list.ok_or_else(|| files.unusable(TOKENIZER, "its model has no list `vocab`"))?;
    if list.is_empty() {
        return Err(files.unusable(TOKENIZER, "its vocabulary is empty"));
    }
    let pieces = list
        .iter()
        .map(|entry| match entry.as_array().map(Vec::as_slice) {
            Some([Value::String(piece), Value::Number(score)]) => {
                score.as_f64().map(|score| (piece.clone(), score))
            }
            _ => None,
        });
    let wrong = || files.unusable(TOKENIZER, "its `vocab` is not a list of pieces and scores");
    pieces.collect::<Option<Vec<_>>>().ok_or_else(wrong)
}

/// Returns the `vocab` of a model in `tokenizer.json`.
pub(super) fn object<'a>(
    files: &Files,
    model: &'a Map<String, Value>,
) -> Result<&'a Map<String, Value>> {
    let ids = model.get("vocab").and_then(Value::as_object);
    ids.ok_or_else(|| {
        files.unusable(
            TOKENIZER,
            "its model has no object `vocab` of tokens and ids",
        )
    })
}

fn pair(parts: Vec<String>) -> Option<(String, String)> {
    let [left, right] = <[String; 2]>::try_from(parts).ok()?;
    Some((left, right))
}

fn alone(files: &Files, missing: &str, there: &str) -> Error {
    let reason = format!("it is not there, but {there} is: both are needed, or a tokenizer.json");
    files.unusable(missing, reason)
}
