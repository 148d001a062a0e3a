//! Result files, read again.

use std::fs;
use std::path::Path;

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::{Error, Result};

/// The result in a file of that format.
///
/// # Errors
/// It cannot be read, is not whole, or is of another format or version of the program.
pub(crate) fn read<T: DeserializeOwned>(file: &Path, format: &str) -> Result<T> {
    let failed = |reason: String| Error::ResultFile {
        path: file.into(),
        reason,
    };
    let bytes = fs::read(file).map_err(|error| failed(error.to_string()))?;
    let value: Value = serde_json::from_slice(&bytes).map_err(|error| failed(error.to_string()))?;
    match value["format"].as_str() {
        Some(found) if found == format => {}
        found => {
            let found = found.unwrap_or("none");
            return Err(failed(format!(
                "its format is `{found}`, this program reads `{format}`"
            )));
        }
    }
    serde_json::from_value(value).map_err(|error| failed(error.to_string()))
}
