use std::path::PathBuf;

use serde::Serialize;
use tangent_spectral::Precision;

use super::settings::Args;
use tangent_base::Result;
use tangent_base::cli::{Count, overlay};
use tangent_base::settings::{
    DataArgs, DataConfig, MachineConfig, ModelArgs, ModelConfig, refused,
};

/// What `tangent theorems` is to do, checked as far as that can be done before the files are read.
#[derive(Clone, Debug, Serialize)]
pub struct Config {
    /// The model and its adapter.
    #[serde(flatten)]
    pub model: ModelConfig,
    /// No model is checked.
    pub fixtures_only: bool,
    /// The task and its rows.
    #[serde(flatten)]
    pub data: DataConfig,
    /// Training examples.
    pub n: Count,
    /// Multiples of λ∘.
    pub pulls: Vec<f64>,
    /// r.
    pub radius: f64,
    /// Models of the ball at which constants are estimated.
    pub samples: usize,
    /// Steps of AdamW.
    pub adamw_steps: usize,
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
            return Err(refused("pulls", "wants one number or more, none below 0"));
        }
        if config.radius <= 0.0 {
            let problem = format!(
                "{}: a ball of radius 0 has no λ∘ = 2E·Lip(f)/r; give a positive one",
                config.radius
            );
            return Err(refused("radius", problem));
        }
        if config.fixtures_only && of_a_model {
            let problem = "checks no model: leave out what chooses one, its adapter or its data";
            return Err(refused("fixtures-only", problem));
        }
        Ok(config)
    }
}
