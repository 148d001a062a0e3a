use std::path::PathBuf;

use serde::Serialize;
use tangent_datasets::Target;
use tangent_linearize::optimiser::Schedule;
use tangent_linearize::pull::Rule;
use tangent_linearize::train::{Recipe, Stepping};
use tangent_linearize::{Error as Dynamics, Objective};

use super::settings::{Args, OptimiserName, ScheduleName};
use tangent_base::cli::{Count, overlay};
use tangent_base::settings::{DataConfig, MachineConfig, ModelConfig, refused};
use tangent_base::{Error, Result};

/// The settings of `tangent train`, each with its value, checked as far as is possible before any file is read.
#[derive(Clone, Debug, Serialize)]
pub struct Config {
    /// The model and its adapter.
    #[serde(flatten)]
    pub model: ModelConfig,
    /// Whether the head is trained too.
    pub head: bool,
    /// The task and its data.
    #[serde(flatten)]
    pub data: DataConfig,
    /// The number of training examples; `None` for 1,000, or all if there are fewer.
    pub train_n: Option<Count>,
    /// The largest number of evaluation examples.
    pub eval_n: Count,
    /// The training recipe; its objective is final only after [`Config::for_task`].
    #[serde(flatten)]
    pub recipe: Recipe,
    /// The objective that the user asked for, if any.
    #[serde(skip)]
    pub objective: Option<Objective>,
    /// The LoRA dropout of the full model.
    pub dropout: f64,
    /// Whether the linearized model is trained side by side.
    pub linearized: bool,
    /// The number of steps between rows of the trajectory; `None` for an epoch.
    pub observe_every: Option<usize>,
    /// The number of training examples that a row is computed on.
    pub observe_n: usize,
    /// The number of training examples that the kernel's drift is computed on.
    pub kernel_n: usize,
    /// The number of steps between checkpoints; `None` for an epoch. No result depends on it.
    #[serde(skip)]
    pub checkpoint_every: Option<usize>,
    /// Whether to start again instead of resuming a stopped run.
    #[serde(skip)]
    pub restart: bool,
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
        let recipe = recipe(&args)?;
        let config = Self {
            model: args.model.config()?,
            head: args.head.unwrap_or(true),
            data: args.data.config()?,
            train_n: args.train_n,
            eval_n: args.eval_n.unwrap_or(Count::Exactly(500)),
            recipe,
            objective: args.objective,
            dropout: args.dropout.unwrap_or(0.0),
            linearized: args.linearized.unwrap_or(true),
            observe_every: args.observe_every,
            observe_n: args.observe_n.unwrap_or(200),
            kernel_n: args.kernel_n.unwrap_or(32),
            checkpoint_every: args.checkpoint_every,
            restart: flags.restart.unwrap_or(false),
            machine: args.machine.config()?,
            output: args
                .output
                .map_or_else(|| "out/train".into(), PathBuf::from),
        };
        config.check()?;
        Ok(config.seeded())
    }

    /// Copies the seed of the data into the recipe.
    fn seeded(mut self) -> Self {
        self.recipe.seed = self.data.seed;
        self
    }

    /// Sets the recipe's objective: the requested one, or else the one that suits the task.
    ///
    /// # Errors
    /// Cross-entropy was requested for scores.
    pub fn for_task(mut self, target: &Target) -> Result<Self> {
        self.recipe.objective = match (self.objective, target) {
            (Some(Objective::CrossEntropy), Target::Score) => {
                return Err(refused(
                    "objective",
                    "cross_entropy needs classes, and the labels of this task are numbers; use squared",
                ));
            }
            (Some(asked), _) => asked,
            (None, Target::Score) => Objective::Squared,
            (None, Target::Classes(_)) => Objective::CrossEntropy,
        };
        Ok(self)
    }

    fn check(&self) -> Result<()> {
        for (name, count) in [("train-n", self.train_n), ("eval-n", Some(self.eval_n))] {
            if count.is_some_and(Count::is_none) {
                return Err(refused(name, "must be at least 1"));
            }
        }
        for (name, value) in [
            ("observe-n", Some(self.observe_n)),
            ("observe-every", self.observe_every),
            ("checkpoint-every", self.checkpoint_every),
        ] {
            if value == Some(0) {
                return Err(refused(name, "must be at least 1"));
            }
        }
        if !(0.0..1.0).contains(&self.dropout) {
            let problem = format!("{}: must be a share in [0, 1)", self.dropout);
            return Err(refused("dropout", problem));
        }
        if self.dropout > 0.0 && self.linearized {
            return Err(refused(
                "dropout",
                "is for the full model alone, and f and f̄ are compared without it: add --linearized false",
            ));
        }
        Ok(())
    }
}

fn recipe(args: &Args) -> Result<Recipe> {
    let name = args.optimiser.unwrap_or(OptimiserName::Adamw);
    let only = |option, said: bool, of: OptimiserName| match said && name != of {
        true => Err(refused(option, format!("is a setting of {}", lower(of)))),
        false => Ok(()),
    };
    only("momentum", args.momentum.is_some(), OptimiserName::Sgd)?;
    only(
        "weight-decay",
        args.weight_decay.is_some(),
        OptimiserName::Adamw,
    )?;
    let schedule = args.schedule.unwrap_or(ScheduleName::Linear);
    if args.warmup.is_some() && schedule == ScheduleName::Constant {
        return Err(refused("warmup", "is a setting of --schedule linear"));
    }
    let recipe = Recipe {
        objective: args.objective.unwrap_or(Objective::CrossEntropy),
        rule: args.rule.unwrap_or(Rule::SelectivePerTensor),
        lambda: args.lambda.unwrap_or(1.0),
        optimiser: match name {
            OptimiserName::GradientDescent => Stepping::GradientDescent,
            OptimiserName::Sgd => Stepping::Sgd {
                momentum: args.momentum.unwrap_or(0.9),
            },
            OptimiserName::Adamw => Stepping::AdamW {
                weight_decay: args.weight_decay.unwrap_or(0.0),
            },
        },
        rate: args.rate.unwrap_or(4e-4),
        schedule: match schedule {
            ScheduleName::Constant => Schedule::Constant,
            ScheduleName::Linear => Schedule::Linear {
                warmup: args.warmup.unwrap_or(0.06),
            },
        },
        batch: args.batch.unwrap_or(32),
        accumulate: args.accumulate.unwrap_or(1),
        epochs: args.epochs.unwrap_or(5),
        clip: args.clip,
        seed: 0,
    };
    recipe.check().map_err(named)?;
    Ok(recipe)
}

/// Turns an error of the recipe into one that names the option at fault.
fn named(error: Dynamics) -> Error {
    let option = match &error {
        Dynamics::BadPull { .. } => "lambda",
        Dynamics::Recipe { what, .. } => match *what {
            "learning rate η_step" => "rate",
            "number of batches to a step" => "accumulate",
            "number of epochs" => "epochs",
            "weight decay" => "weight-decay",
            "warm-up" => "warmup",
            "largest norm of the gradient" => "clip",
            same => same,
        },
        _ => return error.into(),
    };
    refused(option, error.to_string())
}

fn lower(name: OptimiserName) -> &'static str {
    match name {
        OptimiserName::GradientDescent => "--optimiser gradient_descent",
        OptimiserName::Sgd => "--optimiser sgd",
        OptimiserName::Adamw => "--optimiser adamw",
    }
}
