use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A number of examples, or `all` examples of the split.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub enum Count {
    /// Every example of the split.
    All,
    /// The exact number; an error if the split has fewer.
    Exactly(usize),
}

impl Count {
    /// Returns whether the number is 0.
    pub fn is_none(self) -> bool {
        self == Self::Exactly(0)
    }
}

/// The form that a count has in files.
#[derive(Clone, Serialize, Deserialize)]
#[serde(untagged)]
enum Written {
    Number(usize),
    Text(String),
}

impl FromStr for Count {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match (text, text.parse()) {
            ("all", _) => Ok(Self::All),
            (_, Ok(number)) => Ok(Self::Exactly(number)),
            _ => Err(format!(
                "`{text}` is neither a number of examples nor `all`"
            )),
        }
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("all"),
            Self::Exactly(number) => number.fmt(f),
        }
    }
}

impl TryFrom<Written> for Count {
    type Error = String;

    fn try_from(written: Written) -> Result<Self, String> {
        match written {
            Written::Number(number) => number.to_string().parse(),
            Written::Text(text) => text.parse(),
        }
    }
}

impl From<Count> for Written {
    fn from(count: Count) -> Self {
        match count {
            Count::All => Self::Text("all".into()),
            Count::Exactly(number) => Self::Number(number),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_or_all() {
        for (text, json, count) in [
            ("all", "\"all\"", Count::All),
            ("7", "7", Count::Exactly(7)),
        ] {
            assert_eq!(text.parse(), Ok(count));
            assert_eq!(serde_json::to_string(&count).unwrap(), json);
            assert_eq!(serde_json::from_str::<Count>(json).unwrap(), count);
            assert_eq!(count.to_string(), text);
        }
        for text in ["-1", "All", "", "1.5"] {
            assert!(text.parse::<Count>().is_err(), "{text}");
        }
    }
}
