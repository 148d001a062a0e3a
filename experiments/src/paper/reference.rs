//! The numbers that the paper prints.

use serde_json::Value;

const JSON: &str = include_str!("../../assets/paper/reference-tables.json");

/// All of them.
pub(crate) fn tables() -> Value {
    serde_json::from_str(JSON).expect("a test reads it")
}

/// A list of numbers.
pub(crate) fn numbers(value: &Value) -> Vec<f64> {
    let list = value.as_array().map(Vec::as_slice).unwrap_or_default();
    list.iter().filter_map(Value::as_f64).collect()
}
