//! Turns the rows of files into texts and labels.

use std::borrow::Cow;
use std::path::Path;

use super::{Accounting, BadRows, DataFile, Example};
use crate::error::{At, Error, Result};
use crate::read::{self, Content, Row};
use crate::task::label::Label;

/// Rows that were turned into texts, with their labels still as written in the file.
#[derive(Default)]
pub(super) struct Texts {
    pub(super) rows: Vec<Text>,
    pub(super) files: Vec<DataFile>,
    pub(super) accounting: Accounting,
    pub(super) warnings: Vec<String>,
}

/// The columns that are taken from a row.
pub(super) struct Columns<'a> {
    pub(super) text: &'a [&'a str],
    pub(super) label: &'a str,
    /// Removes the markup of the file from a text.
    pub(super) clean: fn(&str) -> Cow<'_, str>,
}

/// The texts and the label of one row.
pub(super) struct Text {
    id: usize,
    at: At,
    text: String,
    pair: Option<String>,
    pub(super) label: String,
}

impl Texts {
    /// Adds the rows of a file. A row that cannot be used is an error or is dropped, as `bad_rows` says.
    pub(super) fn add(
        &mut self,
        file: &Path,
        content: Content,
        columns: &Columns<'_>,
        bad_rows: BadRows,
    ) -> Result<()> {
        let Content { sha256, table } = content;
        let before = self.accounting.read;
        let rows = table.len();
        if let (BadRows::Refuse, Some(bad)) = (bad_rows, table.malformed.first()) {
            let at = read::at(file, bad.index, bad.line);
            return Err(Error::MalformedRow {
                at,
                reason: bad.reason.clone(),
            });
        }
        self.warnings.extend(table.warnings);
        self.accounting.read += rows;
        self.accounting.dropped.malformed += table.malformed.len();
        for row in table.rows {
            let at = read::at(file, row.index, row.line);
            let id = before + row.index;
            let dropped = &mut self.accounting.dropped;
            match (text(id, at, row, columns), bad_rows) {
                (Ok((text, cleaned)), _) => {
                    self.rows.push(text);
                    self.accounting.cleaned += usize::from(cleaned);
                }
                (Err(Error::EmptyText { .. }), BadRows::Drop) => dropped.empty_text += 1,
                (Err(Error::EmptyLabel { .. }), BadRows::Drop) => dropped.unlabelled += 1,
                (Err(error), _) => return Err(error),
            }
        }
        let name = file
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        self.files.push(DataFile { name, sha256, rows });
        Ok(())
    }

    /// Returns the examples of all rows added since the last call. `meaning` reads a label: it returns `None` for a
    /// row to leave out, and for an invalid label an error that describes the valid ones.
    pub(super) fn label(
        &mut self,
        meaning: impl Fn(&str) -> std::result::Result<Option<Label>, String>,
    ) -> Result<Vec<Example>> {
        let mut examples = Vec::with_capacity(self.rows.len());
        for row in std::mem::take(&mut self.rows) {
            match meaning(&row.label) {
                Ok(Some(label)) => {
                    examples.push(Example {
                        id: row.id,
                        text: row.text,
                        pair: row.pair,
                        label,
                    });
                }
                Ok(None) => self.accounting.dropped.unlabelled += 1,
                Err(expected) => {
                    return Err(Error::LabelOutOfRange {
                        at: row.at,
                        found: row.label,
                        expected,
                    });
                }
            }
        }
        Ok(examples)
    }
}

/// Returns the texts of a row without markup and its label without surrounding white space, none of them empty, and
/// whether markup was removed.
fn text(id: usize, at: At, row: Row, columns: &Columns<'_>) -> Result<(Text, bool)> {
    let mut cells = row.cells.into_iter().map(Option::unwrap_or_default);
    let mut cleaned = false;
    let mut texts = Vec::with_capacity(columns.text.len());
    for (column, cell) in columns.text.iter().zip(&mut cells) {
        let text = (columns.clean)(&cell);
        cleaned |= matches!(text, Cow::Owned(_));
        if text.trim().is_empty() {
            let column = (*column).to_owned();
            return Err(Error::EmptyText { at, column });
        }
        texts.push(text.into_owned());
    }
    let label = cells.next().unwrap_or_default().trim().to_owned();
    if label.is_empty() {
        let column = columns.label.to_owned();
        return Err(Error::EmptyLabel { at, column });
    }
    let mut texts = texts.into_iter();
    let text = Text {
        id,
        at,
        text: texts.next().unwrap_or_default(),
        pair: texts.next(),
        label,
    };
    Ok((text, cleaned))
}
