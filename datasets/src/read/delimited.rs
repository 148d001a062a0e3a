//! CSV and TSV.

use std::path::Path;

use super::scan::{Dialect, Row, head, rows};
use super::{Format, Table, column, unreadable};
use crate::error::Result;

/// Quoted like CSV, with a header.
pub(super) const fn quoted(separator: u8) -> Dialect {
    Dialect {
        separator,
        quoted: true,
        header: true,
    }
}

/// GLUE's own files.
pub(super) const fn glue(header: bool) -> Dialect {
    Dialect {
        separator: b'\t',
        quoted: false,
        header,
    }
}

/// The separators that are tried, in this order after the one that the file's ending promises.
const SEPARATORS: [(u8, &str); 4] = [
    (b',', "commas"),
    (b';', "semicolons"),
    (b'\t', "tabs"),
    (b'|', "vertical bars"),
];

/// Text of unknown make: with the promised separator, or else with the first other one by which the header has
/// all columns, which is warned of.
pub(super) fn read_any(file: &Path, text: &str, promised: u8, columns: &[&str]) -> Result<Table> {
    let has_columns = |separator: u8| {
        let dialect = quoted(separator);
        let names = head(text, dialect).map(|head| names(&head, dialect));
        names.is_some_and(|names| columns.iter().all(|c| names.iter().any(|name| name == c)))
    };
    let other = match has_columns(promised) {
        true => None,
        false => SEPARATORS.iter().find(|(other, _)| has_columns(*other)),
    };
    let separator = other.map_or(promised, |(separator, _)| *separator);
    let mut table = match separator {
        b'\t' => read(file, text, tabs(text), columns)?,
        separator => read(file, text, quoted(separator), columns)?,
    };
    if let Some((_, name)) = other {
        table.warnings.push(format!(
            "{}: its columns are parted by {name}, whatever its ending says, and were read so",
            file.display()
        ));
    }
    Ok(table)
}

/// Tab-separated text of unknown make: quoted, or as GLUE's, whichever has fewer malformed rows.
///
/// Where both have as many and the unquoted reading has more rows, quotation marks that are text pair
/// up over line ends: quoting would lose rows.
fn tabs(text: &str) -> Dialect {
    let (quoted, bare) = (rows(text, quoted(b'\t')), rows(text, glue(true)));
    let malformed = |rows: &[Row<'_>]| {
        let width = rows.first().map_or(0, |head| head.fields);
        rows.iter().filter(|row| !row.is_sound(width)).count()
    };
    // The number of malformed rows decides, then that of rows.
    match (malformed(&quoted), bare.len()) <= (malformed(&bare), quoted.len()) {
        true => self::quoted(b'\t'),
        false => glue(true),
    }
}

pub(super) fn read(file: &Path, text: &str, dialect: Dialect, columns: &[&str]) -> Result<Table> {
    let rows = rows(text, dialect);
    let Some(head) = rows.first() else {
        return Ok(Table::default());
    };
    if let (true, Some(fault)) = (dialect.header, head.fault) {
        let reason = format!("line {}, which names the columns: {fault}", head.line);
        return Err(unreadable(file, Format::Csv, reason));
    }
    let names = names(head, dialect);
    let positions = columns
        .iter()
        .map(|column| column::position(file, column, &names))
        .collect::<Result<Vec<_>>>()?;
    let width = head.fields;
    let mut table = Table::default();
    for row in rows.iter().skip(usize::from(dialect.header)) {
        table.push(Some(row.line), cells(row, dialect, width, &positions));
    }
    Ok(table)
}

/// The names of the columns, without surrounding white space; numbers where there is no header.
fn names(head: &Row<'_>, dialect: Dialect) -> Vec<String> {
    if dialect.header {
        let fields = head.split(dialect);
        fields.iter().map(|name| name.trim().to_owned()).collect()
    } else {
        (1..=head.fields).map(|i| format!("column_{i}")).collect()
    }
}

fn cells(
    row: &Row<'_>,
    dialect: Dialect,
    width: usize,
    positions: &[usize],
) -> std::result::Result<Vec<Option<String>>, String> {
    if let Some(fault) = row.fault {
        return Err(fault.to_owned());
    }
    if row.fields != width {
        return Err(format!(
            "fields: {}, but the first row has {width}",
            row.fields
        ));
    }
    let fields = row.split(dialect);
    let cell = |position: &usize| fields.get(*position).map(|cell| cell.clone().into_owned());
    Ok(positions.iter().map(cell).collect())
}
