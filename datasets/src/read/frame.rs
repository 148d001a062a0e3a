//! Data frames: Parquet files, and columns as text.

use std::io::Cursor;
use std::path::Path;

use polars::prelude::{Column, DataType, ParquetReader, SerReader};

use super::{Row, Table, column_missing};
use crate::error::{Error, Result};

pub(super) fn parquet(file: &Path, bytes: Vec<u8>, columns: &[&str]) -> Result<Table> {
    let failed = |error: polars::prelude::PolarsError| Error::Unreadable {
        path: file.into(),
        format: "Parquet",
        reason: error.to_string(),
    };
    let mut reader = ParquetReader::new(Cursor::new(bytes));
    let schema = reader.schema().map_err(failed)?;
    let names: Vec<String> = schema.iter_names().map(|n| n.to_string()).collect();
    if let Some(column) = columns.iter().find(|c| !names.iter().any(|n| n == *c)) {
        return Err(column_missing(file, column, &names));
    }
    let wanted = columns.iter().map(|c| (*c).to_owned()).collect();
    let frame = reader.with_columns(Some(wanted)).finish().map_err(failed)?;
    let cells = columns
        .iter()
        .map(|column| strings(file, frame.column(column).map_err(failed)?))
        .collect::<Result<Vec<_>>>()?;
    let height = frame.height();
    Ok(Table {
        rows: rows(cells, (0..height).map(|i| (i, None))),
        malformed: Vec::new(),
    })
}

/// A column's values as text; numbers as they are written.
pub(super) fn strings(file: &Path, column: &Column) -> Result<Vec<Option<String>>> {
    let text = column
        .cast(&DataType::String)
        .map_err(|error| Error::Unreadable {
            path: file.into(),
            format: "a table of text",
            reason: error.to_string(),
        })?;
    let text = text.str().map_err(|error| Error::Unreadable {
        path: file.into(),
        format: "a table of text",
        reason: error.to_string(),
    })?;
    Ok(text.iter().map(|cell| cell.map(str::to_owned)).collect())
}

/// Rows from columns; `places` gives each row's index and line.
pub(super) fn rows(
    columns: Vec<Vec<Option<String>>>,
    places: impl Iterator<Item = (usize, Option<usize>)>,
) -> Vec<Row> {
    let mut columns: Vec<_> = columns.into_iter().map(Vec::into_iter).collect();
    places
        .map(|(index, line)| Row {
            index,
            line,
            cells: columns.iter_mut().map(|c| c.next().flatten()).collect(),
        })
        .collect()
}
