//! Folders as one sequence of bytes, for tests that damage them.

use std::collections::BTreeMap;
use std::path::Path;

use super::files::{Files, NAMES};
use super::load;

/// The beginning of the line before each file.
const MARK: &str = "=== ";

/// Reads the folder that `bytes` describe, tokenizes some texts with it, and returns whether it could be read.
///
/// The bytes are those of the folder's files, each after a line `=== NAME`; a file with a name that no tokenizer has is
/// ignored. The function ends and does not panic, whatever the bytes are.
pub fn folder(bytes: &[u8]) -> bool {
    let mut held: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    let mut file = None;
    for line in bytes.split_inclusive(|&byte| byte == b'\n') {
        if let Some(name) = line.strip_prefix(MARK.as_bytes()) {
            file = NAMES
                .into_iter()
                .find(|known| name.trim_ascii() == known.as_bytes());
            file.map(|name| held.insert(name.to_owned(), Vec::new()));
        } else if let Some(held) = file.and_then(|name| held.get_mut(name)) {
            held.extend_from_slice(line);
        }
    }
    let Ok(tokenizer) = load::folder(&Files::named(Path::new(""), held)) else {
        return false;
    };
    for text in [
        "",
        " Ab é 東 🦀 [MASK]<mask>\n",
        "one two three four five six seven eight",
    ] {
        for (second, length) in [(None, 512), (None, 6), (Some("a, b."), 9)] {
            // An error is as good as ids: this looks only for panics and endless loops.
            if let Ok(encoded) = tokenizer.encode(text, second, length) {
                let _ = tokenizer.decode(&encoded.ids);
            }
        }
    }
    true
}
