use super::Step;

/// How much the rule has pulled since the last row of the trajectory.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Regularised {
    /// Steps since then.
    pub steps: usize,
    /// Sum over them of the share of tensors that were pulled.
    pub shares: f64,
}

impl Regularised {
    /// Takes in one more step.
    pub(super) fn stepped(&mut self, step: &Step) {
        self.steps += 1;
        self.shares += step.regularised;
    }

    /// The mean share; `None` of no steps.
    pub(super) fn mean(&self) -> Option<f64> {
        (self.steps > 0).then(|| self.shares / self.steps as f64)
    }
}
