//! The numbers that the paper prints.

use std::sync::LazyLock;

use serde_json::Value;

const JSON: &str = include_str!("../../assets/reference-tables.json");

static TABLES: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(JSON).expect("a test reads it"));

/// Returns all numbers that the paper prints, by table and figure.
pub(crate) fn tables() -> &'static Value {
    &TABLES
}

/// Returns the numbers of a JSON list; none for any other value.
pub(crate) fn numbers(value: &Value) -> Vec<f64> {
    let list = value.as_array().map(Vec::as_slice).unwrap_or_default();
    list.iter().filter_map(Value::as_f64).collect()
}
