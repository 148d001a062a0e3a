//! Finds the columns asked for among the columns of a file.

use std::path::Path;

use crate::error::{Error, Result};

/// The largest number of columns that a message lists.
const LISTED: usize = 50;
/// The largest number of characters that a message shows of a column's name.
const LETTERS: usize = 60;

/// Returns the index of `column` among the names of a file's columns.
pub(super) fn position(file: &Path, column: &str, names: &[String]) -> Result<usize> {
    let times = names.iter().filter(|name| *name == column).count();
    match (times, names.iter().position(|name| name == column)) {
        (1, Some(position)) => Ok(position),
        (0, _) | (_, None) => Err(missing(file, column, names)),
        _ => Err(Error::ColumnTwice {
            file: file.into(),
            column: column.into(),
            times,
        }),
    }
}

/// Returns the error for a column that a file does not have.
pub(super) fn missing(file: &Path, column: &str, names: &[String]) -> Error {
    let mut listed: Vec<String> = names.iter().take(LISTED).map(|name| short(name)).collect();
    if names.len() > LISTED {
        listed.push(format!("… ({} in all)", names.len()));
    }
    Error::ColumnMissing {
        file: file.into(),
        column: column.into(),
        present: listed.join(", "),
        hint: hint(column, names),
    }
}

fn hint(column: &str, names: &[String]) -> String {
    let plain = |name: &str| name.trim().to_lowercase();
    if let Some(name) = names.iter().find(|name| plain(name) == plain(column)) {
        return format!(". Did you mean `{name}`?");
    }
    if let [only] = names
        && let Some(separator) = [',', ';', '\t', '|']
            .into_iter()
            .find(|s| only.contains(*s))
    {
        return format!(". Is {separator:?} meant to separate its columns?");
    }
    let no_name = |name: &String| {
        name.is_empty() || name.parse::<f64>().is_ok() || name.chars().count() > LETTERS
    };
    if names.iter().any(no_name) {
        return ". Its first row was read as the names of the columns; if it holds data, put a row of names above it"
            .to_owned();
    }
    String::new()
}

fn short(name: &str) -> String {
    if name.chars().count() <= LETTERS {
        return name.to_owned();
    }
    name.chars().take(LETTERS - 1).chain(['…']).collect()
}
