//! How published tasks are described; the tables are in `glue` and `reviews`.

use std::borrow::Cow;

use super::Metric;
use super::label::Rule;
use crate::read::Format;

/// A published task.
#[derive(Debug)]
pub(crate) struct Published {
    pub(crate) name: &'static str,
    /// The classes in the order of the numbers that the hub gives them: the name, then other words that
    /// models call them by. None for a score.
    pub(crate) classes: &'static [&'static [&'static str]],
    pub(crate) metric: Metric,
    /// Folders that may hold the task inside a folder of many tasks.
    pub(crate) folders: &'static [&'static str],
    /// File names without ending, the preferred first.
    pub(crate) train: &'static [&'static str],
    pub(crate) dev: &'static [&'static str],
    pub(crate) layouts: &'static [Layout],
    /// The published files are known to hold malformed rows: they are dropped and counted.
    pub(crate) malformed: bool,
    /// Removes the markup of the file from a text.
    pub(crate) clean: fn(&str) -> Cow<'_, str>,
    pub(crate) hub: OnHub,
}

impl Published {
    /// Whether an example is a pair of texts.
    pub(crate) fn is_pair(&self) -> bool {
        self.layouts.iter().any(|layout| layout.text.len() == 2)
    }
}

/// One way in which a task's files have been published.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Layout {
    pub(crate) ending: &'static str,
    pub(crate) format: Format,
    pub(crate) text: &'static [&'static str],
    pub(crate) label: &'static str,
    pub(crate) rule: Rule,
}

/// A data set on the hub.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OnHub {
    /// OWNER/NAME.
    pub repository: &'static str,
    /// The commit.
    pub revision: &'static str,
    /// The folder in it that holds the task.
    pub folder: &'static str,
    /// The split of it that is [`Split::Dev`](crate::Split::Dev).
    pub dev: &'static str,
}

impl OnHub {
    /// The files of both splits, as paths in the repository.
    pub(crate) fn files(&self) -> [String; 2] {
        ["train", self.dev].map(|split| format!("{}/{split}-00000-of-00001.parquet", self.folder))
    }
}

impl Layout {
    /// GLUE's own tab-separated files.
    pub(super) const fn glue(
        text: &'static [&'static str],
        label: &'static str,
        rule: Rule,
    ) -> Self {
        Self {
            ending: "tsv",
            format: Format::Glue { header: true },
            text,
            label,
            rule,
        }
    }

    pub(super) const fn parquet(
        text: &'static [&'static str],
        label: &'static str,
        rule: Rule,
    ) -> Self {
        Self {
            ending: "parquet",
            format: Format::Parquet,
            text,
            label,
            rule,
        }
    }

    pub(super) const fn csv(
        text: &'static [&'static str],
        label: &'static str,
        rule: Rule,
    ) -> Self {
        Self {
            ending: "csv",
            format: Format::Csv,
            text,
            label,
            rule,
        }
    }
}
