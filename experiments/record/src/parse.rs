use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::check;

/// Returns the result in a file's bytes, if it has the given `format`, and whether it was sealed.
///
/// # Errors
/// The reason why there is no result: the file is not whole, was edited, has another format or version, or has other
/// fields.
pub fn parse<T: DeserializeOwned>(
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
