//! Reads files as rows of cells. Each format has its own reader, which reports what it could not read and where.

mod column;
mod delimited;
mod encoding;
mod json;
mod parquet;
mod scan;
mod signature;

use std::path::Path;

use sha2::{Digest, Sha256};

use crate::error::{At, Error, Result};
use crate::regular;

/// The format of a data file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// Comma-separated, quoted, with a header; with another separator if that finds the columns in the header.
    Csv,
    /// Tab-separated as GLUE publishes it: a quotation mark is an ordinary character.
    Glue { header: bool },
    /// Tab-separated and quoted like CSV, with a header.
    QuotedTsv,
    /// Tab-separated, with a header; read as quoted if that succeeds.
    Tsv,
    /// JSON that should have one object on each line.
    JsonLines,
    /// JSON that should be one object or array that holds an object for each row.
    JsonObjects,
    /// Apache Parquet.
    Parquet,
}

impl Format {
    /// Returns the format that the extension of a user's own file names.
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
            _ => {
                signature::refuse_foreign(path, &regular::read(path)?, None)?;
                Err(Error::UnknownFormat { path: path.into() })
            }
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Csv | Self::Glue { .. } | Self::QuotedTsv | Self::Tsv => "delimited text",
            Self::JsonLines => "JSON lines",
            Self::JsonObjects => "JSON objects",
            Self::Parquet => "Parquet",
        }
    }
}

/// The rows of one file with only the columns asked for.
#[derive(Debug, Default)]
pub(crate) struct Table {
    pub(crate) rows: Vec<Row>,
    pub(crate) malformed: Vec<Malformed>,
    /// What was assumed about the file.
    pub(crate) warnings: Vec<String>,
}

/// One row. Its cells are in the order in which the columns were asked for.
#[derive(Debug)]
pub(crate) struct Row {
    /// The index among all rows of the file, counted from 0.
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
    /// Returns the number of rows in the file, readable or not.
    pub(crate) fn len(&self) -> usize {
        self.rows.len() + self.malformed.len()
    }

    /// Adds the next row, whether it could be read or not.
    fn push(
        &mut self,
        line: Option<usize>,
        cells: std::result::Result<Vec<Option<String>>, String>,
    ) {
        let index = self.len();
        match cells {
            Ok(cells) => self.rows.push(Row { index, line, cells }),
            Err(reason) => self.malformed.push(Malformed {
                index,
                line,
                reason,
            }),
        }
    }
}

/// Returns a position in `file`; `index` is that of the row, counted from 0.
pub(crate) fn at(file: &Path, index: usize, line: Option<usize>) -> At {
    At {
        file: file.into(),
        row: index + 1,
        line,
    }
}

/// The hash of a file's bytes and the rows in them.
pub(crate) struct Content {
    pub(crate) sha256: String,
    pub(crate) table: Table,
}

/// Reads the given columns of a file.
pub(crate) fn read(file: &Path, format: Format, columns: &[&str]) -> Result<Content> {
    let bytes = regular::read(file)?;
    let sha256 = format!("{:x}", Sha256::digest(&bytes));
    let table = parse(file, format, bytes, columns)?;
    if table.len() == 0 {
        return Err(Error::NoRows { path: file.into() });
    }
    Ok(Content { sha256, table })
}

/// Reads the given columns from the bytes of a file, whose path is only used in messages.
pub(crate) fn parse(
    file: &Path,
    format: Format,
    bytes: Vec<u8>,
    columns: &[&str],
) -> Result<Table> {
    signature::refuse_foreign(file, &bytes, Some(format))?;
    if format == Format::Parquet {
        return parquet::read(file, bytes, columns);
    }
    let encoding::Text { text, assumed } = encoding::decode(file, bytes)?;
    let mut table = match format {
        Format::Csv => delimited::read_any(file, &text, b',', columns)?,
        Format::Tsv => delimited::read_any(file, &text, b'\t', columns)?,
        Format::Glue { header } => delimited::read(file, &text, delimited::glue(header), columns)?,
        Format::QuotedTsv => delimited::read(file, &text, delimited::quoted(b'\t'), columns)?,
        Format::JsonLines | Format::JsonObjects => json::read(file, &text, format, columns)?,
        Format::Parquet => Table::default(),
    };
    table.warnings.extend(assumed);
    Ok(table)
}

fn unreadable(file: &Path, format: Format, reason: impl Into<String>) -> Error {
    Error::Unreadable {
        path: file.into(),
        format: format.name(),
        reason: reason.into(),
    }
}
