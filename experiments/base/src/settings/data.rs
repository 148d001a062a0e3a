use serde::{Deserialize, Serialize};
use tangent_datasets::{BadRows, Sampling};

use super::refused;
use crate::Result;
use crate::cli::AnyPath;

/// The task and its data, as flags.
#[derive(Clone, Debug, Default, PartialEq, clap::Args, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct DataArgs {
    /// Name of a published or generated task [default: acceptability, or your own file's if --text is given]
    #[arg(long, value_name = "NAME", help_heading = "Data")]
    pub task: Option<String>,
    /// Folder of the task, or its parent folder; or a CSV, TSV, JSONL or Parquet file of your own. A published task
    /// without --data is downloaded from the hub.
    #[arg(long, value_name = "PATH", help_heading = "Data")]
    pub data: Option<AnyPath>,
    /// Another file of your own, with evaluation or test examples; neither this file nor that of --data is divided then
    #[arg(long, value_name = "PATH", help_heading = "Data")]
    pub eval_data: Option<AnyPath>,
    /// Column of your own file that holds the text; two columns for pairs of texts
    #[arg(
        long,
        value_name = "COLUMN,…",
        value_delimiter = ',',
        help_heading = "Data"
    )]
    pub text: Option<Vec<String>>,
    /// Column of your own file that holds the label
    #[arg(long, value_name = "COLUMN", help_heading = "Data")]
    pub label: Option<String>,
    /// Treat the labels of your own file as numbers to predict, not as classes.
    #[arg(long, num_args = 0..=1, default_missing_value = "true", value_name = "BOOL", help_heading = "Data")]
    pub regression: Option<bool>,
    /// Draw examples so that every class keeps its share.
    #[arg(long, num_args = 0..=1, default_missing_value = "true", value_name = "BOOL", help_heading = "Data")]
    pub stratified: Option<bool>,
    /// Largest number of tokens of an example; longer ones are cut and counted [default: what the model takes]
    #[arg(long, value_name = "TOKENS", help_heading = "Data")]
    pub max_length: Option<usize>,
    /// Leave out and count malformed and empty rows, instead of stopping at the first one.
    #[arg(long, num_args = 0..=1, default_missing_value = "true", value_name = "BOOL", help_heading = "Data")]
    pub drop_bad_rows: Option<bool>,
    /// Seed of the sample, of generated text, and of a new adapter and a new head [default: 0]
    #[arg(long, value_name = "SEED", help_heading = "Data")]
    pub seed: Option<u64>,
}

/// The task and its data.
#[derive(Clone, Debug, Serialize)]
pub struct DataConfig {
    /// The task's name.
    pub task: String,
    /// The task's folder, or a file of the user's own.
    pub data: Option<AnyPath>,
    /// A file of the user's own with evaluation examples.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub eval_data: Option<AnyPath>,
    /// The text columns of a file of the user's own.
    pub text: Option<Vec<String>>,
    /// The label column of a file of the user's own.
    pub label: Option<String>,
    /// Whether the labels of that file are numbers to predict.
    pub regression: bool,
    /// How examples are drawn.
    pub sampling: Sampling,
    /// The most tokens that an example keeps; `None` for the model's limit.
    pub max_length: Option<usize>,
    /// What becomes of rows that cannot be used.
    pub bad_rows: BadRows,
    /// The seed.
    pub seed: u64,
}

impl DataArgs {
    /// Checks the flags and fills in the defaults.
    ///
    /// # Errors
    /// The settings contradict each other.
    pub fn config(self) -> Result<DataConfig> {
        let own = self.text.is_some() || self.label.is_some();
        let task = match (&self.task, own) {
            (Some(_), true) => {
                return Err(refused(
                    "task",
                    "--text and --label are for a file of your own, which has no task; omit --task",
                ));
            }
            (Some(task), false) => task.clone(),
            (None, true) => "own".into(),
            (None, false) if self.data.is_some() => {
                return Err(refused(
                    "data",
                    "say what it is: --task NAME for a published task, --text COLUMN and --label COLUMN for a file of your own",
                ));
            }
            (None, false) => "acceptability".into(),
        };
        if self.eval_data.is_some() && !own {
            return Err(refused(
                "eval-data",
                "is for files of your own (--text, --label); a task has a split of its own to evaluate on",
            ));
        }
        let regression = self.regression.unwrap_or(false);
        if !own && regression {
            return Err(refused(
                "regression",
                "is for a file of your own; a task knows what its labels are",
            ));
        }
        Ok(DataConfig {
            task,
            data: self.data,
            eval_data: self.eval_data,
            text: self.text,
            label: self.label,
            regression,
            sampling: match self.stratified {
                Some(true) => Sampling::Stratified,
                _ => Sampling::Plain,
            },
            max_length: self.max_length,
            bad_rows: match self.drop_bad_rows {
                Some(true) => BadRows::Drop,
                _ => BadRows::Refuse,
            },
            seed: self.seed.unwrap_or(0),
        })
    }
}
