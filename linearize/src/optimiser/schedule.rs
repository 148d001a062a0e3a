use serde::{Deserialize, Serialize};

/// How the learning rate changes from step to step.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Schedule {
    /// It does not.
    Constant,
    /// It rises in proportion to the step over the first `warmup` of all steps (rounded up), then falls to 0 at the
    /// end; `get_linear_schedule_with_warmup` of `transformers`. The first step's rate is 0 where there is a warm-up.
    Linear {
        /// Share of all steps.
        warmup: f64,
    },
}

impl Schedule {
    /// What the learning rate is multiplied by in step `step`, counted from 0, of `total`.
    pub fn factor(self, step: usize, total: usize) -> f64 {
        let Self::Linear { warmup } = self else {
            return 1.0;
        };
        let warmup = (warmup * total as f64).ceil() as usize;
        if step < warmup {
            return step as f64 / warmup as f64;
        }
        total.saturating_sub(step) as f64 / total.saturating_sub(warmup).max(1) as f64
    }
}
