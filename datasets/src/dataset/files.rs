//! Examples from files.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use super::divide::divide;
use super::locate::{self, Located};
use super::{Accounting, BadRows, DataFile, Example, Options, Split};
use crate::error::{Error, Result};
use crate::read::{self, Content, Format, Row};
use crate::task::Target;
use crate::task::label::{Label, Reading};
use crate::task::own::{self, MOST_CLASSES, Own};
use crate::task::published::{Layout, Published};

type Loaded = (Target, Vec<Example>, Vec<DataFile>, Accounting);

/// Rows that became texts, with their labels still as they are written.
#[derive(Default)]
struct Texts {
    rows: Vec<Text>,
    files: Vec<DataFile>,
    accounting: Accounting,
}

/// What is taken from a row.
struct Columns<'a> {
    text: &'a [&'a str],
    label: &'a str,
    /// Removes the markup of the file from a text.
    clean: fn(&str) -> Cow<'_, str>,
}

struct Text {
    id: usize,
    at: crate::At,
    text: String,
    pair: Option<String>,
    label: String,
}

pub(super) fn published(
    task: &Published,
    data: &Path,
    split: Split,
    options: &Options,
) -> Result<Loaded> {
    let located = locate::published(task, data, split)?;
    let bad_rows = if task.malformed {
        BadRows::Drop
    } else {
        options.bad_rows
    };
    let mut texts = Texts::default();
    let mut rule = task.layouts[0].rule;
    for file in &located.files {
        let (layout, content) = by_layout(task, file)?;
        rule = layout.rule;
        let columns = Columns {
            text: layout.text,
            label: layout.label,
            clean: task.clean,
        };
        texts.add(file, content, &columns, bad_rows)?;
    }
    let mut unlabelled = 0;
    let examples = texts.label(|row| match rule.read(&row.label) {
        Reading::Label(label) => Ok(Some(label)),
        Reading::Unlabelled => {
            unlabelled += 1;
            Ok(None)
        }
        Reading::OutOfRange => Err(rule.expected()),
    })?;
    texts.accounting.dropped.unlabelled += unlabelled;
    let target = match task.classes {
        [] => Target::Score,
        names => Target::Classes(names.iter().map(|name| (*name).to_owned()).collect()),
    };
    Ok(texts.finish(target, examples, &located, split, options))
}

/// Reads `file` by the first layout of its ending whose columns it has.
fn by_layout<'a>(task: &'a Published, file: &Path) -> Result<(&'a Layout, Content)> {
    let ending = file
        .extension()
        .and_then(|e| e.to_str())
        .unwrap_or_default();
    let mut failure = Error::UnknownFormat { path: file.into() };
    for layout in task.layouts.iter().filter(|layout| layout.ending == ending) {
        let columns: Vec<&str> = layout.text.iter().copied().chain([layout.label]).collect();
        match read::read(file, layout.format, &columns) {
            Ok(content) => return Ok((layout, content)),
            Err(error @ Error::ColumnMissing { .. }) => failure = error,
            Err(error) => return Err(error),
        }
    }
    Err(failure)
}

pub(super) fn own(own: &Own, data: &Path, split: Split, options: &Options) -> Result<Loaded> {
    let located = locate::own(data, split)?;
    let mut texts = own_texts(own, &located.files, options.bad_rows)?;
    let target = if own.regression {
        Target::Score
    } else if split == Split::Dev && !located.alone {
        // The classes are those of the training file: a dev label that it lacks is out of range.
        let train = locate::own(data, Split::Train)?;
        own_classes(
            own,
            &own_texts(own, &train.files, options.bad_rows)?,
            &train.files[0],
        )?
    } else {
        own_classes(own, &texts, &located.files[0])?
    };
    let examples = texts.label(|row| match &target {
        Target::Classes(names) => match names.iter().position(|name| *name == row.label) {
            Some(class) => Ok(Some(Label::Class(class))),
            None => Err(names.join(", ")),
        },
        Target::Score => match row.label.parse::<f64>() {
            Ok(score) if score.is_finite() => Ok(Some(Label::Score(score))),
            _ => Err("a number".into()),
        },
    })?;
    Ok(texts.finish(target, examples, &located, split, options))
}

fn own_texts(own: &Own, files: &[PathBuf], bad_rows: BadRows) -> Result<Texts> {
    let columns: Vec<&str> = own
        .text
        .iter()
        .map(String::as_str)
        .chain([own.label.as_str()])
        .collect();
    let mut texts = Texts::default();
    for file in files {
        let content = read::read(file, Format::of(file)?, &columns)?;
        let columns = Columns {
            text: &columns[..own.text.len()],
            label: &own.label,
            clean: |text| Cow::Borrowed(text),
        };
        texts.add(file, content, &columns, bad_rows)?;
    }
    Ok(texts)
}

fn own_classes(own: &Own, texts: &Texts, file: &Path) -> Result<Target> {
    let target = own::classes(texts.rows.iter().map(|row| row.label.as_str()));
    let classes = target.outputs();
    if (2..=MOST_CLASSES).contains(&classes) {
        return Ok(target);
    }
    let column = own.label.clone();
    Err(Error::ClassCount {
        file: file.into(),
        column,
        classes,
        limit: MOST_CLASSES,
    })
}

impl Texts {
    /// Takes over the rows of a file, or refuses the first that can't be used.
    fn add(
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

    /// Labels every row; `meaning` gives `None` for a row to leave out, or what would be a label.
    fn label(
        &mut self,
        mut meaning: impl FnMut(&Text) -> std::result::Result<Option<Label>, String>,
    ) -> Result<Vec<Example>> {
        let mut examples = Vec::with_capacity(self.rows.len());
        for row in std::mem::take(&mut self.rows) {
            match meaning(&row) {
                Ok(Some(label)) => {
                    examples.push(Example {
                        id: row.id,
                        text: row.text,
                        pair: row.pair,
                        label,
                    });
                }
                Ok(None) => {}
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

    fn finish(
        mut self,
        target: Target,
        examples: Vec<Example>,
        located: &Located,
        split: Split,
        options: &Options,
    ) -> Loaded {
        let examples = if located.alone {
            let (part, division) = divide(examples, split, options.seed);
            self.accounting.divided = Some(division);
            part
        } else {
            examples
        };
        (target, examples, self.files, self.accounting)
    }
}

/// A row's texts and label, none of them empty, and whether markup was removed.
fn text(id: usize, at: crate::At, row: Row, columns: &Columns<'_>) -> Result<(Text, bool)> {
    let mut cells = row.cells.into_iter().map(Option::unwrap_or_default);
    let mut cleaned = false;
    let mut texts = Vec::with_capacity(columns.text.len());
    for (column, cell) in columns.text.iter().zip(&mut cells) {
        let text = (columns.clean)(&cell);
        cleaned |= matches!(text, Cow::Owned(_));
        let text = text.trim();
        if text.is_empty() {
            let column = (*column).to_owned();
            return Err(Error::EmptyText { at, column });
        }
        texts.push(text.to_owned());
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
