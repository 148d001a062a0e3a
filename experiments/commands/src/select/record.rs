use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;
use tangent_spectral::selection::Score;

use super::{Config, Trust};
use tangent_base::cli::grouped;
use tangent_base::record::{ModelRecord, Provenance};
use tangent_base::source::SampleRecord;

/// The format of `result.json`.
pub const FORMAT: &str = "tangent select 4";

/// The content of `result.json` of `tangent select`.
#[derive(Clone, Debug, Serialize)]
pub struct SelectResult {
    /// [`FORMAT`].
    pub format: &'static str,
    /// The model, with an adapter on everything that may be chosen.
    pub model: ModelRecord,
    /// The examples.
    pub examples: SampleRecord,
    /// What each score prefers, and what it ignores.
    pub scores: Vec<ScoreRecord>,
    /// Every choice that was compared, the best first.
    pub choices: Vec<ChoiceRecord>,
    /// How the choices were found, if not all possible choices were compared.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub search: Option<Search>,
    /// ‖Y − f_θ₀(X)‖² per example, before training.
    pub start_risk: f64,
    /// How well the order by this score predicts training, as measured by the studies.
    pub trust: Trust,
    /// The mean and the smallest rank correlation between the orders on subsamples and the order on all examples.
    pub correlation: Option<(f64, f64)>,
    /// The number of examples in each subsample.
    pub subsample_examples: usize,
    /// The command, settings, warnings, versions and machine that made the result, and when.
    #[serde(flatten)]
    pub provenance: Provenance<Config>,
    /// When the run began and how long it took.
    pub times: Times,
}

/// A greedy search among choices that are too many to compare all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Search {
    /// The number of possible choices; `None` for 2⁶⁴ or more.
    pub possible: Option<usize>,
    /// The largest number of choices that are all compared.
    pub most: usize,
    /// The parts of a choice that were grown by one element at a time, each time by the best one by the score.
    pub grown: Vec<Part>,
}

/// A part of a choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// The matrices.
    Matrices,
    /// The layers.
    Layers,
}

impl fmt::Display for Search {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let possible = self.possible.map_or("2⁶⁴ or more".into(), grouped);
        let grown = self.grown.iter().map(|part| match part {
            Part::Matrices => "matrices",
            Part::Layers => "layers",
        });
        write!(
            f,
            "there are {possible} choices, too many to compare all (at most {}): {} were added one at a time, each time \
             the best by the score. Only the choices of the last step are listed, and ranks are among these; a choice \
             that is not listed may be better",
            grouped(self.most),
            grown.collect::<Vec<_>>().join(", then ")
        )
    }
}

/// What a score prefers and ignores.
#[derive(Clone, Debug, Serialize)]
pub struct ScoreRecord {
    /// The score.
    pub score: Score,
    /// Which values are better: `lower` or `higher`.
    pub better: &'static str,
    /// What the score ignores.
    pub ignores: &'static str,
}

/// A choice with its scores and its ranks.
#[derive(Clone, Debug, Serialize)]
pub struct ChoiceRecord {
    /// The layers of the choice.
    pub layers: Vec<usize>,
    /// The matrices that are adapted in each layer.
    pub targets: Vec<String>,
    /// The number of parameters that it trains, without the head.
    pub parameters: usize,
    /// Every score; null if it is undefined or infinite.
    pub scores: BTreeMap<String, Option<f64>>,
    /// The names of the infinite scores, such as κ of a singular kernel at σ = 0.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub infinite: Vec<&'static str>,
    /// The ranks of the choice on subsamples.
    pub ranks: Ranks,
    /// The share of the subsamples in which it is the best.
    pub best: f64,
}

/// The ranks of a choice on subsamples: 1 is the best; 0 means that there are no subsamples.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Ranks {
    /// The best rank.
    pub least: usize,
    /// The median rank.
    pub median: usize,
    /// The worst rank.
    pub greatest: usize,
}

impl fmt::Display for Ranks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            least,
            median,
            greatest,
        } = self;
        write!(f, "{least} · {median} · {greatest}")
    }
}

/// The part of a result that differs between two runs.
#[derive(Clone, Debug, Serialize)]
pub struct Times {
    /// Seconds to compute the kernels.
    pub kernel_seconds: f64,
    /// Seconds to compute the scores, on all examples and on the subsamples.
    pub score_seconds: f64,
    /// The number of worker threads.
    pub threads: usize,
}
