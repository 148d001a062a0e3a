//! One row of JSON: an object.

use std::fmt;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

/// The members of an object in the order of the file, with their values as written.
#[derive(Clone, Debug)]
pub(super) struct Record<'a>(pub(super) Vec<(String, &'a RawValue)>);

impl<'a> Record<'a> {
    /// Reads a row as a record. If the row has none of the columns but an object under the key `row`, as in the hub's
    /// viewer, that object is the record.
    pub(super) fn of_row(row: &'a RawValue, columns: &[&str]) -> Result<Self, String> {
        let record = Self::of(row)?;
        if !columns.iter().any(|column| record.has(column))
            && let Some(inner) = record.get("row").filter(|inner| is_object(inner))
        {
            return Self::of(inner);
        }
        Ok(record)
    }

    /// Reads a value as a record.
    pub(super) fn of(value: &'a RawValue) -> Result<Self, String> {
        if !is_object(value) {
            return Err("it is not an object, in which keys name the values".to_owned());
        }
        serde_json::from_str(value.get()).map_err(|error| error.to_string())
    }

    pub(super) fn names(&self) -> Vec<String> {
        self.0.iter().map(|(name, _)| name.clone()).collect()
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    pub(super) fn get(&self, name: &str) -> Option<&'a RawValue> {
        let found = self.0.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| *value)
    }

    /// Returns the cells of the row in the order of `columns`.
    pub(super) fn cells(&self, columns: &[&str]) -> Result<Vec<Option<String>>, String> {
        let cell = |column: &&str| {
            let mut values = self.0.iter().filter(|(name, _)| name == *column);
            match (values.next(), values.next()) {
                (Some((_, value)), None) => {
                    cell(value).map_err(|reason| format!("key `{column}` {reason}"))
                }
                (None, _) => Err(format!("no key `{column}`")),
                (Some(_), Some(_)) => Err(format!("key `{column}` is there more than once")),
            }
        };
        columns.iter().map(cell).collect()
    }
}

/// Returns a value as a cell: a string decoded, a number or truth value as written, and `None` for null.
pub(super) fn cell(value: &RawValue) -> Result<Option<String>, String> {
    let text = value.get();
    match text.as_bytes().first() {
        Some(b'"') => serde_json::from_str(text)
            .map(Some)
            .map_err(|error| format!("is damaged: {error}")),
        Some(b'n') => Ok(None),
        Some(b'[' | b'{') | None => Err("is neither text nor a number".to_owned()),
        Some(_) => Ok(Some(text.to_owned())),
    }
}

pub(super) fn is_object(value: &RawValue) -> bool {
    value.get().starts_with('{')
}

pub(super) fn is_list(value: &RawValue) -> bool {
    value.get().starts_with('[')
}

impl<'de> Deserialize<'de> for Record<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;
        impl<'de> Visitor<'de> for Members {
            type Value = Record<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object, in which keys name the values")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Record<'de>, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Record(members))
            }
        }
        deserializer.deserialize_map(Members)
    }
}
