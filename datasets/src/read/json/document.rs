//! Finds the rows in one JSON document.

use serde_json::value::RawValue;

use super::record::{Record, is_list, is_object};

/// The rows of a document.
pub(super) enum Records<'a> {
    /// An object for each row.
    Records(Vec<&'a RawValue>),
    /// The values of each column, in the order in which the columns were asked for.
    Columns(Vec<Vec<&'a RawValue>>),
}

/// The largest number of objects, each the only member of the one around it, that may enclose the rows.
const DEPTH: usize = 4;

/// Finds the rows in an array or an object that holds an object for each row, in one list for each column, or in the
/// only list of rows among other members, such as `{"version": …, "data": […]}`. An object that has the columns
/// itself is one row.
pub(super) fn rows<'a>(value: &'a RawValue, columns: &[&str]) -> Result<Records<'a>, String> {
    within(value, columns, DEPTH)
}

fn within<'a>(value: &'a RawValue, columns: &[&str], depth: usize) -> Result<Records<'a>, String> {
    if is_list(value) {
        return Ok(Records::Records(list(value)?));
    }
    if !is_object(value) {
        return Err("it holds a single value and no rows".to_owned());
    }
    let record = Record::of(value)?;
    let asked: Option<Vec<&RawValue>> = columns.iter().map(|column| record.get(column)).collect();
    if let Some(asked) = asked {
        return by_column(&asked).unwrap_or_else(|| Ok(Records::Records(vec![value])));
    }
    let mut lists = Vec::new();
    for (name, value) in &record.0 {
        if is_list(value) {
            let list = list(value)?;
            if list.first().is_some_and(|row| is_object(row)) {
                lists.push((name, list));
            }
        }
    }
    if lists.len() > 1 {
        lists.retain(|(_, list)| {
            let first = list.first().map(|row| Record::of_row(row, columns));
            first.is_some_and(|row| row.is_ok_and(|row| columns.iter().all(|c| row.has(c))))
        });
    }
    match (lists.as_slice(), record.0.as_slice()) {
        ([(_, list)], _) => Ok(Records::Records(list.clone())),
        ([_, _, ..], _) => {
            let names: Vec<&str> = lists.iter().map(|(name, _)| name.as_str()).collect();
            let names = names.join("`, `");
            Err(format!(
                "it holds several lists of rows, `{names}`; put the one that is meant into a file of its own"
            ))
        }
        ([], [(_, inner)]) if depth > 0 && is_object(inner) && holds_rows(inner) => {
            within(inner, columns, depth - 1)
        }
        ([], members) if !members.is_empty() && members.iter().all(|(_, m)| is_object(m)) => {
            Ok(Records::Records(members.iter().map(|(_, m)| *m).collect()))
        }
        // The object may be one row that lacks a column.
        ([], members) if !members.iter().any(|(_, m)| is_list(m) || is_object(m)) => {
            Ok(Records::Records(vec![value]))
        }
        ([], _) => Err(format!(
            "it holds no rows: neither the columns asked for nor a list of objects are among its keys `{}`",
            record.names().join("`, `")
        )),
    }
}

/// Returns whether an object contains a list or an object, and so is not a row itself.
fn holds_rows(value: &RawValue) -> bool {
    Record::of(value).is_ok_and(|record| {
        let mut members = record.0.iter();
        members.any(|(_, member)| is_list(member) || is_object(member))
    })
}

/// Returns the columns, if every one of them is a list, or an object that has a value for each row.
fn by_column<'a>(asked: &[&'a RawValue]) -> Option<Result<Records<'a>, String>> {
    let values = if asked.iter().all(|column| is_list(column)) {
        asked.iter().map(|column| list(column)).collect()
    } else if asked.iter().all(|column| is_object(column)) {
        by_key(asked)
    } else {
        return None;
    };
    Some(values.and_then(|columns: Vec<Vec<_>>| {
        let lengths: Vec<usize> = columns.iter().map(Vec::len).collect();
        if lengths.windows(2).any(|pair| pair.first() != pair.last()) {
            return Err(format!("its columns have different lengths: {lengths:?}"));
        }
        Ok(Records::Columns(columns))
    }))
}

/// Returns columns that are objects with the number or name of each row as key, as pandas writes them.
fn by_key<'a>(asked: &[&'a RawValue]) -> Result<Vec<Vec<&'a RawValue>>, String> {
    let columns = asked.iter().map(|column| Record::of(column));
    let columns = columns.collect::<Result<Vec<_>, _>>()?;
    let keys = |record: &Record<'_>| record.names();
    let mut others = columns.iter().map(keys);
    let first = others.next();
    if others.any(|keys| Some(&keys) != first.as_ref()) {
        return Err("its columns do not have the same rows in the same order".to_owned());
    }
    let values = |record: Record<'a>| record.0.into_iter().map(|(_, value)| value).collect();
    Ok(columns.into_iter().map(values).collect())
}

fn list(value: &RawValue) -> Result<Vec<&RawValue>, String> {
    serde_json::from_str(value.get()).map_err(|error| error.to_string())
}
