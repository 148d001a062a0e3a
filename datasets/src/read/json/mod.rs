//! JSON with an object on each line, or one document that holds the rows.
//!
//! The content of a file decides, not its extension: JSON lines are often called `.json`, and arrays `.jsonl`. Values
//! stay text, as written in the file, until a row needs them, so that numbers keep all their digits and members keep
//! their order.

mod document;
mod record;

use std::path::Path;

use serde_json::Deserializer;
use serde_json::value::RawValue;

use super::{Format, Table, column, unreadable};
use crate::error::Result;
use document::Records;
use record::Record;

/// Reads the given columns; `format` tells whether the extension of the file promises JSON lines.
pub(super) fn read(file: &Path, text: &str, format: Format, columns: &[&str]) -> Result<Table> {
    let mut filled = lines(text);
    let Some((_, first)) = filled.next() else {
        return Ok(Table::default());
    };
    let first_is_object = serde_json::from_str::<Record<'_>>(first).is_ok();
    if first_is_object && filled.next().is_some() {
        return by_line(file, text, columns);
    }
    let mut values = Deserializer::from_str(text).into_iter::<&RawValue>();
    let value = match values.next() {
        Some(Ok(value)) => value,
        // The first line is cut off or misspelt: it is a malformed row, and the next line may be valid.
        _ if format == Format::JsonLines => return by_line(file, text, columns),
        Some(Err(error)) => return Err(unreadable(file, format, error.to_string())),
        None => return Ok(Table::default()),
    };
    let more = values.collect::<std::result::Result<Vec<_>, _>>();
    let rows = match more.as_deref() {
        Ok([]) => {
            document::rows(value, columns).map_err(|reason| unreadable(file, format, reason))?
        }
        // The document is a sequence of objects, which may extend over several lines.
        Ok(more) => Records::Records([&[value], more].concat()),
        Err(_) if format == Format::JsonLines => return by_line(file, text, columns),
        Err(error) => return Err(unreadable(file, format, error.to_string())),
    };
    match rows {
        Records::Records(rows) => {
            let records = rows
                .into_iter()
                .map(|row| (None, Record::of_row(row, columns)));
            table(file, records, columns)
        }
        Records::Columns(values) => Ok(by_column(values, columns)),
    }
}

fn by_column(values: Vec<Vec<&RawValue>>, columns: &[&str]) -> Table {
    let mut table = Table::default();
    let mut values: Vec<_> = values.into_iter().map(Vec::into_iter).collect();
    loop {
        let row: Option<Vec<&RawValue>> = values.iter_mut().map(Iterator::next).collect();
        let Some(row) = row.filter(|row| !row.is_empty()) else {
            return table;
        };
        let cells = row.into_iter().zip(columns).map(|(value, column)| {
            record::cell(value).map_err(|reason| format!("`{column}` {reason}"))
        });
        table.push(None, cells.collect());
    }
}

fn by_line(file: &Path, text: &str, columns: &[&str]) -> Result<Table> {
    let records = lines(text).map(|(number, line)| {
        let record = serde_json::from_str(line).map_err(|error| error.to_string());
        (Some(number), record)
    });
    table(file, records, columns)
}

/// Returns the lines that are not blank, with their numbers counted from 1. A JSON string cannot contain a line end,
/// so every line end found separates lines. Carriage returns end lines only if there are no line feeds.
fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let end = if text.contains('\n') { '\n' } else { '\r' };
    let numbered = (1..).zip(text.split(end));
    numbered.filter(|(_, line)| !line.trim_ascii().is_empty())
}

fn table<'a>(
    file: &Path,
    records: impl Iterator<Item = (Option<usize>, std::result::Result<Record<'a>, String>)>,
    columns: &[&str],
) -> Result<Table> {
    let mut table = Table::default();
    let mut names = None;
    let mut present = vec![false; columns.len()];
    for (line, record) in records {
        if let Ok(record) = &record {
            for (present, column) in present.iter_mut().zip(columns) {
                *present |= record.has(column);
            }
            names.get_or_insert_with(|| record.names());
        }
        table.push(line, record.and_then(|record| record.cells(columns)));
    }
    let absent = present.iter().zip(columns).find(|(present, _)| !**present);
    match (absent, names) {
        (Some((_, column)), Some(names)) => Err(column::missing(file, column, &names)),
        _ => Ok(table),
    }
}
