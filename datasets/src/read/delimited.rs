//! CSV and TSV, through polars.

use std::io::Cursor;
use std::path::Path;

use polars::prelude::{CsvParseOptions, CsvReadOptions, SerReader};

use super::scan::{Dialect, Span, spans};
use super::{Malformed, Table, column_missing, frame};
use crate::error::{Error, Result};

pub(super) const CSV: Dialect = Dialect {
    separator: b',',
    quoted: true,
    header: true,
};
pub(super) const QUOTED_TSV: Dialect = Dialect {
    separator: b'\t',
    quoted: true,
    header: true,
};
pub(super) const GLUE: Dialect = Dialect {
    separator: b'\t',
    quoted: false,
    header: true,
};
pub(super) const BARE: Dialect = Dialect {
    separator: b'\t',
    quoted: false,
    header: false,
};

/// Tab-separated text of unknown make: quoted, or as GLUE's, whichever has fewer malformed rows.
///
/// Where both have as many and the unquoted reading has more rows, quotation marks that are text pair
/// up over line ends: quoting would lose rows.
pub(super) fn read_either(file: &Path, bytes: Vec<u8>, columns: &[&str]) -> Result<Table> {
    let (quoted, bare) = (spans(&bytes, QUOTED_TSV), spans(&bytes, GLUE));
    let malformed = |rows: &[Span]| {
        let sound = |row: &&Span| row.is_sound(rows[0].fields);
        rows.len() - rows.iter().filter(sound).count()
    };
    // The number of malformed rows decides, then that of rows.
    let dialect = match (malformed(&quoted), bare.len()) <= (malformed(&bare), quoted.len()) {
        true => QUOTED_TSV,
        false => GLUE,
    };
    read(file, bytes, dialect, columns)
}

pub(super) fn read(
    file: &Path,
    bytes: Vec<u8>,
    dialect: Dialect,
    columns: &[&str],
) -> Result<Table> {
    let text = text(file, &bytes)?;
    let rows = spans(text, dialect);
    let Some(head) = rows.first() else {
        return Ok(Table::default());
    };
    let width = head.fields;
    let data = &rows[usize::from(dialect.header)..];
    if data.is_empty() {
        return Ok(Table::default());
    }
    let (sound, broken): (Vec<_>, Vec<_>) = data
        .iter()
        .enumerate()
        .partition(|(_, row)| row.is_sound(width));

    let mut clean = Vec::with_capacity(text.len());
    if dialect.header {
        append(&mut clean, text, head);
    }
    for (_, row) in &sound {
        append(&mut clean, text, row);
    }
    let frame = parse(file, clean, dialect)?;
    let names: Vec<String> = frame
        .get_column_names()
        .iter()
        .map(|n| n.trim().to_owned())
        .collect();
    let cells = columns
        .iter()
        .map(
            |column| match names.iter().position(|name| name == column) {
                Some(i) => frame::strings(file, &frame.columns()[i]),
                None => Err(column_missing(file, column, &names)),
            },
        )
        .collect::<Result<Vec<_>>>()?;
    if frame.height() != sound.len() {
        let reason = format!(
            "{} rows were read, but the file has {}",
            frame.height(),
            sound.len()
        );
        return Err(Error::Unreadable {
            path: file.into(),
            format: "delimited text",
            reason,
        });
    }
    Ok(Table {
        rows: frame::rows(cells, sound.iter().map(|(i, row)| (*i, Some(row.line)))),
        malformed: broken
            .iter()
            .map(|(i, row)| malformed(*i, row, width))
            .collect(),
    })
}

/// The bytes as UTF-8, without a byte-order mark.
fn text<'a>(file: &Path, bytes: &'a [u8]) -> Result<&'a [u8]> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(text.strip_prefix('\u{feff}').unwrap_or(text).as_bytes()),
        Err(error) => {
            let line = bytes[..error.valid_up_to()]
                .iter()
                .filter(|&&b| b == b'\n')
                .count();
            let reason = format!("line {} is not UTF-8", line + 1);
            Err(Error::Unreadable {
                path: file.into(),
                format: "text",
                reason,
            })
        }
    }
}

fn append(clean: &mut Vec<u8>, text: &[u8], row: &Span) {
    let body = &text[row.start..row.end];
    let body = body.strip_suffix(b"\n").unwrap_or(body);
    clean.extend_from_slice(body.strip_suffix(b"\r").unwrap_or(body));
    clean.push(b'\n');
}

fn parse(file: &Path, clean: Vec<u8>, dialect: Dialect) -> Result<polars::prelude::DataFrame> {
    let fields = CsvParseOptions::default()
        .with_separator(dialect.separator)
        .with_quote_char(dialect.quoted.then_some(b'"'));
    CsvReadOptions::default()
        .with_has_header(dialect.header)
        // Every column is text: a sentence may look like a number.
        .with_infer_schema_length(Some(0))
        .with_parse_options(fields)
        .into_reader_with_file_handle(Cursor::new(clean))
        .finish()
        .map_err(|error| Error::Unreadable {
            path: file.into(),
            format: "delimited text",
            reason: error.to_string(),
        })
}

fn malformed(index: usize, row: &Span, width: usize) -> Malformed {
    let reason = match row.fault {
        Some(fault) => fault.to_owned(),
        None => format!("fields: {}, but the first row has {width}", row.fields),
    };
    Malformed {
        index,
        line: Some(row.line),
        reason,
    }
}
