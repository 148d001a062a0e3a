use std::path::Path;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tangent_record::seal;

use crate::error::refused;
use crate::output::Output;
use crate::{Error, Result};

/// Writes a result as a file that holds the hash of its content.
///
/// # Errors
/// As [`Output::file`].
pub fn write(output: &mut Output, name: &str, result: &impl Serialize) -> Result<()> {
    output.json(name, &sealed(result))
}

/// A result with the hash of its content, as its file holds it.
pub fn sealed(result: &impl Serialize) -> Value {
    seal(serde_json::to_value(result).expect("results have no keys but strings"))
}

/// The result in a file of that format.
///
/// # Errors
/// It cannot be read, is not whole, was edited, or is of another format or version of the program.
pub fn read<T: DeserializeOwned>(file: &Path, format: &str) -> Result<T> {
    let failed = |reason: String| Error::ResultFile {
        path: file.into(),
        reason,
    };
    let bytes = tangent_files::read(file).map_err(|error| failed(error.to_string()))?;
    let (result, _) = tangent_record::parse(&bytes, format).map_err(failed)?;
    Ok(result)
}

/// The result in a file of that format, and all that the file holds, as this program wrote it.
///
/// # Errors
/// As [`read`]; the file has no hash of its content, so that nothing tells whether it was edited. The error says which
/// command makes it anew, where the file does.
pub fn read_sealed<T: DeserializeOwned>(file: &Path, format: &str) -> Result<(T, Value)> {
    let failed = |reason: String| Error::ResultFile {
        path: file.into(),
        reason,
    };
    let bytes = tangent_files::read(file).map_err(|error| failed(error.to_string()))?;
    let value: Value = serde_json::from_slice(&bytes).unwrap_or_default();
    let advised = |reason: String| match value["command"].as_str() {
        Some(command) => failed(format!("{reason}; `{command}` makes it anew")),
        None => failed(reason),
    };
    match tangent_record::parse(&bytes, format) {
        Ok((result, true)) => Ok((result, value)),
        Ok((_, false)) => Err(advised(UNSEALED.into())),
        Err(reason) => Err(advised(reason)),
    }
}

/// Refuses to write a result over a file that holds anything else.
///
/// # Errors
/// It does.
pub fn refuse_another(file: &Path, result: &Value) -> Result<()> {
    let same = match tangent_files::read(file) {
        Err(error) => error.is_absent(),
        Ok(bytes) => serde_json::from_slice::<Value>(&bytes).is_ok_and(|there| there == *result),
    };
    match same {
        true => Ok(()),
        false => {
            let problem = "holds another result, which would be lost: take another --output, or remove that file";
            Err(refused("from", format!("{} {problem}", file.display())))
        }
    }
}

/// What is wrong with a result that was never sealed, or lost its seal.
pub const UNSEALED: &str = "it has no hash of its content in a field `sha256`, so that nothing tells whether it was edited";

/// Whether a result is the one of `number`; or what it is instead.
pub fn holds(what: &str, is: u32, number: u32) -> std::result::Result<(), String> {
    match is == number {
        true => Ok(()),
        false => Err(format!("it holds {what} {is}, not {number}")),
    }
}
