use std::path::PathBuf;

use tangent_datasets::hub::Hub;
use tangent_datasets::{BadRows, Dataset, Options, Split, Task};

use crate::Result;
use crate::error::refused;
use crate::settings::DataConfig;

/// A task and the place of its data.
#[derive(Clone, Debug)]
pub struct TaskSource {
    /// The task.
    pub task: Task,
    /// A folder or a file; `None` for generated tasks, and for published ones from the hub.
    pub data: Option<PathBuf>,
    /// A file of the user's own with evaluation examples; with it, neither this file nor `data` is divided.
    pub eval_data: Option<PathBuf>,
    /// The seed of generated text, and of the division of a task that has only one split.
    pub seed: u64,
    /// What to do with rows that cannot be used.
    pub bad_rows: BadRows,
}

impl TaskSource {
    /// Returns the task and the place of its data.
    ///
    /// # Errors
    /// There is no task of that name; a file of the user's own is given without its columns, or columns without a file.
    pub fn of(data: &DataConfig) -> Result<Self> {
        let task = match (&data.text, &data.label) {
            (None, None) => Task::named(&data.task)?,
            (Some(text), Some(label)) => Task::own(text, label, data.regression)?,
            (None, Some(_)) => return Err(refused("label", "needs --text COLUMN beside it")),
            (Some(_), None) => return Err(refused("text", "needs --label COLUMN beside it")),
        };
        if data.text.is_some() && data.data.is_none() {
            return Err(refused("text", "needs the file: --data FILE"));
        }
        Ok(Self {
            task,
            data: data.data.clone().map(Into::into),
            eval_data: data.eval_data.clone().map(Into::into),
            seed: data.seed,
            bad_rows: data.bad_rows,
        })
    }

    /// Loads one split; a published task without `data` comes from the hub.
    ///
    /// # Errors
    /// As [`Dataset::load`] and [`Hub::dataset`].
    pub fn load(&self, split: Split, quiet: bool) -> Result<Dataset> {
        let data = match &self.data {
            None if !self.task.is_generated() => {
                Hub::from_env()?.quiet(quiet).dataset(&self.task)?
            }
            data => data.clone(),
        };
        let options = Options {
            seed: self.seed,
            bad_rows: self.bad_rows,
            ..Options::default()
        };
        let load = |split| Dataset::load(&self.task, data.as_deref(), split, &options);
        Ok(match (&self.eval_data, split) {
            (None, _) | (Some(_), Split::All) => load(split)?,
            (Some(_), Split::Train) => load(Split::All)?,
            (Some(eval), Split::Dev) => {
                Dataset::load_evaluation(&self.task, eval, &load(Split::All)?, &options)?
            }
        })
    }
}
