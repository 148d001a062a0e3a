//! Result files: sealed when they are written, checked when they are read.

use std::fs;
use std::path::Path;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::hash::{check, seal};
use crate::output::Output;
use crate::{Error, Result};

/// Writes a result as a file that holds the hash of its content.
///
/// # Errors
/// As [`Output::file`].
pub(crate) fn write(output: &mut Output, name: &str, result: &impl Serialize) -> Result<()> {
    let sealed = seal(serde_json::to_value(result).expect("results have no keys but strings"));
    output.json(name, &sealed)
}

/// The result in a file of that format.
///
/// # Errors
/// It cannot be read, is not whole, was edited, or is of another format or version of the program.
pub(crate) fn read<T: DeserializeOwned>(file: &Path, format: &str) -> Result<T> {
    let failed = |reason: String| Error::ResultFile {
        path: file.into(),
        reason,
    };
    let bytes = fs::read(file).map_err(|error| failed(error.to_string()))?;
    let (result, _) = parse(&bytes, format).map_err(failed)?;
    Ok(result)
}

/// The result in a file's bytes, and whether it was sealed; or why there is none.
pub(crate) fn parse<T: DeserializeOwned>(
    bytes: &[u8],
    format: &str,
) -> std::result::Result<(T, bool), String> {
    let value: Value = serde_json::from_slice(bytes).map_err(|error| match error.is_eof() {
        true => format!("it is not whole: {error}"),
        false => format!("it is not JSON: {error}"),
    })?;
    match value["format"].as_str() {
        Some(found) if found == format => {}
        Some(found) => {
            return Err(format!(
                "it is of another kind or another version of the program: its format is `{found}`, this program reads \
                 `{format}`"
            ));
        }
        None => return Err("it has no field `format`".into()),
    }
    let sealed = check(&value);
    if sealed == Some(false) {
        return Err(
            "it was edited: its content does not have the hash of its field `sha256`".into(),
        );
    }
    let result = serde_json::from_value(value)
        .map_err(|error| format!("its fields are not as they should be: {error}"))?;
    Ok((result, sealed.is_some()))
}

/// Whether a result is the one of `number`; or what it is instead.
pub(crate) fn holds(what: &str, is: u32, number: u32) -> std::result::Result<(), String> {
    match is == number {
        true => Ok(()),
        false => Err(format!("it holds {what} {is}, not {number}")),
    }
}
