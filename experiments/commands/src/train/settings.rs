use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use tangent_linearize::Objective;
use tangent_linearize::pull::Rule;

use tangent_base::cli::{AnyPath, Count, by_name, finite, finite_if_any};
use tangent_base::settings::{DataArgs, MachineArgs, ModelArgs};

/// The optimiser's name; its own numbers are settings of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OptimiserName {
    /// On all examples in every step.
    GradientDescent,
    /// With momentum.
    Sgd,
    /// With decoupled weight decay.
    Adamw,
}

/// The schedule's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ScheduleName {
    /// The same rate in every step.
    Constant,
    /// Warm-up, then linear decay.
    Linear,
}

/// Settings of `tangent train` as flags, or as keys of a TOML file: all may be left out.
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
    /// Train the classification head too [default: true]
    #[arg(long, num_args = 0..=1, default_missing_value = "true", value_name = "BOOL", help_heading = "Model")]
    pub head: Option<bool>,

    /// The data.
    #[command(flatten)]
    #[serde(flatten)]
    pub data: DataArgs,
    /// Examples to train on, or `all` [default: 1000, or all that there are]
    #[arg(long, value_name = "N", help_heading = "Data")]
    pub train_n: Option<Count>,
    /// Examples to evaluate on, at most, or `all` [default: 500]
    #[arg(long, value_name = "M", help_heading = "Data")]
    pub eval_n: Option<Count>,

    /// cross_entropy (mean) or squared (sum; ±1 targets of the margin) [default: cross_entropy; squared for scores]
    #[arg(long, value_parser = by_name::<Objective>, value_name = "NAME", help_heading = "Training")]
    pub objective: Option<Objective>,
    /// Pull to θ₀: none, always, penalty, selective_global, selective_per_tensor or spd [default: selective_per_tensor]
    #[arg(long, value_parser = by_name::<Rule>, value_name = "RULE", help_heading = "Training")]
    pub rule: Option<Rule>,
    /// Strength λ of the pull [default: 1]
    #[arg(long, value_parser = finite, value_name = "LAMBDA", allow_negative_numbers = true, help_heading = "Training")]
    #[serde(deserialize_with = "finite_if_any")]
    pub lambda: Option<f64>,
    /// adamw, sgd or gradient_descent (on all examples in every step) [default: adamw]
    #[arg(long, value_parser = by_name::<OptimiserName>, value_name = "NAME", help_heading = "Training")]
    pub optimiser: Option<OptimiserName>,
    /// Learning rate η_step at its largest [default: 4e-4]
    #[arg(long, value_parser = finite, value_name = "RATE", allow_negative_numbers = true, help_heading = "Training")]
    #[serde(deserialize_with = "finite_if_any")]
    pub rate: Option<f64>,
    /// Momentum of sgd [default: 0.9]
    #[arg(long, value_parser = finite, value_name = "MU", allow_negative_numbers = true, help_heading = "Training")]
    #[serde(deserialize_with = "finite_if_any")]
    pub momentum: Option<f64>,
    /// Weight decay of adamw, to 0 and not to θ₀ [default: 0]
    #[arg(long, value_parser = finite, value_name = "DECAY", allow_negative_numbers = true, help_heading = "Training")]
    #[serde(deserialize_with = "finite_if_any")]
    pub weight_decay: Option<f64>,
    /// linear (warm-up, then decay to 0) or constant [default: linear]
    #[arg(long, value_parser = by_name::<ScheduleName>, value_name = "NAME", help_heading = "Training")]
    pub schedule: Option<ScheduleName>,
    /// Share of all steps in which the rate rises [default: 0.06]
    #[arg(long, value_parser = finite, value_name = "SHARE", allow_negative_numbers = true, help_heading = "Training")]
    #[serde(deserialize_with = "finite_if_any")]
    pub warmup: Option<f64>,
    /// Largest norm of the gradient [default: none]
    #[arg(long, value_parser = finite, value_name = "NORM", allow_negative_numbers = true, help_heading = "Training")]
    #[serde(deserialize_with = "finite_if_any")]
    pub clip: Option<f64>,
    /// Examples of a batch [default: 32]
    #[arg(long, value_name = "N", help_heading = "Training")]
    pub batch: Option<usize>,
    /// Batches to a step [default: 1]
    #[arg(long, value_name = "N", help_heading = "Training")]
    pub accumulate: Option<usize>,
    /// Passes over the training examples [default: 5]
    #[arg(long, value_name = "N", help_heading = "Training")]
    pub epochs: Option<usize>,
    /// LoRA dropout of the full model; needs --linearized false, for then f and f̄ are not comparable [default: 0]
    #[arg(long, value_parser = finite, value_name = "RATE", allow_negative_numbers = true, help_heading = "Training")]
    #[serde(deserialize_with = "finite_if_any")]
    pub dropout: Option<f64>,
    /// Train the exact linearization side by side [default: true]
    #[arg(long, num_args = 0..=1, default_missing_value = "true", value_name = "BOOL", help_heading = "Training")]
    pub linearized: Option<bool>,

    /// Steps from one row of the trajectory to the next [default: an epoch]
    #[arg(long, value_name = "STEPS", help_heading = "Trajectory")]
    pub observe_every: Option<usize>,
    /// Training examples that each row is about [default: 200]
    #[arg(long, value_name = "N", help_heading = "Trajectory")]
    pub observe_n: Option<usize>,
    /// Training examples that the kernel's drift is about; 0 for none [default: 32]
    #[arg(long, value_name = "N", help_heading = "Trajectory")]
    pub kernel_n: Option<usize>,
    /// Steps from one checkpoint to the next [default: an epoch]
    #[arg(long, value_name = "STEPS", help_heading = "Trajectory")]
    pub checkpoint_every: Option<usize>,
    /// Begin anew where a run of the same folder was stopped, instead of going on with it.
    #[arg(long, num_args = 0..=1, default_missing_value = "true", value_name = "BOOL", help_heading = "Trajectory")]
    #[serde(skip)]
    pub restart: Option<bool>,

    /// The machine.
    #[command(flatten)]
    #[serde(flatten)]
    pub machine: MachineArgs,
    /// Folder of the results [default: out/train]
    #[arg(long, short, value_name = "DIR", help_heading = "Machine")]
    pub output: Option<AnyPath>,
}
