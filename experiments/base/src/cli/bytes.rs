use std::fmt;
use std::str::FromStr;

use bytesize::ByteSize;
use serde::{Deserialize, Serialize};

/// An amount of memory: `500MB`, `4GB`, `2GiB`, or a plain number of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "String")]
pub struct Bytes(pub usize);

/// An amount of memory as files spell it.
#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Number(usize),
    Text(String),
}

impl FromStr for Bytes {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.parse::<ByteSize>() {
            Ok(size) if size.as_u64() > 0 => Ok(Self(size.as_u64() as usize)),
            _ => Err(format!(
                "`{text}` is not an amount of memory; write it as 500MB or 4GB"
            )),
        }
    }
}

impl Bytes {
    /// Returns the amount for people: `2.50 MB`.
    pub fn words(self) -> String {
        format!("{:.2}", ByteSize::b(self.0 as u64).display().si())
    }
}

impl TryFrom<Written> for Bytes {
    type Error = String;

    fn try_from(written: Written) -> Result<Self, String> {
        match written {
            Written::Number(bytes) => Ok(Self(bytes)),
            Written::Text(text) => text.parse(),
        }
    }
}

impl From<Bytes> for String {
    fn from(bytes: Bytes) -> String {
        bytes.to_string()
    }
}

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}B", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units() {
        for (text, bytes) in [
            ("4GB", 4_000_000_000),
            ("1.5 GiB", 3 << 29),
            ("17", 17),
            ("17B", 17),
        ] {
            assert_eq!(text.parse(), Ok(Bytes(bytes)), "{text}");
        }
        for text in ["", "GB", "-1GB", "4 apples", "inf"] {
            assert!(text.parse::<Bytes>().is_err(), "{text}");
        }
        assert_eq!(Bytes(12).to_string().parse(), Ok(Bytes(12)));
        for written in ["4000", "\"4kB\"", "\"4000B\""] {
            let read: Bytes = serde_json::from_str(written).unwrap();
            assert_eq!(read, Bytes(4000), "{written}");
        }
    }
}
