//! Reading of regular files, with the errors of this crate.

use std::path::Path;

use crate::error::{Error, Result};

/// Returns the bytes of a regular file.
///
/// # Errors
/// [`Error::NotAFile`] for a folder, a pipe or a device, which is not opened; [`Error::Io`] if the system refuses.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>> {
    tangent_files::read(path).map_err(|error| unread(path, error))
}

/// Returns the error of this crate for a file that cannot be read.
pub(crate) fn unread(path: &Path, error: tangent_files::Error) -> Error {
    let path = path.into();
    match error {
        tangent_files::Error::NotAFile { found } => Error::NotAFile { path, found },
        other => Error::Io {
            path,
            source: other.into(),
        },
    }
}
