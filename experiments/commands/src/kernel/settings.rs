use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use tangent_datasets::Split;
use tangent_ntk_core::{KernelKind, Readout};

use tangent_base::cli::{AnyPath, Count, by_name, finite, finite_if_any};
use tangent_base::settings::{DataArgs, MachineArgs, ModelArgs};

/// The settings of `tangent kernel`, as flags or as keys of a TOML file. All of them are optional.
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
    /// Treat the head's own parameters as one more block.
    #[arg(long, num_args = 0..=1, default_missing_value = "true", value_name = "BOOL", help_heading = "Model")]
    pub head: Option<bool>,

    /// The data.
    #[command(flatten)]
    #[serde(flatten)]
    pub data: DataArgs,
    /// Split that the examples of K are drawn from: train, dev, or all (every row, undivided); test examples come from
    /// the other one of train and dev [default: train]
    #[arg(long, value_parser = by_name::<Split>, value_name = "SPLIT", help_heading = "Data")]
    pub split: Option<Split>,
    /// Number of examples of K, or `all` [default: 256]
    #[arg(long, short, value_name = "N", help_heading = "Data")]
    pub n: Option<Count>,
    /// Number of test examples, or `all`, for the kernel between test and train [default: 0]
    #[arg(long, value_name = "M", help_heading = "Data")]
    pub test_n: Option<Count>,

    /// Readout of the outputs: margin, trace, full or logit(C) [default: margin for two outputs, logit(0) for one, else
    /// trace]
    #[arg(long, value_name = "READOUT", help_heading = "Kernel")]
    pub readout: Option<Readout>,
    /// Kind of kernel: gradient (JJᵀ) or sign-gradient (J·sign(J)ᵀ, not symmetric) [default: gradient]
    #[arg(long, value_name = "KIND", help_heading = "Kernel")]
    pub kind: Option<KernelKind>,
    /// Take the spectrum of the symmetric part if the kernel is not symmetric.
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
    /// Keep the kernel of every block, so that choices of blocks can be ranked without another pass.
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
