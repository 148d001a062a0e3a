//! From a gradient to $\tilde\theta_t$ (equation (4)).

mod adamw;
mod history;
mod schedule;
mod sgd;

pub use adamw::AdamW;
pub use schedule::Schedule;
pub use sgd::Sgd;

/// A rule for a step, as PyTorch has it, step by step.
pub trait Optimiser: Send {
    /// $\tilde\theta_t$ from $\theta_{t-1}$ = `theta` by its gradient and
    /// $\eta_{\text{step}}$ = `rate`.
    fn step(&mut self, theta: &[f64], gradient: &[f64], rate: f64) -> Vec<f64>;

    /// Takes back the last step, once: [`memory`](Self::memory) is again what it was before it.
    fn undo(&mut self);

    /// What it remembers of earlier steps.
    fn memory(&self) -> Memory;

    /// Goes on from what [`memory`](Self::memory) gave.
    fn restore(&mut self, memory: Memory);
}

/// What an optimiser remembers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Memory {
    /// Steps taken.
    pub steps: usize,
    /// Running means of the gradient, or none before the first step.
    pub moments: Vec<Vec<f64>>,
}

/// The gradient scaled down to the norm `max`, if it is longer: by
/// $\min(1, \text{max}/(\lVert g\rVert + 10^{-6}))$, as `torch.nn.utils.clip_grad_norm_` does.
pub fn clip(gradient: &mut [f64], max: f64) {
    let scale = max / (norm(gradient) + 1e-6);
    if scale < 1.0 {
        gradient.iter_mut().for_each(|g| *g *= scale);
    }
}

/// $\lVert v\rVert$.
pub(crate) fn norm(v: &[f64]) -> f64 {
    v.iter().map(|x| x * x).sum::<f64>().sqrt()
}
