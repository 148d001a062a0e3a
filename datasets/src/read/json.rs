//! JSON: an object to a line, or one object or array that holds them all.
//!
//! Read with serde_json and not as a data frame: a frame fixes one type to a column and reports a
//! bad line without its number, and an object of objects is no table to it.

use std::fmt;
use std::path::Path;

use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use super::{Malformed, Row, Table, column_missing};
use crate::error::{Error, Result};

type Object = Map<String, Value>;

pub(super) fn lines(file: &Path, bytes: &[u8], columns: &[&str]) -> Result<Table> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let filled = bytes
        .split(|&b| b == b'\n')
        .enumerate()
        .filter(|(_, text)| !text.iter().all(u8::is_ascii_whitespace));
    let objects = filled.map(|(line, text)| {
        let object = serde_json::from_slice::<Object>(text).map_err(|error| error.to_string());
        (Some(line + 1), object)
    });
    table(file, objects, columns)
}

pub(super) fn objects(file: &Path, bytes: &[u8], columns: &[&str]) -> Result<Table> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let objects: Objects = serde_json::from_slice(bytes).map_err(|error| Error::Unreadable {
        path: file.into(),
        format: "JSON objects",
        reason: error.to_string(),
    })?;
    table(
        file,
        objects.0.into_iter().map(|object| (None, Ok(object))),
        columns,
    )
}

fn table(
    file: &Path,
    objects: impl Iterator<Item = (Option<usize>, std::result::Result<Object, String>)>,
    columns: &[&str],
) -> Result<Table> {
    let mut table = Table::default();
    for (index, (line, object)) in objects.enumerate() {
        if let Ok(object) = &object
            && table.rows.is_empty()
            && let Some(column) = columns.iter().find(|column| !object.contains_key(**column))
        {
            let names: Vec<String> = object.keys().cloned().collect();
            return Err(column_missing(file, column, &names));
        }
        match object.and_then(|object| cells(object, columns)) {
            Ok(cells) => table.rows.push(Row { index, line, cells }),
            Err(reason) => table.malformed.push(Malformed {
                index,
                line,
                reason,
            }),
        }
    }
    Ok(table)
}

fn cells(mut object: Object, columns: &[&str]) -> std::result::Result<Vec<Option<String>>, String> {
    columns
        .iter()
        .map(|column| match object.remove(*column) {
            None => Err(format!("no key `{column}`")),
            Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(value @ (Value::Number(_) | Value::Bool(_))) => Ok(Some(value.to_string())),
            Some(_) => Err(format!("key `{column}` is neither text nor a number")),
        })
        .collect()
}

/// The objects in an array, or the values of an object, in the file's order.
struct Objects(Vec<Object>);

impl<'de> Deserialize<'de> for Objects {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        struct Rows;
        impl<'de> Visitor<'de> for Rows {
            type Value = Objects;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an array or an object of objects")
            }

            fn visit_seq<A: SeqAccess<'de>>(
                self,
                mut rows: A,
            ) -> std::result::Result<Objects, A::Error> {
                let mut objects = Vec::new();
                while let Some(object) = rows.next_element()? {
                    objects.push(object);
                }
                Ok(Objects(objects))
            }

            fn visit_map<A: MapAccess<'de>>(
                self,
                mut rows: A,
            ) -> std::result::Result<Objects, A::Error> {
                let mut objects = Vec::new();
                while let Some((_, object)) = rows.next_entry::<String, Object>()? {
                    objects.push(object);
                }
                Ok(Objects(objects))
            }
        }
        deserializer.deserialize_any(Rows)
    }
}
