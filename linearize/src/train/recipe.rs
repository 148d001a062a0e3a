use crate::optimiser::{AdamW, Optimiser, Schedule, Sgd};
use crate::pull::{Pull, Rule};
use crate::{Error, Objective, Result};
use serde::{Deserialize, Serialize};

/// The optimiser by name.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stepping {
    /// [`Sgd`] without momentum on all examples in every step.
    GradientDescent,
    /// [`Sgd`]
    Sgd {
        /// $\mu \in [0, 1)$.
        momentum: f64,
    },
    /// [`AdamW`]
    AdamW {
        /// $w \ge 0$.
        weight_decay: f64,
    },
}

impl Stepping {
    /// The optimiser itself, before its first step.
    pub fn optimiser(self) -> Box<dyn Optimiser> {
        match self {
            Self::GradientDescent => Box::new(Sgd::new(0.0)),
            Self::Sgd { momentum } => Box::new(Sgd::new(momentum)),
            Self::AdamW { weight_decay } => Box::new(AdamW::new(weight_decay)),
        }
    }

    /// Vectors as long as $\theta$ that it remembers from step to step.
    pub(crate) fn moments(self) -> usize {
        match self {
            Self::Sgd { momentum } if momentum != 0.0 => 1,
            Self::GradientDescent | Self::Sgd { .. } => 0,
            Self::AdamW { .. } => 2,
        }
    }

    /// Whether a step is linear in the gradients.
    pub fn is_linear(self) -> bool {
        !matches!(self, Self::AdamW { .. })
    }
}

/// How a model is trained: everything that decides the steps beside the model and its examples.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Recipe {
    /// The data term.
    pub objective: Objective,
    /// How the pull to $\theta_0$ acts.
    pub rule: Rule,
    /// Its strength $\lambda$.
    pub lambda: f64,
    /// The optimiser.
    pub optimiser: Stepping,
    /// $\eta_{\text{step}}$ at its largest.
    pub rate: f64,
    /// How it changes.
    pub schedule: Schedule,
    /// Examples that are given to the model at once.
    pub batch: usize,
    /// Batches to a step. Their gradients together are that of one batch of all their examples.
    pub accumulate: usize,
    /// Passes over the examples.
    pub epochs: usize,
    /// The gradient's largest norm; `None` for any.
    pub clip: Option<f64>,
    /// Decides the order of the examples, and dropout.
    pub seed: u64,
}

impl Default for Recipe {
    /// The protocol of the paper's tables on CoLA.
    fn default() -> Self {
        Self {
            objective: Objective::CrossEntropy,
            rule: Rule::SelectivePerTensor,
            lambda: 1.0,
            optimiser: Stepping::AdamW { weight_decay: 0.0 },
            rate: 4e-4,
            schedule: Schedule::Linear { warmup: 0.06 },
            batch: 32,
            accumulate: 1,
            epochs: 10,
            clip: None,
            seed: 0,
        }
    }
}

impl Recipe {
    /// Whether every number makes sense.
    ///
    /// # Errors
    /// [`Error::BadPull`], or [`Error::Recipe`] that names the first number that does not.
    pub fn check(&self) -> Result<()> {
        self.pull()?;
        let refuse = |what, value, wanted| {
            Err(Error::Recipe {
                what,
                value,
                wanted,
            })
        };
        if !(self.rate > 0.0 && self.rate.is_finite()) {
            return refuse("learning rate η_step", self.rate, "positive and finite");
        }
        for (what, count) in [
            ("batch", self.batch),
            ("number of batches to a step", self.accumulate),
            ("number of epochs", self.epochs),
        ] {
            if count == 0 {
                return refuse(what, 0.0, "at least 1");
            }
        }
        match self.optimiser {
            Stepping::Sgd { momentum } if !(0.0..1.0).contains(&momentum) => {
                return refuse("momentum", momentum, "in [0, 1)");
            }
            Stepping::AdamW { weight_decay } if !(0.0..f64::INFINITY).contains(&weight_decay) => {
                return refuse("weight decay", weight_decay, "finite and not negative");
            }
            _ => {}
        }
        if let Schedule::Linear { warmup } = self.schedule
            && !(0.0..=1.0).contains(&warmup)
        {
            return refuse("warm-up", warmup, "a share in [0, 1]");
        }
        match self.clip {
            Some(clip) if clip.is_nan() || clip <= 0.0 => {
                refuse("largest norm of the gradient", clip, "positive")
            }
            _ => Ok(()),
        }
    }

    /// Examples of a step, of `n` in all.
    pub fn examples_per_step(&self, n: usize) -> usize {
        match self.optimiser {
            Stepping::GradientDescent => n,
            _ => self.batch.saturating_mul(self.accumulate).min(n),
        }
    }

    /// Steps of an epoch over `n` examples; the last may have fewer examples.
    pub fn steps_per_epoch(&self, n: usize) -> usize {
        n.div_ceil(self.examples_per_step(n).max(1))
    }

    /// All steps; at most [`usize::MAX`].
    pub fn steps(&self, n: usize) -> usize {
        self.epochs.saturating_mul(self.steps_per_epoch(n))
    }

    /// Whether $\theta_t - \theta_0$ is linear in the gradients of all steps, so that the
    /// linearized model can be trained in [`KernelSpace`](crate::train::KernelSpace).
    pub fn is_linear(&self) -> bool {
        self.optimiser.is_linear() && self.rule.is_linear() && self.clip.is_none()
    }

    /// The rule with its strength.
    pub(crate) fn pull(&self) -> Result<Box<dyn Pull>> {
        self.rule.with(self.lambda)
    }
}
