use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use tangent_base::cli::{AnyPath, Count, finite, finite_if_any};
use tangent_base::settings::{DataArgs, MachineArgs, ModelArgs};

/// The settings of `tangent theorems`, as flags or as keys of a TOML file. All of them are optional.
#[derive(Clone, Debug, Default, clap::Args, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct Args {
    /// Read settings from a TOML file whose keys are the names of these flags; flags override the file.
    #[arg(long, value_name = "FILE")]
    #[serde(skip)]
    pub config: Option<PathBuf>,

    /// The model.
    #[command(flatten)]
    #[serde(flatten)]
    pub model: ModelArgs,
    /// Check only functions with certified constants, and no model.
    #[arg(long, num_args = 0..=1, default_missing_value = "true", value_name = "BOOL", help_heading = "Model")]
    pub fixtures_only: Option<bool>,

    /// The data.
    #[command(flatten)]
    #[serde(flatten)]
    pub data: DataArgs,
    /// Number of training examples of the model, or `all` [default: 8]
    #[arg(long, short, value_name = "N", help_heading = "Data")]
    pub n: Option<Count>,

    /// Strengths of the pull, as multiples of λ∘ = 2E·Lip(f)/r [default: 0,0.25,1,4]
    #[arg(long, value_parser = finite, value_name = "X,…", value_delimiter = ',', allow_negative_numbers = true, help_heading = "Theorems")]
    pub pulls: Option<Vec<f64>>,
    /// Radius r of the ball around θ₀ over which the constants are taken [default: 0.5]
    #[arg(long, value_parser = finite, value_name = "R", allow_negative_numbers = true, help_heading = "Theorems")]
    #[serde(deserialize_with = "finite_if_any")]
    pub radius: Option<f64>,
    /// Number of points of the ball at which constants are estimated, besides θ₀ and points of the flow without a pull
    /// [default: 4]
    #[arg(long, value_name = "N", help_heading = "Theorems")]
    pub samples: Option<usize>,
    /// Number of steps of AdamW to report beside the flow; 0 for none [default: 100]
    #[arg(long, value_name = "N", help_heading = "Theorems")]
    pub adamw_steps: Option<usize>,

    /// The machine. The default precision is f64 here.
    #[command(flatten)]
    #[serde(flatten)]
    pub machine: MachineArgs,
    /// Folder of the results [default: out/theorems]
    #[arg(long, short, value_name = "DIR", help_heading = "Machine")]
    pub output: Option<AnyPath>,
}
