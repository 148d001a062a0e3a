use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use tangent_base::cli::{AnyPath, Count, finite, finite_if_any};
use tangent_base::settings::{DataArgs, MachineArgs, ModelArgs};

/// Settings of `tangent theorems` as flags, or as keys of a TOML file: all may be left out.
#[derive(Clone, Debug, Default, clap::Args, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct Args {
    /// Read settings from a TOML file whose keys are these flags; a flag that is given wins.
    #[arg(long, value_name = "FILE")]
    #[serde(skip)]
    pub config: Option<PathBuf>,

    /// The model.
    #[command(flatten)]
    #[serde(flatten)]
    pub model: ModelArgs,
    /// Check functions with certified constants alone, no model.
    #[arg(long, num_args = 0..=1, default_missing_value = "true", value_name = "BOOL", help_heading = "Model")]
    pub fixtures_only: Option<bool>,

    /// The data.
    #[command(flatten)]
    #[serde(flatten)]
    pub data: DataArgs,
    /// Training examples of the model, or `all` [default: 8]
    #[arg(long, short, value_name = "N", help_heading = "Data")]
    pub n: Option<Count>,

    /// Strengths of the pull, as multiples of λ∘ = 2E·Lip(f)/r [default: 0,0.25,1,4]
    #[arg(long, value_parser = finite, value_name = "X,…", value_delimiter = ',', allow_negative_numbers = true, help_heading = "Theorems")]
    pub pulls: Option<Vec<f64>>,
    /// Radius r of the ball around θ₀ over which the constants are taken [default: 0.5]
    #[arg(long, value_parser = finite, value_name = "R", allow_negative_numbers = true, help_heading = "Theorems")]
    #[serde(deserialize_with = "finite_if_any")]
    pub radius: Option<f64>,
    /// Points of the ball at which constants are estimated, beside θ₀ and those of the flow without a pull [default: 4]
    #[arg(long, value_name = "N", help_heading = "Theorems")]
    pub samples: Option<usize>,
    /// Steps of AdamW that are reported beside the flow; 0 for none [default: 100]
    #[arg(long, value_name = "N", help_heading = "Theorems")]
    pub adamw_steps: Option<usize>,

    /// The machine. Arithmetic is f64 unless another is asked for.
    #[command(flatten)]
    #[serde(flatten)]
    pub machine: MachineArgs,
    /// Folder of the results [default: out/theorems]
    #[arg(long, short, value_name = "DIR", help_heading = "Machine")]
    pub output: Option<AnyPath>,
}
