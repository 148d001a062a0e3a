use std::path::PathBuf;

use serde::Serialize;
use tangent_datasets::Split;
use tangent_ntk_core::{KernelKind, Readout};

use super::Args;
use tangent_base::Result;
use tangent_base::cli::{Count, overlay};
use tangent_base::settings::{DataConfig, MachineConfig, ModelConfig, refused};

/// The settings of `tangent kernel`, each with its value, checked as far as is possible before any file is read.
#[derive(Clone, Debug, Serialize)]
pub struct Config {
    /// The model and its adapter.
    #[serde(flatten)]
    pub model: ModelConfig,
    /// Whether the head's own parameters are a block too.
    pub head: bool,
    /// The task and its data.
    #[serde(flatten)]
    pub data: DataConfig,
    /// The split that the examples of K are drawn from.
    pub split: Split,
    /// The number of examples of K.
    pub n: Count,
    /// The number of test examples.
    pub test_n: Count,
    /// The readout; `None` for the default readout for the task's number of outputs.
    pub readout: Option<Readout>,
    /// The kind of kernel: J Jᵀ or the signed variant.
    pub kind: KernelKind,
    /// Whether to take the spectrum of the symmetric part of a kernel that is not symmetric.
    pub symmetric_part: bool,
    /// The ridge σ.
    pub sigma: f64,
    /// Whether the kernel of every block is kept.
    pub all_blocks: bool,
    /// What the program may use of the machine.
    #[serde(flatten)]
    pub machine: MachineConfig,
    /// The folder of the results.
    #[serde(skip)]
    pub output: PathBuf,
}

impl Config {
    /// Merges the flags with the file that `--config` names, and fills in the defaults. Flags override the file.
    ///
    /// # Errors
    /// The file is not readable; a value is invalid; settings contradict each other.
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
