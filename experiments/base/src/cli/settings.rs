//! Settings that come from a file or from flags.

use std::path::Path;

use serde::de::{DeserializeOwned, Error as _, value};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

use crate::{Error, Result};

/// Merges the settings of a TOML file with those of the flags; flags override the file.
///
/// `S` holds an `Option` for every setting, which is `None` if the setting was not given.
///
/// # Errors
/// The file cannot be read, is not TOML, or has a key or a value that `S` does not know.
pub fn overlay<S: Serialize + DeserializeOwned>(flags: &S, file: Option<&Path>) -> Result<S> {
    let Some(path) = file else {
        return Ok(serde_json::from_value(said(flags).into()).expect("it has just been written"));
    };
    let failed = |reason: String| Error::ConfigFile {
        path: path.into(),
        reason,
    };
    let text = tangent_files::read_text(path).map_err(|e| failed(e.to_string()))?;
    let table: toml::Table = toml::from_str(&text).map_err(|e| failed(e.to_string()))?;
    let known = known(flags);
    if let Some(key) = table.keys().find(|key| !known.contains(key)) {
        let known = known.join(", ");
        return Err(failed(format!(
            "unknown key `{key}`, expected one of {known}"
        )));
    }
    let file: S = toml::from_str(&text).map_err(|e| failed(e.to_string()))?;
    let mut settings = said(&file);
    settings.extend(said(flags));
    serde_json::from_value(settings.into()).map_err(|e| failed(e.to_string()))
}

/// Reads a TOML file.
///
/// # Errors
/// The file cannot be read, is not TOML, lacks a key of `T`, or has a key or a value that `T` does not know.
pub fn read_toml<T: DeserializeOwned>(path: &Path) -> Result<T> {
    let failed = |reason: String| Error::ConfigFile {
        path: path.into(),
        reason,
    };
    let text = tangent_files::read_text(path).map_err(|e| failed(e.to_string()))?;
    toml::from_str(&text).map_err(|e| failed(e.to_string()))
}

/// Returns the names of all settings. Groups of settings are flattened into one, and serde cannot refuse unknown keys
/// of a flattened struct.
fn known(settings: &impl Serialize) -> Vec<String> {
    match serde_json::to_value(settings).expect("settings are plain data") {
        Value::Object(map) => map.into_iter().map(|(key, _)| key).collect(),
        _ => Vec::new(),
    }
}

/// Returns every setting that is not `None`.
fn said(settings: &impl Serialize) -> Map<String, Value> {
    match serde_json::to_value(settings).expect("settings are plain data") {
        Value::Object(map) => map
            .into_iter()
            .filter(|(_, value)| !value.is_null())
            .collect(),
        _ => Map::new(),
    }
}

/// Parses a finite number from a flag. Others are refused here because [`overlay`] goes through JSON, which cannot hold
/// them: they would count as not given.
///
/// # Errors
/// The text is not a number, or is `nan` or `inf`.
pub fn finite(text: &str) -> std::result::Result<f64, String> {
    match text.parse::<f64>() {
        Ok(number) if number.is_finite() => Ok(number),
        Ok(_) => Err("must be a finite number".into()),
        Err(error) => Err(error.to_string()),
    }
}

/// Reads an optional finite number from a file: `#[serde(deserialize_with = "finite_if_any")]`.
///
/// # Errors
/// As [`finite`].
pub fn finite_if_any<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> std::result::Result<Option<f64>, D::Error> {
    match Option::<f64>::deserialize(deserializer)? {
        Some(number) if !number.is_finite() => {
            Err(D::Error::custom(format!("{number} is not a finite number")))
        }
        number => Ok(number),
    }
}

/// Returns the value whose name in files is `name`.
///
/// # Errors
/// No value has this name; the error lists the names that exist.
pub fn by_name<T: DeserializeOwned>(name: &str) -> std::result::Result<T, String> {
    T::deserialize(value::StrDeserializer::<value::Error>::new(name)).map_err(|e| e.to_string())
}
