use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use tangent_datasets::Split;
use tangent_ntk_core::{KernelKind, Readout};

use tangent_base::cli::{AnyPath, Count, by_name, finite, finite_if_any};
use tangent_base::settings::{DataArgs, MachineArgs, ModelArgs};

/// Settings of `tangent kernel` as flags, or as keys of a TOML file: all may be left out.
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
    /// The head's own parameters as one more block.
    #[arg(long, num_args = 0..=1, default_missing_value = "true", value_name = "BOOL", help_heading = "Model")]
    pub head: Option<bool>,

    /// The data.
    #[command(flatten)]
    #[serde(flatten)]
    pub data: DataArgs,
    /// Where the examples of K are drawn from: train, dev, or all rows that there are, undivided; test examples come from
    /// the other one of the first two [default: train]
    #[arg(long, value_parser = by_name::<Split>, value_name = "SPLIT", help_heading = "Data")]
    pub split: Option<Split>,
    /// Examples of K, or `all` [default: 256]
    #[arg(long, short, value_name = "N", help_heading = "Data")]
    pub n: Option<Count>,
    /// Test examples, or `all`, for the kernel between test and train [default: 0]
    #[arg(long, value_name = "M", help_heading = "Data")]
    pub test_n: Option<Count>,

    /// margin, trace, full or logit(C) [default: margin for two outputs, logit(0) for one, else trace]
    #[arg(long, value_name = "READOUT", help_heading = "Kernel")]
    pub readout: Option<Readout>,
    /// gradient (JJᵀ) or sign-gradient (J·sign(J)ᵀ, not symmetric) [default: gradient]
    #[arg(long, value_name = "KIND", help_heading = "Kernel")]
    pub kind: Option<KernelKind>,
    /// Take the spectrum of the symmetric part, where the kernel is not symmetric.
    #[arg(long, num_args = 0..=1, default_missing_value = "true", value_name = "BOOL", help_heading = "Kernel")]
    pub symmetric_part: Option<bool>,
    /// Ridge σ in κ(K + σI) [default: 1e-4]
    #[arg(
        long,
        value_parser = finite,
        value_name = "SIGMA",
        allow_negative_numbers = true,
        help_heading = "Kernel"
    )]
    #[serde(deserialize_with = "finite_if_any")]
    pub sigma: Option<f64>,
    /// Keep every block's kernel, so that choices of blocks can be ranked without another pass.
    #[arg(long, num_args = 0..=1, default_missing_value = "true", value_name = "BOOL", help_heading = "Kernel")]
    pub all_blocks: Option<bool>,

    /// The machine.
    #[command(flatten)]
    #[serde(flatten)]
    pub machine: MachineArgs,
    /// Folder of the results [default: out/kernel]
    #[arg(long, short, value_name = "DIR", help_heading = "Machine")]
    pub output: Option<AnyPath>,
}
