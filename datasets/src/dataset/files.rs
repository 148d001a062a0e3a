//! Loading examples from files, of published tasks and of a user's own tasks.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::locate::{self, Located};
use super::texts::{Columns, Texts};
use super::{Accounting, BadRows, DataFile, Example, Options, Split};
use crate::error::{Error, Result};
use crate::generated::Grammar;
use crate::read::{self, Content, Format};
use crate::task::label::{Label, Reading};
use crate::task::name::Name;
use crate::task::own::{Classes, MOST_CLASSES, Own};
use crate::task::published::{Layout, Published};
use crate::task::{Target, named_classes};

/// Everything that is read from a task's files.
pub(super) struct Loaded {
    pub(super) target: Target,
    pub(super) examples: Vec<Example>,
    pub(super) files: Vec<DataFile>,
    pub(super) accounting: Accounting,
    pub(super) warnings: Vec<String>,
    /// Whether the files hold only one split.
    pub(super) alone: bool,
}

impl Loaded {
    /// Returns the examples that a grammar generates.
    pub(super) fn generated(grammar: Grammar, split: Split, options: &Options) -> Result<Self> {
        let examples = grammar.examples(split, options)?;
        let accounting = Accounting {
            read: examples.len(),
            ..Accounting::default()
        };
        Ok(Self {
            target: grammar.target(),
            examples,
            files: Vec::new(),
            accounting,
            warnings: Vec::new(),
            alone: false,
        })
    }
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
    let mut examples = Vec::new();
    for file in &located.files {
        let (layout, content) = by_layout(task, file)?;
        let columns = Columns {
            text: layout.text,
            label: layout.label,
            clean: task.clean,
        };
        texts.add(file, content, &columns, bad_rows)?;
        let labelled = texts.label(|cell| match layout.rule.read(cell) {
            Reading::Label(label) => Ok(Some(label)),
            Reading::Unlabelled => Ok(None),
            Reading::OutOfRange => Err(layout.rule.expected()),
        })?;
        examples.extend(labelled);
    }
    let target = match task.classes {
        [] => Target::Score,
        classes => named_classes(classes),
    };
    Ok(loaded(target, examples, texts, located))
}

/// Reads `file` with the first layout for its extension whose columns the file has.
fn by_layout<'a>(task: &'a Published, file: &Path) -> Result<(&'a Layout, Content)> {
    let ending = file.extension().unwrap_or_default();
    let mut failure = Error::UnknownFormat { path: file.into() };
    for layout in task.layouts.iter().filter(|layout| ending == layout.ending) {
        let columns: Vec<&str> = layout.text.iter().copied().chain([layout.label]).collect();
        match read::read(file, layout.format, &columns) {
            Ok(content) => return Ok((layout, content)),
            Err(error @ Error::ColumnMissing { .. }) => failure = error,
            Err(error) => return Err(error),
        }
    }
    Err(failure)
}

/// Loads a user's own files. If `known` is given, it is the target: labels outside its classes are an error.
pub(super) fn own(
    own: &Own,
    data: &Path,
    split: Split,
    known: Option<&Target>,
    options: &Options,
) -> Result<Loaded> {
    let located = locate::own(data, split)?;
    let mut texts = own_texts(own, &located.files, options.bad_rows)?;
    let target = match known {
        Some(known) => known.clone(),
        None if own.regression => Target::Score,
        // The classes are those of the training file: a dev label that is not among them is out of range.
        None if split == Split::Dev && !located.alone => {
            let train = locate::own(data, Split::Train)?;
            let labels = own_texts(own, &train.files, options.bad_rows)?;
            own_classes(own, &labels, &train.files)?.0
        }
        None => {
            let (target, warnings) = own_classes(own, &texts, &located.files)?;
            texts.warnings.extend(warnings);
            target
        }
    };
    let examples = match &target {
        Target::Classes(names) => {
            let numbered = names.iter().enumerate().rev();
            let classes: BTreeMap<Name, usize> = numbered
                .map(|(class, name)| (Name::of(name), class))
                .collect();
            texts.label(|cell| match classes.get(&Name::of(cell)) {
                Some(class) => Ok(Some(Label::Class(*class))),
                None => Err(names.join(", ")),
            })?
        }
        Target::Score => texts.label(|cell| match cell.parse::<f64>() {
            Ok(score) if score.is_finite() => Ok(Some(Label::Score(score))),
            _ => Err("a number".into()),
        })?,
    };
    Ok(loaded(target, examples, texts, located))
}

fn own_texts(own: &Own, files: &[PathBuf], bad_rows: BadRows) -> Result<Texts> {
    let text: Vec<&str> = own.text.iter().map(String::as_str).collect();
    let names: Vec<&str> = text.iter().copied().chain([own.label.as_str()]).collect();
    let columns = Columns {
        text: &text,
        label: &own.label,
        clean: |text| Cow::Borrowed(text),
    };
    let mut texts = Texts::default();
    for file in files {
        let content = read::read(file, Format::of(file)?, &names)?;
        texts.add(file, content, &columns, bad_rows)?;
    }
    Ok(texts)
}

/// Returns the classes of a user's own files, with warnings about labels that differ only in case.
fn own_classes(own: &Own, texts: &Texts, files: &[PathBuf]) -> Result<(Target, Vec<String>)> {
    let file = files.first().cloned().unwrap_or_default();
    let classes = Classes::among(texts.rows.iter().map(|row| row.label.as_str()));
    let target = classes.target();
    let count = target.outputs();
    if !(2..=MOST_CLASSES).contains(&count) {
        return Err(Error::ClassCount {
            file,
            column: own.label.clone(),
            classes: count,
            limit: MOST_CLASSES,
        });
    }
    let warning = |names: String| {
        format!(
            "{}: in column `{}` the labels {names} differ only in upper and lower case and are different classes; \
             write them alike if they are one class",
            file.display(),
            own.label
        )
    };
    Ok((target, classes.alike().into_iter().map(warning).collect()))
}

fn loaded(target: Target, examples: Vec<Example>, texts: Texts, located: Located) -> Loaded {
    Loaded {
        target,
        examples,
        files: texts.files,
        accounting: texts.accounting,
        warnings: [located.warnings, texts.warnings].concat(),
        alone: located.alone,
    }
}
