use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// An amount of memory: `500MB`, `4GB`, `2GiB`, or a plain number of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "String")]
pub struct Bytes(pub usize);

/// The form that an amount of memory has in files.
#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Number(usize),
    Text(String),
}

const UNITS: [(&str, usize); 8] = [
    ("KiB", 1 << 10),
    ("MiB", 1 << 20),
    ("GiB", 1 << 30),
    ("kB", 1_000),
    ("KB", 1_000),
    ("MB", 1_000_000),
    ("GB", 1_000_000_000),
    ("B", 1),
];

impl FromStr for Bytes {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let (number, unit) = UNITS
            .iter()
            .find_map(|&(name, size)| text.strip_suffix(name).map(|number| (number, size)))
            .unwrap_or((text, 1));
        match number.trim().parse::<f64>() {
            Ok(number) if number.is_finite() && number > 0.0 => {
                Ok(Self((number * unit as f64) as usize))
            }
            _ => Err(format!(
                "`{text}` is not an amount of memory; write it as 500MB or 4GB"
            )),
        }
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
