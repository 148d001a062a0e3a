//! A task's examples, with an account of every row.

mod account;
mod divide;
mod files;
mod locate;

use std::path::Path;

use serde::{Deserialize, Serialize};

pub use account::{Accounting, DataFile, Division, Dropped};

use crate::duplicates::duplicates;
use crate::error::{Error, Result};
use crate::sample::{Sampling, sample, sample_stratified};
use crate::task::label::Label;
use crate::task::{Kind, Metric, Target, Task};

/// Which part of a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Split {
    /// What a model is trained on.
    Train,
    /// What it is judged on (GLUE's dev set; for IMDb and Yelp the test set where that is all there is).
    Dev,
}

/// What to do with a row that is malformed, or has no text or no label.
///
/// A row that a published file marks as having no label (`-` in MNLI's, `-1` in the hub's) is left out
/// and counted in any case. In a person's own file these are labels like any other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BadRows {
    /// Stop, and name the row. (QQP's published files are known to hold some: they are always dropped.)
    #[default]
    Refuse,
    /// Leave it out, and count it.
    Drop,
}

/// Choices in loading.
#[derive(Clone, Debug)]
pub struct Options {
    /// Fixes the 80/20 division of a task with one split, and generated tasks.
    pub seed: u64,
    /// Rows that can't be used.
    pub bad_rows: BadRows,
    /// Examples of a generated task; `None`: 8,000 to train on, 1,000 to judge on.
    pub generate: Option<usize>,
    /// Words in a generated review, from and to.
    pub review_words: (usize, usize),
}

impl Default for Options {
    fn default() -> Self {
        Self {
            seed: 0,
            bad_rows: BadRows::Refuse,
            generate: None,
            review_words: (30, 100),
        }
    }
}

/// One labelled text, or pair of texts.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Example {
    /// The row in the task's files, counted from 0 and through all files of the split (the header and
    /// empty lines are no rows); for a generated task the number of the example.
    pub id: usize,
    /// The text, without surrounding white space.
    pub text: String,
    /// The second text of a pair.
    pub pair: Option<String>,
    /// The label.
    pub label: Label,
}

/// One split of a task.
#[derive(Clone, Debug)]
pub struct Dataset {
    /// The task's name.
    pub task: String,
    /// The part that this is.
    pub split: Split,
    /// What the labels mean.
    pub target: Target,
    /// The task's own measure.
    pub metric: Metric,
    /// The examples, in the order of the files.
    pub examples: Vec<Example>,
    /// What became of every row.
    pub accounting: Accounting,
    /// The files read, with their hashes; none for a generated task.
    pub files: Vec<DataFile>,
}

impl Dataset {
    /// Loads one split of a task.
    ///
    /// `data` is the folder that holds all tasks (GLUE's root), or the task's own, or a file; a
    /// generated task takes none. A task with one split only is divided 80/20 by the seed,
    /// stratified by class, and [`Accounting::divided`] says so.
    ///
    /// # Errors
    /// Says which file, row, column or label is at fault; see [`Error`].
    ///
    /// ```
    /// use tangent_datasets::{Dataset, Options, Split, Task};
    /// let task = Task::named("acceptability")?;
    /// let options = Options { generate: Some(100), ..Options::default() };
    /// let dev = Dataset::load(&task, None, Split::Dev, &options)?;
    /// assert_eq!(dev.examples.len(), 100);
    /// # Ok::<(), tangent_datasets::Error>(())
    /// ```
    pub fn load(task: &Task, data: Option<&Path>, split: Split, options: &Options) -> Result<Self> {
        let name = || task.name.clone();
        let (target, examples, files, mut accounting) = match (&task.kind, data) {
            (Kind::Generated(_), Some(_)) => return Err(Error::NeedsNoData { task: name() }),
            (Kind::Generated(grammar), None) => {
                let examples = grammar.examples(split, options)?;
                let read = examples.len();
                let accounting = Accounting {
                    read,
                    ..Accounting::default()
                };
                (grammar.target(), examples, Vec::new(), accounting)
            }
            (_, None) => return Err(Error::NoData { task: name() }),
            (Kind::Published(published), Some(data)) => {
                files::published(published, data, split, options)?
            }
            (Kind::Own(own), Some(data)) => files::own(own, data, split, options)?,
        };
        accounting.note(&examples);
        Ok(Self {
            task: name(),
            split,
            target,
            metric: task.metric(),
            examples,
            accounting,
            files,
        })
    }

    /// Draws `n` examples without replacement, in random order; see [`sample`].
    ///
    /// # Errors
    /// [`Error::TooFewExamples`], which names the task and split; [`Error::StratifiedScores`] for a
    /// stratified sample of a task whose labels are scores.
    pub fn sample(&self, n: usize, sampling: Sampling, seed: u64) -> Result<Vec<Example>> {
        let count = self.examples.len();
        let drawn = match (sampling, self.classes()) {
            (Sampling::Plain, _) => sample(count, n, seed),
            (Sampling::Stratified, Some(classes)) => sample_stratified(&classes, n, seed),
            (Sampling::Stratified, None) => {
                let population = self.describe();
                return Err(Error::StratifiedScores { population });
            }
        };
        match drawn {
            Ok(drawn) => Ok(drawn
                .into_iter()
                .map(|i| self.examples[i].clone())
                .collect()),
            Err(_) => Err(Error::TooFewExamples {
                wanted: n,
                population: self.describe(),
                available: count,
            }),
        }
    }

    /// Ids (first, again) of examples with equal text; two of them in one sample make K singular.
    pub fn duplicates(&self) -> Vec<(usize, usize)> {
        let found = duplicates(self.examples.iter().map(|e| (&e.text, &e.pair)));
        found
            .into_iter()
            .map(|(a, b)| (self.examples[a].id, self.examples[b].id))
            .collect()
    }

    fn classes(&self) -> Option<Vec<usize>> {
        self.examples
            .iter()
            .map(|example| example.label.class())
            .collect()
    }

    fn describe(&self) -> String {
        let split = match self.split {
            Split::Train => "training",
            Split::Dev => "dev",
        };
        format!("the {split} split of {}", self.task)
    }
}
