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
    output.file(name, |out| {
        serde_json::to_writer_pretty(&mut *out, &sealed)?;
        out.write_all(b"\n")
    })
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
    if check(&value) == Some(false) {
        return Err(failed(
            "its hash is not that of its content: it was edited".into(),
        ));
    }
    serde_json::from_value(value).map_err(|error| failed(error.to_string()))
}
