use std::path::PathBuf;

use serde::Serialize;
use tangent_datasets::Split;
use tangent_ntk_core::{KernelKind, Readout};

use super::Args;
use tangent_base::Result;
use tangent_base::cli::{Count, overlay};
use tangent_base::settings::{DataConfig, MachineConfig, ModelConfig, refused};

/// What `tangent kernel` is to do: every setting with its value, checked as far as that can be done before the files
/// are read.
#[derive(Clone, Debug, Serialize)]
pub struct Config {
    /// The model and its adapter.
    #[serde(flatten)]
    pub model: ModelConfig,
    /// The head's own parameters are a block.
    pub head: bool,
    /// The task and its rows.
    #[serde(flatten)]
    pub data: DataConfig,
    /// Where the examples of K come from.
    pub split: Split,
    /// Examples of K.
    pub n: Count,
    /// Test examples.
    pub test_n: Count,
    /// `None` for the usual one of the task's number of outputs.
    pub readout: Option<Readout>,
    /// J Jᵀ or the signed variant.
    pub kind: KernelKind,
    /// The spectrum of a kernel that is not symmetric is that of its symmetric part.
    pub symmetric_part: bool,
    /// σ.
    pub sigma: f64,
    /// Every block's kernel is kept.
    pub all_blocks: bool,
    /// The machine.
    #[serde(flatten)]
    pub machine: MachineConfig,
    /// Where results go.
    #[serde(skip)]
    pub output: PathBuf,
}

impl Config {
    /// The settings of the flags and of the file that they name, with defaults for what neither says.
    ///
    /// # Errors
    /// The file is not readable; a value makes no sense; settings contradict each other.
    pub fn new(flags: &Args) -> Result<Self> {
        let args: Args = overlay(flags, flags.config.as_deref())?;
        let config = Self {
            model: args.model.config()?,
            head: args.head.unwrap_or(false),
            data: args.data.config()?,
            split: args.split.unwrap_or(Split::Train),
            n: args.n.unwrap_or(Count::Exactly(256)),
            test_n: args.test_n.unwrap_or(Count::Exactly(0)),
            readout: args.readout,
            kind: args.kind.unwrap_or_default(),
            symmetric_part: args.symmetric_part.unwrap_or(false),
            sigma: args.sigma.unwrap_or(crate::RIDGE),
            all_blocks: args.all_blocks.unwrap_or(false),
            machine: args.machine.config()?,
            output: args
                .output
                .map_or_else(|| "out/kernel".into(), PathBuf::from),
        };
        if config.n.is_none() {
            return Err(refused("n", "must be at least 1"));
        }
        if config.split == Split::All && !config.test_n.is_none() {
            return Err(refused(
                "split",
                "all rows leave none to test on; take train or dev, or --test-n 0",
            ));
        }
        if !(config.sigma.is_finite() && config.sigma >= 0.0) {
            let problem = format!(
                "σ = {}: the ridge must be finite and not negative",
                config.sigma
            );
            return Err(refused("sigma", problem));
        }
        Ok(config)
    }
}
