use std::path::Path;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tangent_record::seal;

use crate::error::refused;
use crate::output::Output;
use crate::{Error, Result};

/// Writes a result as a file that holds the hash of its own content, and returns what the file holds.
///
/// # Errors
/// As [`Output::file`].
pub fn write(output: &mut Output, name: &str, result: &impl Serialize) -> Result<Value> {
    let sealed = sealed(result);
    output.json(name, &sealed)?;
    Ok(sealed)
}

/// Returns a result with the hash of its content, as its file holds it.
pub fn sealed(result: &impl Serialize) -> Value {
    seal(serde_json::to_value(result).expect("results have no keys but strings"))
}

/// Returns the result in a file of this format.
///
/// # Errors
/// The file cannot be read, is not whole, was edited, or has the format of another kind of result or version of the
/// program.
pub fn read<T: DeserializeOwned>(file: &Path, format: &str) -> Result<T> {
    let failed = |reason: String| Error::ResultFile {
        path: file.into(),
        reason,
    };
    let bytes = tangent_files::read(file).map_err(|error| failed(error.to_string()))?;
    let (result, _) = tangent_record::parse(&bytes, format).map_err(failed)?;
    Ok(result)
}

/// Returns the result in a file of this format, and the file's whole content, if both are as this program wrote them.
///
/// # Errors
/// As [`read`]; the file has no hash of its content, so that edits cannot be detected. If the file names the
/// command that makes it again, so does the error.
pub fn read_sealed<T: DeserializeOwned>(file: &Path, format: &str) -> Result<(T, Value)> {
    let failed = |reason: String| Error::ResultFile {
        path: file.into(),
        reason,
    };
    let bytes = tangent_files::read(file).map_err(|error| failed(error.to_string()))?;
    let value: Value = serde_json::from_slice(&bytes).unwrap_or_default();
    let advised = |reason: String| match value["command"].as_str() {
        Some(command) => failed(format!("{reason}; `{command}` makes it again")),
        None => failed(reason),
    };
    match tangent_record::parse(&bytes, format) {
        Ok((result, true)) => Ok((result, value)),
        Ok((_, false)) => Err(advised(UNSEALED.into())),
        Err(reason) => Err(advised(reason)),
    }
}

/// Checks that a file does not exist or holds exactly this result, so that no other result is overwritten.
///
/// # Errors
/// The file holds something else.
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

/// The problem of a result that was never sealed, or lost its seal.
pub const UNSEALED: &str =
    "it has no hash of its content in a field `sha256`, so that edits cannot be detected";

/// Checks that a result is that of `number`; the error says which one it is instead.
pub fn holds(what: &str, is: u32, number: u32) -> std::result::Result<(), String> {
    match is == number {
        true => Ok(()),
        false => Err(format!("it holds {what} {is}, not {number}")),
    }
}
