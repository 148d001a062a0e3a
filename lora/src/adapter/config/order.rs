//! The order of the keys of a file's patterns, which a parsed [`Value`] does not keep.

use indexmap::IndexMap;
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::adapter::LoraConfig;

/// The keys of a file in the order of its text, with the keys of every value that is a map.
#[derive(Deserialize)]
pub(in crate::adapter) struct Order(IndexMap<String, Keys>);

#[derive(Deserialize)]
#[serde(untagged)]
enum Keys {
    Map(IndexMap<String, IgnoredAny>),
    Other(IgnoredAny),
}

impl Order {
    /// Sorts the patterns of a configuration into this order.
    pub(in crate::adapter) fn restore(&self, config: &mut LoraConfig) {
        self.sort("rank_pattern", &mut config.rank_pattern);
        self.sort("alpha_pattern", &mut config.alpha_pattern);
    }

    fn sort<T>(&self, pattern: &str, values: &mut IndexMap<String, T>) {
        if let Some(Keys::Map(keys)) = self.0.get(pattern) {
            values.sort_by_cached_key(|key, _| keys.get_index_of(key));
        }
    }
}

/// Returns a file's keys as indented JSON: sorted, except the keys of the patterns, which keep the configuration's
/// order.
pub(in crate::adapter) fn write(
    config: &LoraConfig,
    keys: &Map<String, Value>,
) -> Result<String, serde_json::Error> {
    let written: IndexMap<&str, Written> = keys
        .iter()
        .map(|(key, value)| {
            let in_order = match key.as_str() {
                "rank_pattern" => ordered(config.rank_pattern.keys(), value),
                "alpha_pattern" => ordered(config.alpha_pattern.keys(), value),
                _ => None,
            };
            let written = in_order.map_or(Written::Value(value), Written::Pattern);
            (key.as_str(), written)
        })
        .collect();
    serde_json::to_string_pretty(&written)
}

#[derive(Serialize)]
#[serde(untagged)]
enum Written<'a> {
    Value(&'a Value),
    Pattern(IndexMap<&'a str, &'a Value>),
}

/// Returns the entries of a map in the given order of its keys; `None` if the value is not a map.
fn ordered<'a>(
    keys: impl Iterator<Item = &'a String>,
    value: &'a Value,
) -> Option<IndexMap<&'a str, &'a Value>> {
    let map = value.as_object()?;
    Some(
        keys.filter_map(|key| Some((key.as_str(), map.get(key)?)))
            .collect(),
    )
}
