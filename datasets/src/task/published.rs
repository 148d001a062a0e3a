//! The description of a published task. The tables of tasks are in `glue` and `reviews`.

use std::borrow::Cow;

use super::Metric;
use super::label::Rule;
use crate::read::Format;

/// A published task.
#[derive(Debug)]
pub(crate) struct Published {
    pub(crate) name: &'static str,
    /// The classes in the order of the numbers that the hub gives them; empty for a score. Each class is its name, then
    /// the synonyms that models use.
    pub(crate) classes: &'static [&'static [&'static str]],
    pub(crate) metric: Metric,
    /// Folders that may hold the task inside a folder of many tasks.
    pub(crate) folders: &'static [&'static str],
    /// The file names of each split without extension, the preferred one first.
    pub(crate) train: &'static [&'static str],
    pub(crate) dev: &'static [&'static str],
    pub(crate) layouts: &'static [Layout],
    /// Whether the published files are known to hold malformed rows, which are then dropped and counted.
    pub(crate) malformed: bool,
    /// Removes the markup of the file from a text.
    pub(crate) clean: fn(&str) -> Cow<'_, str>,
    pub(crate) hub: OnHub,
}

impl Published {
    /// Returns whether an example is a pair of texts.
    pub(crate) fn is_pair(&self) -> bool {
        self.layouts.iter().any(|layout| layout.text.len() == 2)
    }
}

/// One format in which a task's files have been published.
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
    /// The repository, as OWNER/NAME.
    pub repository: &'static str,
    /// The commit that is used.
    pub revision: &'static str,
    /// The folder of the repository that holds the task.
    pub folder: &'static str,
    /// The hub's name of the split that is [`Split::Dev`](crate::Split::Dev).
    pub dev: &'static str,
}

impl OnHub {
    /// Returns the files of both splits, as paths in the repository.
    pub(crate) fn files(&self) -> [String; 2] {
        ["train", self.dev].map(|split| format!("{}/{split}-00000-of-00001.parquet", self.folder))
    }
}

impl Layout {
    /// Returns the layout of GLUE's own tab-separated files.
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
