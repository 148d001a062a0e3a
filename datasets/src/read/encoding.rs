//! Decodes bytes as UTF-8, or as UTF-16 if the bytes can be nothing else.

use std::path::Path;

use crate::error::{Error, Result};

/// A file's text, without a byte-order mark.
pub(super) struct Text {
    pub(super) text: String,
    /// What was assumed about the encoding, as a sentence.
    pub(super) assumed: Option<String>,
}

/// Decodes the bytes of a file, whose path is only used in messages.
pub(super) fn decode(file: &Path, bytes: Vec<u8>) -> Result<Text> {
    let failed = |reason: String| Error::Unreadable {
        path: file.into(),
        format: "text",
        reason,
    };
    let known = |text| Text {
        text,
        assumed: None,
    };
    match bytes.as_slice() {
        [0xff, 0xfe, 0, 0, ..]
        | [0, 0, 0xfe, 0xff, ..]
        | [1..=255, 0, 0, 0, ..]
        | [0, 0, 0, 1..=255, ..] => {
            let reason = "it is UTF-32; convert it by `iconv -f UTF-32 -t UTF-8 OLD > NEW`";
            Err(failed(reason.to_owned()))
        }
        [0xff, 0xfe, units @ ..] => utf16(units, u16::from_le_bytes).map(known).map_err(failed),
        [0xfe, 0xff, units @ ..] => utf16(units, u16::from_be_bytes).map(known).map_err(failed),
        // Column names begin with an ASCII letter and JSON with a bracket, so one of the first two bytes is 0.
        [1..=255, 0, ..] if let Some(text) = unmarked(&bytes, u16::from_le_bytes) => {
            Ok(assumed(file, text, "little-endian"))
        }
        [0, 1..=255, ..] if let Some(text) = unmarked(&bytes, u16::from_be_bytes) => {
            Ok(assumed(file, text, "big-endian"))
        }
        _ => utf8(bytes).map(known).map_err(failed),
    }
}

fn assumed(file: &Path, text: String, order: &str) -> Text {
    Text {
        text,
        assumed: Some(format!(
            "{}: has no byte-order mark, and was read as {order} UTF-16 because of the zero bytes between its letters",
            file.display()
        )),
    }
}

fn utf8(bytes: Vec<u8>) -> std::result::Result<String, String> {
    match String::from_utf8(bytes) {
        Ok(mut text) => {
            if text.starts_with('\u{feff}') {
                text.drain(..'\u{feff}'.len_utf8());
            }
            Ok(text)
        }
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            let bytes = error.as_bytes();
            let before = bytes.get(..at).unwrap_or_default();
            let end = if before.contains(&b'\n') {
                b'\n'
            } else {
                b'\r'
            };
            let line = 1 + before.iter().filter(|&&b| b == end).count();
            let byte = bytes.get(at).copied().unwrap_or_default();
            Err(format!(
                "line {line} is not UTF-8 (byte 0x{byte:02X}); convert the file, if it is Western European \
                 by `iconv -f WINDOWS-1252 -t UTF-8 OLD > NEW`"
            ))
        }
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> std::result::Result<String, String> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    let units = pairs.iter().map(|pair| unit(*pair));
    let mut line = 1;
    let mut text = String::with_capacity(bytes.len());
    for letter in char::decode_utf16(units) {
        let Ok(letter) = letter else {
            return Err(format!(
                "line {line} is damaged: half of a UTF-16 surrogate pair is missing"
            ));
        };
        line += usize::from(letter == '\n');
        text.push(letter);
    }
    match rest {
        [] => Ok(text),
        _ => Err("it ends within a character of UTF-16: is it complete?".to_owned()),
    }
}

/// Returns the text of bytes without a byte-order mark, if they are valid UTF-16 and the text has no NUL.
fn unmarked(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Option<String> {
    utf16(bytes, unit).ok().filter(|text| !text.contains('\0'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(bytes: Vec<u8>) -> std::result::Result<(String, bool), String> {
        let text = decode(Path::new("f"), bytes).map_err(|error| error.to_string())?;
        Ok((text.text, text.assumed.is_some()))
    }

    fn utf16(text: &str, big: bool) -> Vec<u8> {
        let bytes = |unit: u16| {
            if big {
                unit.to_be_bytes()
            } else {
                unit.to_le_bytes()
            }
        };
        text.encode_utf16().flat_map(bytes).collect()
    }

    #[test]
    fn what_is_no_text_is_named() {
        for (bytes, reason) in [
            (&b"a\nb\n\xe9"[..], "line 3 is not UTF-8 (byte 0xE9)"),
            (b"a\rb\r\xe9", "line 3 is not UTF-8"),
            (b"\xff\xfe\0\0a\0\0\0", "UTF-32"),
            (b"a\0\0\0b\0\0\0", "UTF-32"),
            (b"\xff\xfea\0b", "is it complete?"),
            (b"\xff\xfea\0\n\0\0\xd8b\0", "line 2 is damaged"),
        ] {
            let message = read(bytes.to_vec()).unwrap_err();
            assert!(message.contains(reason), "{message}");
        }
    }

    proptest! {
        #[test]
        fn every_encoding_gives_the_text(rest in "[^\0]{0,40}", big: bool) {
            let text = format!("t{rest}");
            let utf8 = text.clone().into_bytes();
            prop_assert_eq!(read(utf8.clone()), Ok((text.clone(), false)));
            prop_assert_eq!(read([b"\xef\xbb\xbf".to_vec(), utf8].concat()), Ok((text.clone(), false)));
            let marked = utf16(&format!("\u{feff}{text}"), big);
            prop_assert_eq!(read(marked), Ok((text.clone(), false)));
            prop_assert_eq!(read(utf16(&text, big)), Ok((text, true)));
        }
    }
}
