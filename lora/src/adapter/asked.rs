use serde::{Deserialize, Serialize};

/// A list of names, or one regular expression for whole paths.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Modules {
    /// A module is meant if its path is one of these, or ends in `.` and one of these.
    Names(Vec<String>),
    /// A module is meant if its whole path matches.
    Pattern(String),
}

impl Modules {
    /// Whether there is nothing in it, which is PEFT's way to leave a key out.
    pub fn is_empty(&self) -> bool {
        match self {
            Modules::Names(names) => names.is_empty(),
            Modules::Pattern(pattern) => pattern.is_empty(),
        }
    }
}

/// A value, or a list of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum OneOrMany<T> {
    /// One.
    One(T),
    /// Any number.
    Many(Vec<T>),
}

impl<T> OneOrMany<T> {
    /// All of them.
    pub fn as_slice(&self) -> &[T] {
        match self {
            OneOrMany::One(value) => std::slice::from_ref(value),
            OneOrMany::Many(values) => values,
        }
    }
}
