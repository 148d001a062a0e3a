//! What a task is: where its rows are, what its labels mean, how it is judged.

mod glue;
pub(crate) mod label;
pub(crate) mod name;
mod number;
pub(crate) mod outputs;
pub(crate) mod own;
pub(crate) mod published;
mod reviews;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::generated::Grammar;
use outputs::Class;
use own::Own;
use published::Published;

/// What a task asks of a model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// One of these classes; [`Label::Class`](crate::Label::Class) is a position in the list.
    Classes(Vec<String>),
    /// A number (regression, one output).
    Score,
}

impl Target {
    /// Outputs that a model of this task has: the classes, or 1.
    pub fn outputs(&self) -> usize {
        match self {
            Self::Classes(names) => names.len(),
            Self::Score => 1,
        }
    }
}

/// The measure by which results on a task are reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Metric {
    /// Share of right answers.
    Accuracy,
    /// Matthews' correlation coefficient (CoLA).
    Matthews,
    /// F1 of class 1 (MRPC, QQP).
    F1,
    /// Spearman's rank correlation (STS-B).
    Spearman,
}

/// A task: a published one, a generated one, or a person's own files.
#[derive(Clone, Debug)]
pub struct Task {
    pub(crate) name: String,
    pub(crate) kind: Kind,
}

#[derive(Clone, Debug)]
pub(crate) enum Kind {
    Published(&'static Published),
    Generated(Grammar),
    Own(Own),
}

impl Task {
    /// The task of this name: a published one (`cola`, `sst2`, `mrpc`, `rte`, `qnli`, `mnli`, `qqp`,
    /// `stsb`, `imdb`, `yelp`, `yelp_polarity`) or a generated one (`acceptability`, `sentiment`,
    /// `reviews`, `paraphrase`). Case, `-` and `_` make no difference.
    ///
    /// # Errors
    /// [`Error::UnknownTask`], with all names.
    pub fn named(name: &str) -> Result<Self> {
        let wanted = plain(name);
        let published = published()
            .find(|task| plain(task.name) == wanted)
            .map(Kind::Published);
        let generated = || {
            Grammar::ALL
                .into_iter()
                .find(|g| plain(g.name()) == wanted)
                .map(Kind::Generated)
        };
        match published.or_else(generated) {
            Some(kind) => Ok(Self {
                name: kind.name().to_owned(),
                kind,
            }),
            None => Err(Error::UnknownTask {
                name: name.into(),
                known: Self::names().join(", "),
            }),
        }
    }

    /// A person's own files: CSV, TSV, JSONL, JSON or Parquet.
    ///
    /// `text` is one column, or two for sentence pairs. Labels are classes: numbers, which are one class if
    /// they have one value however they are written, in order of their value, then words in order of
    /// their bytes. With `regression` labels are numbers to be predicted.
    ///
    /// # Errors
    /// [`Error::TextColumns`] unless one or two text columns are named.
    pub fn own(text: &[String], label: &str, regression: bool) -> Result<Self> {
        if !(1..=2).contains(&text.len()) {
            return Err(Error::TextColumns { found: text.len() });
        }
        let own = Own {
            text: text.to_vec(),
            label: label.to_owned(),
            regression,
        };
        Ok(Self {
            name: "own".into(),
            kind: Kind::Own(own),
        })
    }

    /// The names that [`Task::named`] knows.
    pub fn names() -> Vec<&'static str> {
        published()
            .map(|task| task.name)
            .chain(Grammar::ALL.map(Grammar::name))
            .collect()
    }

    /// The task's name; `own` for a person's own files.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether examples are made here and need no files.
    pub fn is_generated(&self) -> bool {
        matches!(self.kind, Kind::Generated(_))
    }

    /// Whether an example is a pair of texts.
    pub fn is_pair(&self) -> bool {
        match &self.kind {
            Kind::Published(task) => task.is_pair(),
            Kind::Generated(grammar) => *grammar == Grammar::Paraphrase,
            Kind::Own(own) => own.text.len() == 2,
        }
    }

    /// The measure that the field reports for this task.
    pub fn metric(&self) -> Metric {
        match &self.kind {
            Kind::Published(task) => task.metric,
            Kind::Generated(_) => Metric::Accuracy,
            Kind::Own(own) if own.regression => Metric::Spearman,
            Kind::Own(_) => Metric::Accuracy,
        }
    }

    /// The classes by these names, with everything else that they are called.
    pub(crate) fn classes(&self, names: &[String]) -> Vec<Class> {
        let known: &[&[&str]] = match &self.kind {
            Kind::Published(task) => task.classes,
            Kind::Generated(grammar) => grammar.classes(),
            Kind::Own(_) => &[],
        };
        let class = |name: &String| {
            let number = known
                .iter()
                .position(|words| words.first() == Some(&name.as_str()));
            Class {
                name: name.clone(),
                synonyms: number
                    .and_then(|n| known.get(n))
                    .copied()
                    .unwrap_or_default(),
                number,
            }
        };
        names.iter().map(class).collect()
    }

    /// Where the hub keeps a published task; fetch it with [`Hub::dataset`](crate::hub::Hub::dataset).
    pub fn on_hub(&self) -> Option<&'static published::OnHub> {
        match &self.kind {
            Kind::Published(task) => Some(&task.hub),
            _ => None,
        }
    }
}

impl Kind {
    fn name(&self) -> &str {
        match self {
            Self::Published(task) => task.name,
            Self::Generated(grammar) => grammar.name(),
            Self::Own(_) => "own",
        }
    }
}

fn published() -> impl Iterator<Item = &'static Published> {
    glue::TASKS.iter().chain(reviews::TASKS)
}

/// The target of classes whose first words are their names.
pub(crate) fn named_classes(classes: &[&[&str]]) -> Target {
    let names = classes.iter().filter_map(|words| words.first());
    Target::Classes(names.map(|name| (*name).to_owned()).collect())
}

fn plain(name: &str) -> String {
    name.chars()
        .filter(|c| !matches!(c, '-' | '_'))
        .flat_map(char::to_lowercase)
        .collect()
}
