//! Settings that come from a file or from flags.

use std::path::Path;

use serde::de::{DeserializeOwned, Error as _, value};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

use crate::{Error, Result};

/// The settings of a TOML file under those of the flags: a flag that is given wins.
///
/// `S` holds an option for every setting, `None` where nothing was said.
///
/// # Errors
/// The file cannot be read, is no TOML, or has a key or a value that `S` does not know.
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
/// The file cannot be read, is no TOML, or lacks a key of `T`, has one that `T` does not know or one with a value that
/// it cannot have.
pub fn read_toml<T: DeserializeOwned>(path: &Path) -> Result<T> {
    let failed = |reason: String| Error::ConfigFile {
        path: path.into(),
        reason,
    };
    let text = tangent_files::read_text(path).map_err(|e| failed(e.to_string()))?;
    toml::from_str(&text).map_err(|e| failed(e.to_string()))
}

/// The names of all settings. Groups of settings are flattened into one, which serde cannot do and refuse unknown keys.
fn known(settings: &impl Serialize) -> Vec<String> {
    match serde_json::to_value(settings).expect("settings are plain data") {
        Value::Object(map) => map.into_iter().map(|(key, _)| key).collect(),
        _ => Vec::new(),
    }
}

/// Every setting that is not `None`.
fn said(settings: &impl Serialize) -> Map<String, Value> {
    match serde_json::to_value(settings).expect("settings are plain data") {
        Value::Object(map) => map
            .into_iter()
            .filter(|(_, value)| !value.is_null())
            .collect(),
        _ => Map::new(),
    }
}

/// A number from a flag. What is not finite is refused here, for it has no place in the JSON through which
/// [`overlay`] goes, and would count as not said.
///
/// # Errors
/// A text that is no number, or `nan` or `inf`.
pub fn finite(text: &str) -> std::result::Result<f64, String> {
    match text.parse::<f64>() {
        Ok(number) if number.is_finite() => Ok(number),
        Ok(_) => Err("a finite number is wanted".into()),
        Err(error) => Err(error.to_string()),
    }
}

/// The same from a file: `#[serde(deserialize_with = "finite_if_any")]`.
///
/// # Errors
/// As [`finite`].
pub fn finite_if_any<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> std::result::Result<Option<f64>, D::Error> {
    match Option::<f64>::deserialize(deserializer)? {
        Some(number) if !number.is_finite() => {
            Err(D::Error::custom(format!("{number} is no finite number")))
        }
        number => Ok(number),
    }
}

/// A value by the name that it has in files.
///
/// # Errors
/// A text that names no value, with those that exist.
pub fn by_name<T: DeserializeOwned>(name: &str) -> std::result::Result<T, String> {
    T::deserialize(value::StrDeserializer::<value::Error>::new(name)).map_err(|e| e.to_string())
}
