use std::collections::BTreeMap;

use serde::Serialize;
use tangent_datasets::{Metric, Target};

use super::Config;
use super::bounds::Bounds;
use tangent_base::record::{ModelRecord, Provenance};
use tangent_base::source::SampleRecord;
use tangent_linearize::train::{Row, Watched};

/// The format of `result.json`.
pub const FORMAT: &str = "tangent train 2";

/// The content of `result.json` of `tangent train`. Two runs of the same program on the same machine write the same
/// content, apart from `command`, `started`, `seconds`, `times` and `sha256`, even if one of them was stopped and resumed.
#[derive(Clone, Debug, Serialize)]
pub struct TrainResult {
    /// [`FORMAT`].
    pub format: &'static str,
    /// SHA-256 of configuration, model and data; a checkpoint must have the same hash.
    pub run_sha256: String,
    /// The model, before training.
    pub model: ModelRecord,
    /// What the labels mean.
    pub target: Target,
    /// The task's metric, which the rows hold as `metric`.
    pub metric: Metric,
    /// The training examples.
    pub train: SampleRecord,
    /// The evaluation examples.
    pub eval: SampleRecord,
    /// The number of trained parameters.
    pub parameters: usize,
    /// The number of steps.
    pub steps: usize,
    /// How often rows are written, and how many examples they are computed on.
    pub watched: Watched,
    /// Whether the rows of J were kept in memory, for the training and for the evaluation examples; `None` without a
    /// linearized model.
    pub rows_kept: Option<[bool; 2]>,
    /// The constants of the bounds in the pictures; `None` if the theorems, which are about gradient descent on the
    /// squared loss, do not cover the run.
    pub bounds: Option<Bounds>,
    /// The trajectory's last row.
    pub last: Row,
    /// The other files of the result, each with a description of its content.
    pub files: BTreeMap<String, String>,
    /// The command, settings, warnings, versions and machine that made the result, and when.
    #[serde(flatten)]
    pub provenance: Provenance<Config>,
    /// How long the parts took, and how much memory was used.
    pub times: Times,
}

/// The part of a result that differs between two runs.
#[derive(Clone, Debug, Serialize)]
pub struct Times {
    /// The step that the run was resumed from, if it had been stopped.
    pub resumed_from: Option<usize>,
    /// Seconds to load the model and the examples.
    pub load_seconds: f64,
    /// Seconds to build the model and to compute the rows of J.
    pub setup_seconds: f64,
    /// Seconds of training in this process.
    pub train_seconds: f64,
    /// The peak memory of the program, in bytes.
    pub peak_memory: Option<usize>,
    /// The number of worker threads.
    pub threads: usize,
}
