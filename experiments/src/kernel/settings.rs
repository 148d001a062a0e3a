use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use tangent_datasets::Split;
use tangent_ntk_core::{KernelKind, Readout};
use tangent_spectral::Precision;

use super::device::Device;
use crate::cli::{Bytes, by_name, finite, finite_if_any};

/// Settings of `tangent kernel` as flags, or as keys of a TOML file: all may be left out.
#[derive(Clone, Debug, Default, clap::Args, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Args {
    /// Read settings from a TOML file whose keys are these flags; a flag that is given wins.
    #[arg(long, value_name = "FILE")]
    #[serde(skip)]
    pub config: Option<PathBuf>,

    /// `embedded`, a folder in Hugging Face's layout, or `OWNER/NAME` or `OWNER/NAME@REVISION` on the hub [default: embedded]
    #[arg(long, value_name = "MODEL", help_heading = "Model")]
    pub model: Option<String>,
    /// A LoRA adapter in PEFT's format: the kernel at its parameters. It says which modules are adapted.
    #[arg(long, value_name = "DIR", help_heading = "Model")]
    pub adapter: Option<PathBuf>,
    /// Layers to adapt, counted from 0 [default: all]
    #[arg(
        long,
        value_name = "I,J,…",
        value_delimiter = ',',
        help_heading = "Model"
    )]
    pub layers: Option<Vec<usize>>,
    /// Modules to adapt in them, by the end of their names [default: query,value]
    #[arg(
        long,
        value_name = "NAME,…",
        value_delimiter = ',',
        help_heading = "Model"
    )]
    pub targets: Option<Vec<String>>,
    /// Rank of the new adapter [default: 8]
    #[arg(long, value_name = "R", help_heading = "Model")]
    pub rank: Option<usize>,
    /// α of the new adapter, whose scaling is α/rank [default: the rank]
    #[arg(long, value_parser = finite, value_name = "ALPHA", help_heading = "Model")]
    #[serde(deserialize_with = "finite_if_any")]
    pub alpha: Option<f64>,
    /// Scaling α/√rank in place of α/rank.
    #[arg(long, num_args = 0..=1, default_missing_value = "true", value_name = "BOOL", help_heading = "Model")]
    pub rslora: Option<bool>,
    /// The head's own parameters as one more block.
    #[arg(long, num_args = 0..=1, default_missing_value = "true", value_name = "BOOL", help_heading = "Model")]
    pub head: Option<bool>,

    /// A published or generated task [default: acceptability, or your own file's if --text is given]
    #[arg(long, value_name = "NAME", help_heading = "Data")]
    pub task: Option<String>,
    /// The task's folder, or the one above it; or a CSV, TSV, JSONL or Parquet file of your own. A published task
    /// without it comes from the hub.
    #[arg(long, value_name = "PATH", help_heading = "Data")]
    pub data: Option<PathBuf>,
    /// The column of your own file that holds the text; two of them for pairs
    #[arg(
        long,
        value_name = "COLUMN,…",
        value_delimiter = ',',
        help_heading = "Data"
    )]
    pub text: Option<Vec<String>>,
    /// The column of your own file that holds the label
    #[arg(long, value_name = "COLUMN", help_heading = "Data")]
    pub label: Option<String>,
    /// Labels of your own file are numbers to be predicted, not classes.
    #[arg(long, num_args = 0..=1, default_missing_value = "true", value_name = "BOOL", help_heading = "Data")]
    pub regression: Option<bool>,
    /// Where the examples of K are drawn from: train or dev; test examples come from the other [default: train]
    #[arg(long, value_parser = by_name::<Split>, value_name = "SPLIT", help_heading = "Data")]
    pub split: Option<Split>,
    /// Examples of K [default: 256]
    #[arg(long, short, value_name = "N", help_heading = "Data")]
    pub n: Option<usize>,
    /// Test examples, for the kernel between test and train [default: 0]
    #[arg(long, value_name = "M", help_heading = "Data")]
    pub test_n: Option<usize>,
    /// Draw so that every class keeps its share.
    #[arg(long, num_args = 0..=1, default_missing_value = "true", value_name = "BOOL", help_heading = "Data")]
    pub stratified: Option<bool>,
    /// Tokens of an example at most; what is cut is counted [default: what the model takes]
    #[arg(long, value_name = "TOKENS", help_heading = "Data")]
    pub max_length: Option<usize>,
    /// Leave malformed and empty rows out and count them, in place of stopping at the first.
    #[arg(long, num_args = 0..=1, default_missing_value = "true", value_name = "BOOL", help_heading = "Data")]
    pub drop_bad_rows: Option<bool>,
    /// Decides the sample, generated text, a new adapter and a new head [default: 0]
    #[arg(long, value_name = "SEED", help_heading = "Data")]
    pub seed: Option<u64>,

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

    /// Arithmetic of the model: f32 or f64; kernels and spectra are f64 always [default: f32]
    #[arg(long, value_parser = by_name::<Precision>, value_name = "PRECISION", help_heading = "Machine")]
    pub precision: Option<Precision>,
    /// flex, ndarray or cuda [default: flex]
    #[arg(long, value_parser = by_name::<Device>, value_name = "DEVICE", help_heading = "Machine")]
    pub device: Option<Device>,
    /// Worker threads; results do not depend on them [default: all]
    #[arg(long, value_name = "N", help_heading = "Machine")]
    pub threads: Option<usize>,
    /// Memory that the program may take, such as 4GB [default: what is free]
    #[arg(long, value_name = "BYTES", help_heading = "Machine")]
    pub memory: Option<Bytes>,
    /// Folder of the results [default: out/kernel]
    #[arg(long, short, value_name = "DIR", help_heading = "Machine")]
    pub output: Option<PathBuf>,
}
