//! Numbers as Python writes and reads them: 8 and 8.0 are the same number.

use indexmap::IndexMap;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Number, Value, json};

/// Reads a whole number ≥ 0, which may be written as 8.0.
pub(in crate::adapter) fn whole<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<usize, D::Error> {
    as_whole(Number::deserialize(deserializer)?).map_err(D::Error::custom)
}

/// Reads a map whose values are whole numbers ≥ 0, which may be written as 8.0.
pub(in crate::adapter) fn wholes<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<IndexMap<String, usize>, D::Error> {
    let numbers: IndexMap<String, Number> = IndexMap::deserialize(deserializer)?;
    let wholes = numbers
        .into_iter()
        .map(|(key, number)| Ok((key, as_whole(number)?)));
    wholes
        .collect::<Result<_, String>>()
        .map_err(D::Error::custom)
}

fn as_whole(number: Number) -> Result<usize, String> {
    let is_whole = |value: &f64| value.fract() == 0.0 && (0.0..2f64.powi(53)).contains(value);
    let whole = match (number.as_u64(), number.as_f64().filter(is_whole)) {
        (Some(whole), _) => usize::try_from(whole).ok(),
        (None, Some(whole)) => Some(whole as usize),
        (None, None) => None,
    };
    whole.ok_or_else(|| format!("{number} is no whole number ≥ 0"))
}

/// Returns a JSON integer if the number is whole, else a JSON float.
fn number(value: f64) -> Value {
    if value.fract() == 0.0 && value.abs() < 2f64.powi(53) {
        json!(value as i64)
    } else {
        json!(value)
    }
}

pub(in crate::adapter) fn whole_if_possible<S: Serializer>(
    value: &f64,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    number(*value).serialize(serializer)
}

pub(in crate::adapter) fn wholes_if_possible<S: Serializer>(
    values: &IndexMap<String, f64>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_map(values.iter().map(|(key, &value)| (key, number(value))))
}
