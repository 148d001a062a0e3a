//! Which files of a folder its tokenizer is made from.

use std::path::Path;

use crate::error::Result;

use super::files::{ADDED, Files, MERGES, MODEL, SETTINGS, SPECIAL, TOKENIZER, VOCABULARY, WORDS};
use super::settings::Settings;

/// Reads the files of a folder from which its tokenizer is made; a missing file is no error.
pub(super) fn open(folder: &Path) -> Result<Files> {
    let mut files = Files::named(folder, []);
    for name in [MODEL, SETTINGS, SPECIAL, ADDED] {
        files.take(name)?;
    }
    let versioned = Settings::read(&files, SETTINGS)?.tokenizer_file()?;
    if let Some(name) = versioned {
        files.read_as_tokenizer(&name);
    }
    files.take(TOKENIZER)?;
    if files.get(TOKENIZER).is_none() {
        for name in [WORDS, VOCABULARY, MERGES] {
            files.take(name)?;
        }
        files.note_foreign();
    }
    Ok(files)
}
