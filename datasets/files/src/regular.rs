use std::fs::{self, File};
use std::io::{self, ErrorKind, Read};
use std::path::Path;

/// The reason why a file cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The path leads to something other than a regular file.
    #[error("it is {found}, not a file")]
    NotAFile {
        /// `a folder`, or `a pipe, a socket or a device`.
        found: &'static str,
    },
    /// The file is larger than a file of its kind can be.
    #[error("it has {length} bytes, a file of its kind has at most {most}")]
    TooLong {
        /// The length of the file in bytes.
        length: u64,
        /// The largest number of bytes that is read.
        most: u64,
    },
    /// The file does not exist, or the system refuses to read it.
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl Error {
    /// Returns whether the error is that the path does not exist.
    pub fn is_absent(&self) -> bool {
        matches!(self, Self::Io(error) if error.kind() == ErrorKind::NotFound)
    }
}

impl From<Error> for io::Error {
    fn from(error: Error) -> Self {
        match error {
            Error::Io(error) => error,
            other => Self::new(ErrorKind::InvalidInput, other),
        }
    }
}

/// Opens a regular file and returns it with its length in bytes.
///
/// # Errors
/// [`Error::NotAFile`] for a folder, a pipe, a socket or a device, none of which is opened; [`Error::Io`] for a file
/// that does not exist or is not readable.
pub fn open(path: &Path) -> Result<(File, u64), Error> {
    let about = fs::metadata(path)?;
    if !about.is_file() {
        return Err(Error::NotAFile {
            found: match about.is_dir() {
                true => "a folder",
                false => "a pipe, a socket or a device",
            },
        });
    }
    Ok((File::open(path)?, about.len()))
}

/// Returns the bytes of a regular file.
///
/// # Errors
/// As [`open`].
pub fn read(path: &Path) -> Result<Vec<u8>, Error> {
    read_at_most(path, u64::MAX)
}

/// Returns the bytes of a regular file of at most `most` bytes.
///
/// # Errors
/// As [`open`]; [`Error::TooLong`] for a longer file, which is not read.
pub fn read_at_most(path: &Path, most: u64) -> Result<Vec<u8>, Error> {
    let (file, length) = open(path)?;
    let mut bytes = Vec::new();
    if length <= most {
        file.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
    }
    // A file may grow while it is read.
    let length = length.max(bytes.len() as u64);
    match length <= most {
        true => Ok(bytes),
        false => Err(Error::TooLong { length, most }),
    }
}

/// Returns the text of a regular file.
///
/// # Errors
/// As [`open`]; an error of kind [`InvalidData`](ErrorKind::InvalidData) if the file is not UTF-8.
pub fn read_text(path: &Path) -> io::Result<String> {
    let text = String::from_utf8(read(path)?);
    text.map_err(|_| io::Error::new(ErrorKind::InvalidData, "it is not UTF-8"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_file_is_refused_without_waiting_for_it() {
        let dir = tempfile::tempdir().unwrap();
        let pipe = dir.path().join("pipe");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status();
        assert!(made.unwrap().success());
        for (path, found) in [
            (&*pipe, "a pipe, a socket or a device"),
            (dir.path(), "a folder"),
            (Path::new("/dev/zero"), "a pipe, a socket or a device"),
        ] {
            let error = read(path).unwrap_err();
            assert_eq!(error.to_string(), format!("it is {found}, not a file"));
        }
        assert!(read(&dir.path().join("absent")).unwrap_err().is_absent());
    }

    #[test]
    fn a_file_is_read_whole_or_not_at_all() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("file");
        fs::write(&file, "content").unwrap();
        assert_eq!(read(&file).unwrap(), b"content");
        assert_eq!(read_at_most(&file, 7).unwrap(), b"content");
        let error = read_at_most(&file, 6).unwrap_err();
        let message = "it has 7 bytes, a file of its kind has at most 6";
        assert_eq!(error.to_string(), message);
        assert_eq!(read_text(&file).unwrap(), "content");
        fs::write(&file, b"\xff").unwrap();
        assert_eq!(read_text(&file).unwrap_err().to_string(), "it is not UTF-8");
    }
}
