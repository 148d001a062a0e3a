use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;
use tangent_spectral::selection::Score;

use super::{Config, Trust};
use tangent_base::cli::grouped;
use tangent_base::record::ModelRecord;
use tangent_base::source::SampleRecord;
use tangent_base::system::Machine;

/// The format of `result.json`.
pub const FORMAT: &str = "tangent select 3";

/// `result.json` of `tangent select`.
#[derive(Clone, Debug, Serialize)]
pub struct SelectResult {
    /// [`FORMAT`].
    pub format: &'static str,
    /// What was asked for, defaults filled in.
    pub config: Config,
    /// The model with everything adapted that may be chosen.
    pub model: ModelRecord,
    /// The examples.
    pub examples: SampleRecord,
    /// What each score prefers, and what it ignores.
    pub scores: Vec<ScoreRecord>,
    /// Every choice that was compared, the best first.
    pub choices: Vec<ChoiceRecord>,
    /// How these were found, where they are not all that there are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub search: Option<Search>,
    /// ‖Y − f_θ₀(X)‖² for each example: where training begins.
    pub start_risk: f64,
    /// How far the order by this score foretells training: what studies measured.
    pub trust: Trust,
    /// Mean and least rank correlation of the orders on subsamples with the order on all examples.
    pub correlation: Option<(f64, f64)>,
    /// Examples of each subsample.
    pub subsample_examples: usize,
    /// What was assumed, ignored or left out.
    pub warnings: Vec<String>,
    /// Versions of the program and of what its numbers depend on.
    pub versions: BTreeMap<&'static str, &'static str>,
    /// The machine.
    pub machine: Machine,
    /// When and how long.
    pub times: Times,
}

/// A search through more choices than are all compared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Search {
    /// Choices that there are; `None` for more than 2⁶⁴.
    pub possible: Option<usize>,
    /// The most that are all compared.
    pub most: usize,
    /// What was grown by one at a time, each time by what is best by the score.
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
            "there are {possible} choices, more than the {} that are all compared: {} were added one at a time, each \
             time the best by the score. What is listed is what the last step compared, and ranks are among these alone; \
             a choice that is not listed may be better",
            grouped(self.most),
            grown.collect::<Vec<_>>().join(", then ")
        )
    }
}

/// A score.
#[derive(Clone, Debug, Serialize)]
pub struct ScoreRecord {
    /// Its name.
    pub score: Score,
    /// `lower` or `higher`.
    pub better: &'static str,
    /// What it ignores.
    pub ignores: &'static str,
}

/// A choice with its scores and its ranks.
#[derive(Clone, Debug, Serialize)]
pub struct ChoiceRecord {
    /// Its layers.
    pub layers: Vec<usize>,
    /// The matrices that are adapted in each.
    pub targets: Vec<String>,
    /// Parameters that it trains, the head aside.
    pub parameters: usize,
    /// Every score; null where it does not exist, or is infinite.
    pub scores: BTreeMap<String, Option<f64>>,
    /// Those that are infinite, such as κ at σ = 0 of a singular kernel.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub infinite: Vec<&'static str>,
    /// Its ranks on subsamples.
    pub ranks: Ranks,
    /// The share of the subsamples in which it is the best.
    pub best: f64,
}

/// Ranks of a choice on subsamples; 1 is the best, 0 stands where there are none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Ranks {
    /// The best.
    pub least: usize,
    /// The one in the middle.
    pub median: usize,
    /// The worst.
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

/// What differs between two runs.
#[derive(Clone, Debug, Serialize)]
pub struct Times {
    /// When the run began, UTC.
    pub started: String,
    /// Seconds of the pass over the model.
    pub kernel_seconds: f64,
    /// Seconds of the scores and of the subsamples.
    pub score_seconds: f64,
    /// Worker threads.
    pub threads: usize,
}
