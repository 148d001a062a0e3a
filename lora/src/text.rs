//! Reads text files that people or Python programs wrote: whole files, parsed as JSON.

use std::fs::File;
use std::path::Path;

use serde::de::DeserializeOwned;

use crate::error::Error;

/// The largest text file that is read, in bytes; a configuration has some thousand bytes, an index of shards some
/// million.
const MAX_TEXT: u64 = 1 << 28;

/// Literals that Python's `json` writes and reads and that JSON does not have.
const PYTHON_LITERALS: [&str; 2] = ["NaN", "Infinity"];

/// Opens a regular file and returns it with its length. `expected` says what should be there if the file does not
/// exist.
pub(crate) fn open(path: &Path, expected: &'static str) -> Result<(File, u64), Error> {
    tangent_files::open(path).map_err(|error| unread(path, expected, error))
}

/// Returns this crate's error for a file that cannot be read.
fn unread(path: &Path, expected: &'static str, error: tangent_files::Error) -> Error {
    match error {
        tangent_files::Error::NotAFile { .. } => Error::NoFile { path: path.into() },
        tangent_files::Error::TooLong { length, most } => Error::TooLong {
            path: path.into(),
            length,
            max: most,
        },
        tangent_files::Error::Io(source) => Error::io(path, expected, source),
    }
}

/// Reads a JSON file.
pub(crate) fn read_json<T: DeserializeOwned>(
    path: &Path,
    expected: &'static str,
) -> Result<T, Error> {
    parse_json(path, &read_bytes(path, expected)?)
}

/// Reads a whole text file.
pub(crate) fn read_bytes(path: &Path, expected: &'static str) -> Result<Vec<u8>, Error> {
    tangent_files::read_at_most(path, MAX_TEXT).map_err(|error| unread(path, expected, error))
}

/// Parses the bytes of a JSON file; `path` names it in messages. A byte-order mark is skipped.
pub(crate) fn parse_json<T: DeserializeOwned>(path: &Path, bytes: &[u8]) -> Result<T, Error> {
    let text = std::str::from_utf8(bytes).map_err(|e| Error::NoText {
        path: path.into(),
        at: e.valid_up_to(),
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    serde_json::from_str(text).map_err(|source| match python_literal(text, &source) {
        Some(literal) => Error::PythonLiteral {
            path: path.into(),
            literal,
            line: source.line(),
        },
        None => Error::Json {
            path: path.into(),
            source,
        },
    })
}

/// Returns the Python literal that stopped the parser, if one did.
fn python_literal(text: &str, error: &serde_json::Error) -> Option<&'static str> {
    let line = text.lines().nth(error.line().checked_sub(1)?)?;
    // The parser stops at the literal's first letter, or at the one after a sign.
    let starts = error.column().saturating_sub(2)..=error.column();
    let mut rests = starts.filter_map(|start| line.get(start..));
    rests.find_map(|rest| {
        let mut literals = PYTHON_LITERALS.into_iter();
        literals.find(|literal| rest.starts_with(literal))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(bytes: &[u8]) -> String {
        let parsed: Result<serde_json::Value, _> = parse_json(Path::new("FILE"), bytes);
        parsed.unwrap_err().to_string()
    }

    #[test]
    fn python_s_literals_are_named_with_their_line() {
        let advice =
            "which Python writes and JSON does not have; write a number or null in its place";
        for (text, line, literal) in [
            ("{\"a\": NaN}", 1, "NaN"),
            ("{\"a\": 1,\n \"b\": [-Infinity]}", 2, "Infinity"),
            ("\n\nInfinity", 3, "Infinity"),
            ("{\n\"a\":\nNaN\n}", 3, "NaN"),
            ("[1, 2,NaN]", 1, "NaN"),
        ] {
            assert_eq!(
                message(text.as_bytes()),
                format!("FILE: line {line} has {literal}, {advice}")
            );
        }
        // A name that begins like a literal, and a literal as a string before the fault.
        for text in ["{\"NaN\": nothing}", "[\"Infinity\" 2]"] {
            assert!(
                message(text.as_bytes()).contains(" at line 1 column "),
                "{text}"
            );
        }
    }

    #[test]
    fn a_byte_order_mark_is_skipped_and_other_encodings_are_named() {
        let marked: Vec<u8> = parse_json(Path::new("FILE"), b"\xef\xbb\xbf[1]").unwrap();
        assert_eq!(marked, [1]);
        assert_eq!(
            message(b"{\"a\": \"caf\xe9\"}"),
            "FILE is no UTF-8 text (byte 10); save it as UTF-8"
        );
        assert!(message(b"\xff\xfe{\0}\0").contains("(byte 0)"));
    }
}
