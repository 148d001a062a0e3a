use std::ffi::OsString;
use std::fmt;
use std::ops::Deref;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A path in settings and results, UTF-8 or not. It is written as text, or as a list of its bytes if it is not UTF-8.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnyPath(PathBuf);

impl AnyPath {
    /// Returns the path as text for people; bytes that are not UTF-8 are replaced.
    pub fn text(&self) -> String {
        self.0.to_string_lossy().into_owned()
    }
}

impl Deref for AnyPath {
    type Target = Path;

    fn deref(&self) -> &Path {
        &self.0
    }
}

impl AsRef<Path> for AnyPath {
    fn as_ref(&self) -> &Path {
        &self.0
    }
}

impl fmt::Display for AnyPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.display().fmt(f)
    }
}

impl From<OsString> for AnyPath {
    fn from(path: OsString) -> Self {
        Self(path.into())
    }
}

impl From<&str> for AnyPath {
    fn from(path: &str) -> Self {
        Self(path.into())
    }
}

impl From<AnyPath> for PathBuf {
    fn from(path: AnyPath) -> Self {
        path.0
    }
}

impl From<PathBuf> for AnyPath {
    fn from(path: PathBuf) -> Self {
        Self(path)
    }
}

impl Serialize for AnyPath {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0.to_str() {
            Some(text) => serializer.serialize_str(text),
            None => self.0.as_os_str().as_encoded_bytes().serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for AnyPath {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            Text(String),
            Bytes(Vec<u8>),
        }
        Ok(match Written::deserialize(deserializer)? {
            Written::Text(text) => Self(text.into()),
            Written::Bytes(bytes) => Self(of_bytes(bytes)),
        })
    }
}

#[cfg(unix)]
fn of_bytes(bytes: Vec<u8>) -> PathBuf {
    use std::os::unix::ffi::OsStringExt;
    OsString::from_vec(bytes).into()
}

#[cfg(not(unix))]
fn of_bytes(bytes: Vec<u8>) -> PathBuf {
    String::from_utf8_lossy(&bytes).into_owned().into()
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_path_that_is_not_utf_8_comes_back() {
        for (path, json) in [
            (AnyPath::from("a/é"), "\"a/é\""),
            (of_bytes(b"caf\xe9".to_vec()).into(), "[99,97,102,233]"),
        ] {
            assert_eq!(serde_json::to_string(&path).unwrap(), json);
            assert_eq!(serde_json::from_str::<AnyPath>(json).unwrap(), path);
        }
    }
}
