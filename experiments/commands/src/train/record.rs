use std::collections::BTreeMap;

use serde::Serialize;
use tangent_datasets::{Metric, Target};

use super::Config;
use super::bounds::Bounds;
use tangent_base::record::ModelRecord;
use tangent_base::source::SampleRecord;
use tangent_base::system::Machine;
use tangent_linearize::train::{Row, Watched};

/// The format of `result.json`.
pub const FORMAT: &str = "tangent train 1";

/// `result.json` of `tangent train`. Two runs of one program on one machine write the same, `times` aside, whether they
/// were stopped between or not.
#[derive(Clone, Debug, Serialize)]
pub struct TrainResult {
    /// [`FORMAT`].
    pub format: &'static str,
    /// What was asked for, defaults filled in.
    pub config: Config,
    /// SHA-256 of configuration, model and data: what a checkpoint has to agree with.
    pub run_sha256: String,
    /// The model, before training.
    pub model: ModelRecord,
    /// What labels mean.
    pub target: Target,
    /// The task's measure, `metric` of the rows.
    pub metric: Metric,
    /// The examples trained on.
    pub train: SampleRecord,
    /// The examples evaluated on.
    pub eval: SampleRecord,
    /// Parameters that were trained.
    pub parameters: usize,
    /// Steps made.
    pub steps: usize,
    /// What rows are about.
    pub watched: Watched,
    /// Whether rows of J were kept, of the training examples and of the evaluation set; `None` without a linearized
    /// model.
    pub rows_kept: Option<[bool; 2]>,
    /// Constants of the bounds in the pictures; none where the theorems do not speak of the run: they are about
    /// gradient descent on the squared loss.
    pub bounds: Option<Bounds>,
    /// The trajectory's last row.
    pub last: Row,
    /// The files beside this one, and what is in them.
    pub files: BTreeMap<String, String>,
    /// What was assumed, ignored or left out.
    pub warnings: Vec<String>,
    /// Versions of the program and of what its numbers depend on.
    pub versions: BTreeMap<&'static str, &'static str>,
    /// The machine.
    pub machine: Machine,
    /// When, how long, how much memory.
    pub times: Times,
}

/// What differs between two runs.
#[derive(Clone, Debug, Serialize)]
pub struct Times {
    /// When the run began or went on, UTC.
    pub started: String,
    /// The step that it went on from, if it was stopped before.
    pub resumed_from: Option<usize>,
    /// Seconds until model and examples were there.
    pub load_seconds: f64,
    /// Seconds until the rows of J were there.
    pub setup_seconds: f64,
    /// Seconds of the training that this run made.
    pub train_seconds: f64,
    /// The most bytes that the program took.
    pub peak_memory: Option<usize>,
    /// Worker threads.
    pub threads: usize,
}
