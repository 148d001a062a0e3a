use crate::optimiser::{AdamW, Optimiser, Schedule, Sgd};
use crate::pull::{Pull, Rule};
use crate::{Error, Objective, Result};
use serde::{Deserialize, Serialize};

/// The optimisers by name.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stepping {
    /// [`Sgd`] without momentum, on all examples in every step.
    GradientDescent,
    /// [`Sgd`]
    Sgd {
        /// The momentum $\mu \in [0, 1)$.
        momentum: f64,
    },
    /// [`AdamW`]
    AdamW {
        /// The weight decay $w \ge 0$.
        weight_decay: f64,
    },
}

impl Stepping {
    /// Returns the optimiser before its first step.
    pub fn optimiser(self) -> Box<dyn Optimiser> {
        match self {
            Self::GradientDescent => Box::new(Sgd::new(0.0)),
            Self::Sgd { momentum } => Box::new(Sgd::new(momentum)),
            Self::AdamW { weight_decay } => Box::new(AdamW::new(weight_decay)),
        }
    }

    /// Returns the number of vectors of the length of $\theta$ that the optimiser keeps from step to step.
    pub(crate) fn moments(self) -> usize {
        match self {
            Self::Sgd { momentum } if momentum != 0.0 => 1,
            Self::GradientDescent | Self::Sgd { .. } => 0,
            Self::AdamW { .. } => 2,
        }
    }

    /// Returns whether a step is linear in the gradients.
    pub fn is_linear(self) -> bool {
        !matches!(self, Self::AdamW { .. })
    }
}

/// How a model is trained: everything except the model and its examples that decides the steps.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Recipe {
    /// The data term.
    pub objective: Objective,
    /// The rule for the pull to $\theta_0$.
    pub rule: Rule,
    /// The strength $\lambda$ of the pull.
    pub lambda: f64,
    /// The optimiser.
    pub optimiser: Stepping,
    /// The largest learning rate $\eta_{\text{step}}$.
    pub rate: f64,
    /// How the learning rate changes from step to step.
    pub schedule: Schedule,
    /// The number of examples in a batch.
    pub batch: usize,
    /// The number of batches in a step. Their accumulated gradient equals that of one batch with all their examples.
    pub accumulate: usize,
    /// The number of passes over the examples.
    pub epochs: usize,
    /// The norm to which longer gradients are clipped; `None` for no clipping.
    pub clip: Option<f64>,
    /// The seed of the order of the examples and of dropout.
    pub seed: u64,
}

impl Default for Recipe {
    /// Returns the protocol of the paper's tables on CoLA.
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
    /// Checks that every number is in its range.
    ///
    /// # Errors
    /// [`Error::BadPull`], or [`Error::Recipe`] with the name of the first number that is out of range.
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

    /// Returns the number of examples in a step, given `n` training examples.
    pub fn examples_per_step(&self, n: usize) -> usize {
        match self.optimiser {
            Stepping::GradientDescent => n,
            _ => self.batch.saturating_mul(self.accumulate).min(n),
        }
    }

    /// Returns the number of steps of an epoch over `n` examples; the last step may have fewer examples.
    pub fn steps_per_epoch(&self, n: usize) -> usize {
        n.div_ceil(self.examples_per_step(n).max(1))
    }

    /// Returns the number of steps of the whole run, at most [`usize::MAX`].
    pub fn steps(&self, n: usize) -> usize {
        self.epochs.saturating_mul(self.steps_per_epoch(n))
    }

    /// Returns whether $\theta_t - \theta_0$ is linear in the gradients of all steps, so that the
    /// linearized model can be trained in [`KernelSpace`](crate::train::KernelSpace).
    pub fn is_linear(&self) -> bool {
        self.optimiser.is_linear() && self.rule.is_linear() && self.clip.is_none()
    }

    /// Returns the rule with its strength.
    pub(crate) fn pull(&self) -> Result<Box<dyn Pull>> {
        self.rule.with(self.lambda)
    }
}
