use serde::{Deserialize, Serialize};

/// A list of module names, or one regular expression for whole paths.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Modules {
    /// Selects a module if its path equals one of these names, or ends in `.` followed by one of them.
    Names(Vec<String>),
    /// Selects a module if the pattern matches its whole path.
    Pattern(String),
}

impl Modules {
    /// Returns whether the list or the pattern is empty, which is PEFT's way to leave a key out.
    pub fn is_empty(&self) -> bool {
        match self {
            Modules::Names(names) => names.is_empty(),
            Modules::Pattern(pattern) => pattern.is_empty(),
        }
    }
}

/// A value, or a list of values.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum OneOrMany<T> {
    /// One value.
    One(T),
    /// Any number of values.
    Many(Vec<T>),
}

impl<T> OneOrMany<T> {
    /// Returns all values.
    pub fn as_slice(&self) -> &[T] {
        match self {
            OneOrMany::One(value) => std::slice::from_ref(value),
            OneOrMany::Many(values) => values,
        }
    }
}
