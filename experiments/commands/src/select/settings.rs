use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use tangent_datasets::Split;
use tangent_spectral::selection::Score;

use tangent_base::cli::{AnyPath, Count, by_name, finite, finite_if_any};
use tangent_base::settings::{DataArgs, MachineArgs, ModelArgs};

/// The settings of `tangent select`, as flags or as keys of a TOML file. All of them are optional.
#[derive(Clone, Debug, Default, clap::Args, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct Args {
    /// Read settings from a TOML file whose keys are the names of these flags; flags override the file.
    #[arg(long, value_name = "FILE")]
    #[serde(skip)]
    pub config: Option<PathBuf>,

    /// The model; `--layers` and `--targets` name the layers and matrices that may be chosen.
    #[command(flatten)]
    #[serde(flatten)]
    pub model: ModelArgs,

    /// Number of layers to choose [default: 3, or all that there are]
    #[arg(long, value_name = "K", help_heading = "Choice")]
    pub choose: Option<usize>,
    /// Choose matrices too: sets of K of --targets, the same in every chosen layer; without K, or with 0, sets of every
    /// size, although every score favours larger or smaller sets.
    #[arg(long, num_args = 0..=1, default_missing_value = "0", value_name = "K", help_heading = "Choice")]
    pub choose_targets: Option<usize>,
    /// Sets of layers to compare, instead of all sets of --choose layers; such as 0,1:0,5:3,4,5
    #[arg(long, value_name = "LAYERS:LAYERS…", help_heading = "Choice")]
    pub candidates: Option<String>,
    /// Score that orders the choices: condition, lambda_ratio, ridge_risk, leave_one_out (or loo), alignment,
    /// effective_rank or trace [default: ridge_risk]
    #[arg(long, value_parser = score, value_name = "SCORE", help_heading = "Choice")]
    pub score: Option<Score>,
    /// Ridge σ [default: 1e-4]
    #[arg(long, value_parser = finite, value_name = "SIGMA", allow_negative_numbers = true, help_heading = "Choice")]
    #[serde(deserialize_with = "finite_if_any")]
    pub sigma: Option<f64>,
    /// Number of subsamples on which the choices are ordered again, each 80 % of the examples, drawn without
    /// replacement [default: 20]
    #[arg(long, value_name = "N", help_heading = "Choice")]
    pub subsamples: Option<usize>,
    /// Number of choices to show [default: 10]
    #[arg(long, value_name = "N", help_heading = "Choice")]
    pub top: Option<usize>,
    /// Write a PEFT adapter configuration for the best choice into this folder.
    #[arg(long, value_name = "DIR", help_heading = "Choice")]
    pub write_adapter: Option<AnyPath>,

    /// The data.
    #[command(flatten)]
    #[serde(flatten)]
    pub data: DataArgs,
    /// Number of examples to compute the scores on, or `all` [default: 256, or all that there are]
    #[arg(long, short, value_name = "N", help_heading = "Data")]
    pub n: Option<Count>,
    /// Split that the examples are drawn from: train, dev, or all (every row, undivided) [default: train]
    #[arg(long, value_parser = by_name::<Split>, value_name = "SPLIT", help_heading = "Data")]
    pub split: Option<Split>,

    /// The machine.
    #[command(flatten)]
    #[serde(flatten)]
    pub machine: MachineArgs,
    /// Folder of the results [default: out/select]
    #[arg(long, short, value_name = "DIR", help_heading = "Machine")]
    pub output: Option<AnyPath>,
}

fn score(name: &str) -> Result<Score, String> {
    match name {
        "loo" => Ok(Score::LeaveOneOut),
        name => by_name(name),
    }
}
