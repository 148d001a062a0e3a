use serde_json::{Map, Value};

use crate::error::Error;

/// The name of the configuration file in a model's folder.
pub(super) const FILE: &str = "config.json";

/// The keys of a `config.json`; a key with the value `null` counts as missing.
pub(super) struct Keys<'a>(pub &'a Map<String, Value>);

impl<'a> Keys<'a> {
    pub(super) fn get(&self, key: &str) -> Option<&'a Value> {
        self.0.get(key).filter(|value| !value.is_null())
    }

    pub(super) fn text(&self, key: &str) -> Result<Option<&'a str>, Error> {
        let text = |v: &'a Value| {
            v.as_str()
                .ok_or_else(|| invalid(key, format!("= {v} must be text")))
        };
        self.get(key).map(text).transpose()
    }

    pub(super) fn integer(&self, key: &str) -> Result<Option<u64>, Error> {
        let integer = |v: &Value| {
            v.as_u64()
                .ok_or_else(|| invalid(key, format!("= {v} must be a whole number ≥ 0")))
        };
        self.get(key).map(integer).transpose()
    }

    /// Returns a number from 1 to `max`; `None` if the key is missing.
    pub(super) fn at_most(&self, key: &str, max: usize) -> Result<Option<usize>, Error> {
        match self.integer(key)? {
            None => Ok(None),
            Some(0) => Err(invalid(key, "must be at least 1")),
            Some(size) => match usize::try_from(size) {
                Ok(size) if size <= max => Ok(Some(size)),
                _ => Err(invalid(key, format!("= {size} is more than any model has"))),
            },
        }
    }

    /// Returns a number from 1 to `max`; an error if the key is missing.
    pub(super) fn size(&self, key: &str, max: usize) -> Result<usize, Error> {
        self.at_most(key, max)?
            .ok_or_else(|| invalid(key, "is missing"))
    }

    pub(super) fn positive(&self, key: &str) -> Result<Option<f64>, Error> {
        let positive = |v: &Value| {
            let number = v.as_f64().filter(|x| *x > 0.0 && x.is_finite());
            number.ok_or_else(|| invalid(key, format!("= {v} must be a number > 0")))
        };
        self.get(key).map(positive).transpose()
    }

    /// Refuses a key whose value is not one of `allowed`.
    pub(super) fn only(&self, key: &str, allowed: &[Value]) -> Result<(), Error> {
        match self.get(key) {
            Some(value) if !allowed.contains(value) => {
                let supported = allowed
                    .first()
                    .map_or("leave it out".into(), |value| format!("only {value} is"));
                Err(unsupported(key, value, supported))
            }
            _ => Ok(()),
        }
    }
}

/// Returns the error for a key with an invalid value.
pub(super) fn invalid(key: &str, problem: impl Into<String>) -> Error {
    Error::Config {
        file: FILE,
        key: key.into(),
        problem: problem.into(),
    }
}

/// Returns the error for a key that asks for something that exists elsewhere and is not implemented here.
pub(super) fn unsupported(key: &str, value: &Value, supported: impl Into<String>) -> Error {
    Error::Unsupported {
        file: FILE,
        key: key.into(),
        value: value.to_string(),
        supported: supported.into(),
    }
}
