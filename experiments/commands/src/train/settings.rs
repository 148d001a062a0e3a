use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use tangent_linearize::Objective;
use tangent_linearize::pull::Rule;

use tangent_base::cli::{AnyPath, Count, by_name, finite, finite_if_any};
use tangent_base::settings::{DataArgs, MachineArgs, ModelArgs};

/// The name of an optimiser; its parameters are separate settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OptimiserName {
    /// Gradient descent on all examples in every step.
    GradientDescent,
    /// Stochastic gradient descent with momentum.
    Sgd,
    /// Adam with decoupled weight decay.
    Adamw,
}

/// The name of a learning-rate schedule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ScheduleName {
    /// The same learning rate in every step.
    Constant,
    /// Warm-up, then linear decay.
    Linear,
}

/// The settings of `tangent train`, as flags or as keys of a TOML file. All of them are optional.
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
    /// Train the classification head too [default: true]
    #[arg(long, num_args = 0..=1, default_missing_value = "true", value_name = "BOOL", help_heading = "Model")]
    pub head: Option<bool>,

    /// The data.
    #[command(flatten)]
    #[serde(flatten)]
    pub data: DataArgs,
    /// Number of examples to train on, or `all` [default: 1000, or all that there are]
    #[arg(long, value_name = "N", help_heading = "Data")]
    pub train_n: Option<Count>,
    /// Largest number of examples to evaluate on, or `all` [default: 500]
    #[arg(long, value_name = "M", help_heading = "Data")]
    pub eval_n: Option<Count>,

    /// Objective: cross_entropy (mean) or squared (sum; targets ±1 for the margin) [default: cross_entropy; squared for
    /// scores]
    #[arg(long, value_parser = by_name::<Objective>, value_name = "NAME", help_heading = "Training")]
    pub objective: Option<Objective>,
    /// Rule of the pull to θ₀: none, always, penalty, selective_global, selective_per_tensor or spd [default:
    /// selective_per_tensor]
    #[arg(long, value_parser = by_name::<Rule>, value_name = "RULE", help_heading = "Training")]
    pub rule: Option<Rule>,
    /// Strength λ of the pull [default: 1]
    #[arg(long, value_parser = finite, value_name = "LAMBDA", allow_negative_numbers = true, help_heading = "Training")]
    #[serde(deserialize_with = "finite_if_any")]
    pub lambda: Option<f64>,
    /// Optimiser: adamw, sgd or gradient_descent (on all examples in every step) [default: adamw]
    #[arg(long, value_parser = by_name::<OptimiserName>, value_name = "NAME", help_heading = "Training")]
    pub optimiser: Option<OptimiserName>,
    /// Peak learning rate η_step [default: 4e-4]
    #[arg(long, value_parser = finite, value_name = "RATE", allow_negative_numbers = true, help_heading = "Training")]
    #[serde(deserialize_with = "finite_if_any")]
    pub rate: Option<f64>,
    /// Momentum of sgd [default: 0.9]
    #[arg(long, value_parser = finite, value_name = "MU", allow_negative_numbers = true, help_heading = "Training")]
    #[serde(deserialize_with = "finite_if_any")]
    pub momentum: Option<f64>,
    /// Weight decay of adamw, towards 0 and not towards θ₀ [default: 0]
    #[arg(long, value_parser = finite, value_name = "DECAY", allow_negative_numbers = true, help_heading = "Training")]
    #[serde(deserialize_with = "finite_if_any")]
    pub weight_decay: Option<f64>,
    /// Learning-rate schedule: linear (warm-up, then decay to 0) or constant [default: linear]
    #[arg(long, value_parser = by_name::<ScheduleName>, value_name = "NAME", help_heading = "Training")]
    pub schedule: Option<ScheduleName>,
    /// Share of all steps in which the learning rate rises [default: 0.06]
    #[arg(long, value_parser = finite, value_name = "SHARE", allow_negative_numbers = true, help_heading = "Training")]
    #[serde(deserialize_with = "finite_if_any")]
    pub warmup: Option<f64>,
    /// Norm to which a larger gradient is clipped [default: none]
    #[arg(long, value_parser = finite, value_name = "NORM", allow_negative_numbers = true, help_heading = "Training")]
    #[serde(deserialize_with = "finite_if_any")]
    pub clip: Option<f64>,
    /// Number of examples in a batch [default: 32]
    #[arg(long, value_name = "N", help_heading = "Training")]
    pub batch: Option<usize>,
    /// Number of batches whose gradients make one step [default: 1]
    #[arg(long, value_name = "N", help_heading = "Training")]
    pub accumulate: Option<usize>,
    /// Number of passes over the training examples [default: 5]
    #[arg(long, value_name = "N", help_heading = "Training")]
    pub epochs: Option<usize>,
    /// LoRA dropout of the full model; needs --linearized false, because f and f̄ are not comparable with dropout
    /// [default: 0]
    #[arg(long, value_parser = finite, value_name = "RATE", allow_negative_numbers = true, help_heading = "Training")]
    #[serde(deserialize_with = "finite_if_any")]
    pub dropout: Option<f64>,
    /// Train the exact linearization side by side [default: true]
    #[arg(long, num_args = 0..=1, default_missing_value = "true", value_name = "BOOL", help_heading = "Training")]
    pub linearized: Option<bool>,

    /// Number of steps between rows of the trajectory [default: an epoch]
    #[arg(long, value_name = "STEPS", help_heading = "Trajectory")]
    pub observe_every: Option<usize>,
    /// Number of training examples that each row is computed on [default: 200]
    #[arg(long, value_name = "N", help_heading = "Trajectory")]
    pub observe_n: Option<usize>,
    /// Number of training examples that the kernel's drift is computed on; 0 to omit the drift [default: 32]
    #[arg(long, value_name = "N", help_heading = "Trajectory")]
    pub kernel_n: Option<usize>,
    /// Number of steps between checkpoints [default: an epoch]
    #[arg(long, value_name = "STEPS", help_heading = "Trajectory")]
    pub checkpoint_every: Option<usize>,
    /// Start again instead of resuming a run that was stopped in the same folder.
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
