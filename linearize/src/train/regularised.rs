use super::Step;

/// How much the rule has pulled since the last row of the trajectory.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Regularised {
    /// The number of steps since the last row.
    pub steps: usize,
    /// The sum over these steps of the share of tensors that the rule pulled.
    pub shares: f64,
}

impl Regularised {
    /// Adds one more step.
    pub(super) fn stepped(&mut self, step: &Step) {
        self.steps += 1;
        self.shares += step.regularised;
    }

    /// Returns the mean share; `None` if there are no steps.
    pub(super) fn mean(&self) -> Option<f64> {
        (self.steps > 0).then(|| self.shares / self.steps as f64)
    }
}
