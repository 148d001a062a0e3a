//! The examples of a task, with an account of every row.

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

/// A part of a task's data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Split {
    /// The examples that a model is trained on.
    Train,
    /// The examples that a model is evaluated on: GLUE's dev set; for IMDb and Yelp the test set if there is no dev
    /// set.
    Dev,
    /// All rows: those of the training files and then those of the dev files, or those of a single file, which is not
    /// divided. A generated task has no such split.
    All,
}

/// What to do with a row that is malformed, or has no text or no label.
///
/// A row that a published file marks as having no label (`-` in MNLI's files, `-1` in the hub's) is always left out
/// and counted. In a user's own file `-` and `-1` are labels like any other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BadRows {
    /// Stop with an error that names the row. (Bad rows of QQP's published files, which are known to hold some, are
    /// always dropped.)
    #[default]
    Refuse,
    /// Leave the row out and count it.
    Drop,
}

/// The options for loading a task.
#[derive(Clone, Debug)]
pub struct Options {
    /// The seed of the 80/20 division of a task with one split, and of generated tasks.
    pub seed: u64,
    /// What to do with rows that cannot be used.
    pub bad_rows: BadRows,
    /// The number of examples of a generated task; `None` means 8,000 to train on and 1,000 to evaluate on.
    pub generate: Option<usize>,
    /// The least and the largest number of words in a generated review.
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

/// One labelled text or pair of texts.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Example {
    /// The index of the row in the task's files, counted from 0 through all files of the split (headers and empty lines
    /// are not counted); for a generated task the index of the example.
    pub id: usize,
    /// The text, including the white space that surrounds it in the file.
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
    /// The part of the task that this data set is.
    pub split: Split,
    /// What the labels mean.
    pub target: Target,
    /// The metric by which results on the task are reported.
    pub metric: Metric,
    /// The class whose F1 [`Metric::F1`] means: 1, unless the classes have been renumbered.
    pub positive_class: usize,
    /// The examples, in the order of the files.
    pub examples: Vec<Example>,
    /// The account of every row.
    pub accounting: Accounting,
    /// The files read, with their hashes; none for a generated task.
    pub files: Vec<DataFile>,
    /// What was assumed about the files, their labels or the model's labels, in full sentences.
    pub warnings: Vec<String>,
}

impl Dataset {
    /// Loads one split of a task.
    ///
    /// `data` is the folder that holds all tasks (GLUE's root), the task's own folder, or a file; it must be `None`
    /// for a generated task. A task with only one split is divided 80/20 by the seed, stratified by class, and
    /// [`Accounting::divided`] is set; [`Split::All`] divides nothing.
    ///
    /// # Errors
    /// Every [`Error`] of reading data; it names the file, row, column or label at fault.
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

    /// Loads all rows of a file to evaluate a model on, with the classes of its training data `train`.
    ///
    /// `data` is a file, or a folder as for [`Dataset::load`]. Of a folder the dev files are read, or the training
    /// files if there are no others; nothing is divided. `train` must be of the same task. Labels are matched to the
    /// classes of `train` by the rules that match labels within one file, and get the numbers that these classes
    /// have, also after [`Dataset::with_model_labels`].
    ///
    /// # Errors
    /// [`Error::LabelOutOfRange`] for a label that `train` has no class for; [`Error::NeedsNoData`] for a generated
    /// task; otherwise as [`Dataset::load`].
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
    /// [`Error::TooFewExamples`], which names the task and split, if there are fewer than `n` examples;
    /// [`Error::StratifiedScores`] for a stratified sample of a task whose labels are scores.
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

    /// Returns the ids (first, again) of examples with equal texts, ignoring surrounding white space. Two such
    /// examples in one sample make K singular if the tokenizer ignores surrounding white space too.
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
    /// Returns the texts without surrounding white space: examples with equal keys are duplicates.
    fn key(&self) -> (&str, Option<&str>) {
        (self.text.trim(), self.pair.as_deref().map(str::trim))
    }
}

fn needs_no_data(task: &Task) -> Error {
    Error::NeedsNoData {
        task: task.name.clone(),
    }
}
