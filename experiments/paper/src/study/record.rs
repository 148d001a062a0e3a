use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::figure::Panel;
use tangent_base::record::Provenance;

/// The format of the study's result file.
pub const FORMAT: &str = "tangent study 2";

/// The content of `study.json`: scores of choices before training, and the results of training.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct StudyResult {
    /// [`FORMAT`].
    pub format: String,
    /// What the study shows.
    pub title: String,
    /// The choices, in the paper's terms: layers out of twelve and the initials of matrices.
    #[serde(rename = "candidates")]
    // The provenance, flattened into the same object, has a field `choices` of its own.
    pub choices: Vec<String>,
    /// Each predictor: its name, and what it ignores.
    pub predictors: Vec<(String, String)>,
    /// All runs.
    pub runs: Vec<StudyRun>,
    /// How well each predictor orders the choices.
    pub correlations: Vec<Correlation>,
    /// The pictures.
    pub panels: Vec<Panel>,
    /// Sentences that sum up the numbers, made from them.
    pub remarks: Vec<String>,
    /// The parts that failed, each with its reason.
    pub failed: Vec<String>,
    /// The command, settings, versions and machine that made the study.
    #[serde(flatten)]
    pub provenance: Provenance,
}

/// The training of one choice on one task with one seed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct StudyRun {
    /// The paper's name of the task.
    pub task: String,
    /// The seed.
    pub seed: u64,
    /// The choice.
    pub choice: String,
    /// The predictors' values before training, by name; `None` for one that could not be computed.
    pub scores: BTreeMap<String, Option<f64>>,
    /// The training loss at the end.
    pub train_loss: f64,
    /// The evaluation loss at the end.
    pub eval_loss: f64,
    /// The task's metric at the end.
    pub metric: f64,
}

/// The set of choices that are put in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Among {
    /// All choices.
    All,
    /// The largest set of choices with the same number of parameters, so that size tells nothing.
    EqualSize,
}

impl Among {
    /// Both sets.
    pub const BOTH: [Self; 2] = [Self::All, Self::EqualSize];

    /// Returns the name of the set.
    pub fn name(self) -> &'static str {
        match self {
            Self::All => "all choices",
            Self::EqualSize => "choices of equal size",
        }
    }
}

/// How well a predictor orders the choices of a task.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Correlation {
    /// The set of choices that are put in order.
    pub among: Among,
    /// The task; [`Correlation::ALL_TASKS`] for the mean over tasks.
    pub task: String,
    /// The predictor.
    pub predictor: String,
    /// The outcome that it predicts: `train_loss`, `eval_loss` or `metric`.
    pub outcome: String,
    /// Spearman's rank correlation, the mean over seeds, signed so that 1 means that what the predictor prefers ends
    /// better.
    pub rho: f64,
    /// The 95 % bootstrap interval, from choices resampled with replacement.
    pub interval: (f64, f64),
}

impl Correlation {
    /// The value of [`Correlation::task`] for the mean over tasks.
    pub const ALL_TASKS: &str = "all";

    /// Returns a text such as `+0.31 [+0.13, +0.43]`.
    pub fn text(&self) -> String {
        let (low, high) = self.interval;
        format!("{:+.2} [{low:+.2}, {high:+.2}]", self.rho)
    }

    /// Returns whether this is the mean over tasks for this outcome and set of choices.
    pub fn over_tasks(&self, among: Among, outcome: &str) -> bool {
        self.among == among && self.task == Self::ALL_TASKS && self.outcome == outcome
    }
}
