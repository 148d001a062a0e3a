use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::figure::Panel;
use tangent_base::record::Provenance;

/// The format of the study's file.
pub const FORMAT: &str = "tangent study 2";

/// `study.json`: scores of choices before training against what training comes to.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct StudyResult {
    /// [`FORMAT`].
    pub format: String,
    /// What it shows.
    pub title: String,
    /// The choices, in the paper's words: layers of twelve and initials of matrices.
    #[serde(rename = "candidates")]
    // `choices` are those of the provenance, in the same object.
    pub choices: Vec<String>,
    /// Each predictor: its name, and what it ignores.
    pub predictors: Vec<(String, String)>,
    /// Every run.
    pub runs: Vec<StudyRun>,
    /// How well each predictor orders the choices.
    pub correlations: Vec<Correlation>,
    /// Pictures.
    pub panels: Vec<Panel>,
    /// What the numbers come to, in words made from them.
    pub remarks: Vec<String>,
    /// Parts that failed, each with its reason.
    pub failed: Vec<String>,
    /// Where it came from.
    #[serde(flatten)]
    pub provenance: Provenance,
}

/// A choice, trained.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct StudyRun {
    /// The task, in the paper's words.
    pub task: String,
    /// The seed.
    pub seed: u64,
    /// The choice.
    pub choice: String,
    /// Its predictors before training; none where one could not be computed.
    pub scores: BTreeMap<String, Option<f64>>,
    /// Training loss at the end.
    pub train_loss: f64,
    /// Evaluation loss at the end.
    pub eval_loss: f64,
    /// The task's metric at the end.
    pub metric: f64,
}

/// Which choices an order is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Among {
    /// All of them.
    All,
    /// The largest set of choices that have one number of parameters, so that size tells nothing.
    EqualSize,
}

impl Among {
    /// Both.
    pub const BOTH: [Self; 2] = [Self::All, Self::EqualSize];

    /// In words.
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
    /// Of which choices.
    pub among: Among,
    /// The task; [`Correlation::ALL_TASKS`] for the mean over tasks.
    pub task: String,
    /// The predictor.
    pub predictor: String,
    /// What it is to predict: `train_loss`, `eval_loss` or `metric`.
    pub outcome: String,
    /// Spearman's rank correlation, the mean over seeds, signed so that 1 means that what the predictor prefers ends
    /// better.
    pub rho: f64,
    /// 95 % interval, from choices drawn anew with replacement.
    pub interval: (f64, f64),
}

impl Correlation {
    /// What stands in place of a task for the mean over tasks.
    pub const ALL_TASKS: &str = "all";

    /// `+0.31 [+0.13, +0.43]`.
    pub fn text(&self) -> String {
        let (low, high) = self.interval;
        format!("{:+.2} [{low:+.2}, {high:+.2}]", self.rho)
    }

    /// Whether it is the mean over tasks for that outcome.
    pub fn over_tasks(&self, among: Among, outcome: &str) -> bool {
        self.among == among && self.task == Self::ALL_TASKS && self.outcome == outcome
    }
}
