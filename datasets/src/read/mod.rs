//! Files to rows of cells: one reader to a format, each says what it could not read and where.

mod delimited;
mod frame;
mod json;
mod scan;

use std::path::Path;

use sha2::{Digest, Sha256};

use crate::error::{At, Error, Result};

/// What a file looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// Comma-separated, quoted, with a header.
    Csv,
    /// Tab-separated as GLUE publishes it: a quotation mark is a letter.
    Glue { header: bool },
    /// Tab-separated and quoted like CSV, with a header.
    QuotedTsv,
    /// Tab-separated, with a header; quoted if it can be read so.
    Tsv,
    /// One JSON object to a line.
    JsonLines,
    /// One JSON object or array that holds an object for each row.
    JsonObjects,
    /// Apache Parquet.
    Parquet,
}

impl Format {
    /// The format that a file's ending promises, for files of unknown make.
    pub(crate) fn of(path: &Path) -> Result<Self> {
        let ending = path
            .extension()
            .and_then(|e| e.to_str())
            .unwrap_or_default();
        match ending.to_ascii_lowercase().as_str() {
            "csv" => Ok(Self::Csv),
            "tsv" | "tab" => Ok(Self::Tsv),
            "jsonl" | "ndjson" => Ok(Self::JsonLines),
            "json" => Ok(Self::JsonObjects),
            "parquet" => Ok(Self::Parquet),
            _ => Err(Error::UnknownFormat { path: path.into() }),
        }
    }
}

/// The rows of one file, reduced to the columns asked for.
#[derive(Debug, Default)]
pub(crate) struct Table {
    pub(crate) rows: Vec<Row>,
    pub(crate) malformed: Vec<Malformed>,
}

/// One row: its cells in the order in which the columns were asked for.
#[derive(Debug)]
pub(crate) struct Row {
    /// Counted from 0.
    pub(crate) index: usize,
    pub(crate) line: Option<usize>,
    pub(crate) cells: Vec<Option<String>>,
}

/// A row that could not be read.
#[derive(Debug)]
pub(crate) struct Malformed {
    pub(crate) index: usize,
    pub(crate) line: Option<usize>,
    pub(crate) reason: String,
}

impl Table {
    /// How many rows the file has, readable or not.
    pub(crate) fn len(&self) -> usize {
        self.rows.len() + self.malformed.len()
    }
}

/// A place in `file`, from a row counted from 0.
pub(crate) fn at(file: &Path, index: usize, line: Option<usize>) -> At {
    At {
        file: file.into(),
        row: index + 1,
        line,
    }
}

/// A file's bytes and the rows in them.
pub(crate) struct Content {
    pub(crate) sha256: String,
    pub(crate) table: Table,
}

/// Reads the columns named from a file.
pub(crate) fn read(file: &Path, format: Format, columns: &[&str]) -> Result<Content> {
    let bytes = std::fs::read(file).map_err(|source| Error::Io {
        path: file.into(),
        source,
    })?;
    let sha256 = format!("{:x}", Sha256::digest(&bytes));
    let table = match format {
        Format::Csv => delimited::read(file, bytes, delimited::CSV, columns)?,
        Format::Glue { header: true } => delimited::read(file, bytes, delimited::GLUE, columns)?,
        Format::Glue { header: false } => delimited::read(file, bytes, delimited::BARE, columns)?,
        Format::QuotedTsv => delimited::read(file, bytes, delimited::QUOTED_TSV, columns)?,
        Format::Tsv => delimited::read_either(file, bytes, columns)?,
        Format::JsonLines => json::lines(file, &bytes, columns)?,
        Format::JsonObjects => json::objects(file, &bytes, columns)?,
        Format::Parquet => frame::parquet(file, bytes, columns)?,
    };
    if table.len() == 0 {
        return Err(Error::NoRows { path: file.into() });
    }
    Ok(Content { sha256, table })
}

fn column_missing(file: &Path, column: &str, present: &[String]) -> Error {
    Error::ColumnMissing {
        file: file.into(),
        column: column.into(),
        present: present.join(", "),
    }
}
