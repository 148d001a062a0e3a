//! Files as bytes.

use std::fs::FileType;
use std::path::Path;

use crate::error::{Error, Result};

/// The bytes of a regular file.
///
/// Anything else is refused before it is opened: a pipe would keep its reader waiting, a device may
/// have no end.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>> {
    let failed = |source| Error::Io {
        path: path.into(),
        source,
    };
    let kind = std::fs::metadata(path).map_err(failed)?.file_type();
    if !kind.is_file() {
        return Err(not_a_file(path, kind));
    }
    std::fs::read(path).map_err(failed)
}

/// The error for a path that is no regular file.
pub(crate) fn not_a_file(path: &Path, kind: FileType) -> Error {
    Error::NotAFile {
        path: path.into(),
        found: if kind.is_dir() {
            "a folder"
        } else {
            "a pipe, a socket or a device"
        },
    }
}
