use std::path::PathBuf;

use serde::Serialize;
use tangent_spectral::Precision;

use super::settings::Args;
use tangent_base::Result;
use tangent_base::cli::{Count, overlay};
use tangent_base::settings::{
    DataArgs, DataConfig, MachineConfig, ModelArgs, ModelConfig, refused,
};

/// The settings of `tangent theorems`, checked as far as is possible before any file is read.
#[derive(Clone, Debug, Serialize)]
pub struct Config {
    /// The model and its adapter.
    #[serde(flatten)]
    pub model: ModelConfig,
    /// Whether only the fixtures are checked, and no model.
    pub fixtures_only: bool,
    /// The task and its data.
    #[serde(flatten)]
    pub data: DataConfig,
    /// The number of training examples.
    pub n: Count,
    /// The strengths of the pull, as multiples of λ∘.
    pub pulls: Vec<f64>,
    /// The radius r of the ball.
    pub radius: f64,
    /// The number of points of the ball at which constants are estimated.
    pub samples: usize,
    /// The number of steps of AdamW.
    pub adamw_steps: usize,
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
        let mut args: Args = overlay(flags, flags.config.as_deref())?;
        args.machine.precision.get_or_insert(Precision::F64);
        let of_a_model = args.n.is_some()
            || args.model != ModelArgs::default()
            || DataArgs {
                seed: None,
                ..args.data.clone()
            } != DataArgs::default();
        let config = Self {
            model: args.model.config()?,
            fixtures_only: args.fixtures_only.unwrap_or(false),
            data: args.data.config()?,
            n: args.n.unwrap_or(Count::Exactly(8)),
            pulls: args.pulls.unwrap_or_else(|| vec![0.0, 0.25, 1.0, 4.0]),
            radius: args.radius.unwrap_or(0.5),
            samples: args.samples.unwrap_or(4),
            adamw_steps: args.adamw_steps.unwrap_or(100),
            machine: args.machine.config()?,
            output: args
                .output
                .map_or_else(|| "out/theorems".into(), PathBuf::from),
        };
        if config.n.is_none() {
            return Err(refused("n", "must be at least 1"));
        }
        if config.pulls.is_empty() || config.pulls.iter().any(|pull| *pull < 0.0) {
            return Err(refused("pulls", "must be one number or more, none below 0"));
        }
        if config.radius <= 0.0 {
            let problem = format!(
                "{}: a ball of radius 0 has no λ∘ = 2E·Lip(f)/r; give a positive one",
                config.radius
            );
            return Err(refused("radius", problem));
        }
        if config.fixtures_only && of_a_model {
            let problem =
                "checks no model: omit the options that choose a model, its adapter or its data";
            return Err(refused("fixtures-only", problem));
        }
        Ok(config)
    }
}
