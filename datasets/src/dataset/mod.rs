//! A task's examples, with an account of every row.

mod account;
mod divide;
mod files;
mod locate;
mod outputs;
mod texts;

use std::path::Path;

use serde::{Deserialize, Serialize};

pub use account::{Accounting, DataFile, Division, Dropped};

use files::Loaded;

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
    /// All rows: those of the training files, then those of the dev files, or those of the one file,
    /// which is not divided. A generated task has no such split.
    All,
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
    /// The text, with the white space that surrounds it in the file.
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
    /// The class of which [`Metric::F1`] is taken: 1, unless the classes have been renumbered.
    pub positive_class: usize,
    /// The examples, in the order of the files.
    pub examples: Vec<Example>,
    /// What became of every row.
    pub accounting: Accounting,
    /// The files read, with their hashes; none for a generated task.
    pub files: Vec<DataFile>,
    /// What was assumed about the files, their labels or the model's, in full sentences.
    pub warnings: Vec<String>,
}

impl Dataset {
    /// Loads one split of a task.
    ///
    /// `data` is the folder that holds all tasks (GLUE's root), or the task's own, or a file; a
    /// generated task takes none. A task with one split only is divided 80/20 by the seed,
    /// stratified by class, and [`Accounting::divided`] says so; [`Split::All`] divides nothing.
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
        let loaded = match (&task.kind, data) {
            (Kind::Generated(_), Some(_)) => return Err(needs_no_data(task)),
            (Kind::Generated(grammar), None) => Loaded::generated(*grammar, split, options)?,
            (_, None) => {
                let task = task.name.clone();
                return Err(Error::NoData { task });
            }
            (Kind::Published(published), Some(data)) => {
                files::published(published, data, split, options)?
            }
            (Kind::Own(own), Some(data)) => files::own(own, data, split, None, options)?,
        };
        let divide = loaded.alone && split != Split::All;
        let mut dataset = Self::of(task, split, loaded);
        if divide {
            let (part, division) = divide::divide(dataset.examples, split, options.seed);
            dataset.examples = part;
            dataset.accounting.divided = Some(division);
        }
        dataset.accounting.note(&dataset.examples);
        Ok(dataset)
    }

    /// Loads all rows of a file to judge a model on, with the classes of the data that it is trained on.
    ///
    /// `data` is a file, or a folder as for [`Dataset::load`], of which the dev files are read, or the only ones
    /// there; nothing is divided. `train` is of the same task. Labels are matched to the classes of `train` as labels of one file are
    /// to each other, and numbered alike, also after [`Dataset::with_model_labels`].
    ///
    /// # Errors
    /// [`Error::LabelOutOfRange`] for a label that `train` has no class for; [`Error::NeedsNoData`] for a
    /// generated task; otherwise as [`Dataset::load`].
    pub fn load_evaluation(
        task: &Task,
        data: &Path,
        train: &Self,
        options: &Options,
    ) -> Result<Self> {
        let loaded = match &task.kind {
            Kind::Generated(_) => return Err(needs_no_data(task)),
            Kind::Published(published) => {
                let mut loaded = files::published(published, data, Split::Dev, options)?;
                if let (Target::Classes(names), Target::Classes(known)) =
                    (&loaded.target, &train.target)
                {
                    let number = |name| known.iter().position(|known| known == name);
                    let numbers: Option<Vec<usize>> = names.iter().map(number).collect();
                    if let Some(numbers) = numbers {
                        outputs::renumber(&mut loaded.examples, &numbers);
                        loaded.target = train.target.clone();
                    }
                }
                loaded
            }
            Kind::Own(own) => files::own(own, data, Split::Dev, Some(&train.target), options)?,
        };
        let mut dataset = Self::of(task, Split::Dev, loaded);
        dataset.positive_class = train.positive_class;
        dataset.accounting.note(&dataset.examples);
        Ok(dataset)
    }

    fn of(task: &Task, split: Split, loaded: Loaded) -> Self {
        Self {
            task: task.name.clone(),
            split,
            target: loaded.target,
            metric: task.metric(),
            positive_class: 1,
            examples: loaded.examples,
            accounting: loaded.accounting,
            files: loaded.files,
            warnings: loaded.warnings,
        }
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
            Ok(drawn) => {
                let drawn = drawn.into_iter().filter_map(|i| self.examples.get(i));
                Ok(drawn.cloned().collect())
            }
            Err(_) => Err(Error::TooFewExamples {
                wanted: n,
                population: self.describe(),
                available: count,
            }),
        }
    }

    /// Ids (first, again) of examples with equal text, surrounding white space aside; two of them in one
    /// sample make K singular if the tokenizer takes no notice of that either.
    pub fn duplicates(&self) -> Vec<(usize, usize)> {
        let found = duplicates(self.examples.iter().map(Example::key));
        let id = |i: usize| self.examples.get(i).map(|example| example.id);
        found
            .into_iter()
            .filter_map(|(first, again)| id(first).zip(id(again)))
            .collect()
    }

    fn classes(&self) -> Option<Vec<usize>> {
        self.examples
            .iter()
            .map(|example| example.label.class())
            .collect()
    }

    fn describe(&self) -> String {
        match self.split {
            Split::Train => format!("the training split of {}", self.task),
            Split::Dev => format!("the dev split of {}", self.task),
            Split::All => format!("the whole of {}", self.task),
        }
    }
}

impl Example {
    /// What makes two examples duplicates: their texts without surrounding white space.
    fn key(&self) -> (&str, Option<&str>) {
        (self.text.trim(), self.pair.as_deref().map(str::trim))
    }
}

fn needs_no_data(task: &Task) -> Error {
    Error::NeedsNoData {
        task: task.name.clone(),
    }
}
