use super::history::History;
use super::{Memory, Optimiser};

/// Gradient descent, with momentum $\mu$ where it is not 0:
/// $$v_t = \mu v_{t-1} + g, \qquad \tilde\theta_t = \theta_{t-1} - \eta_{\text{step}} v_t, \qquad v_0 = 0.$$
///
/// Equal to `torch.optim.SGD`.
#[derive(Debug, Clone, Default)]
pub struct Sgd {
    momentum: f64,
    history: History,
}

impl Sgd {
    /// With momentum $\mu$; 0 for plain descent.
    pub fn new(momentum: f64) -> Self {
        Self {
            momentum,
            history: History::default(),
        }
    }
}

impl Optimiser for Sgd {
    fn step(&mut self, theta: &[f64], gradient: &[f64], rate: f64) -> Vec<f64> {
        let descend = |v: &[f64]| theta.iter().zip(v).map(|(x, v)| x - rate * v).collect();
        if self.momentum == 0.0 {
            self.history.advance::<0>(theta.len());
            return descend(gradient);
        }
        let (step, [(before, velocity)]) = self.history.advance(theta.len());
        match step {
            // Not 0·μ + g, which has another bit where g is −0.
            1 => velocity.copy_from_slice(gradient),
            _ => {
                for ((v, before), g) in velocity.iter_mut().zip(before).zip(gradient) {
                    *v = self.momentum * before + g;
                }
            }
        }
        descend(velocity)
    }

    fn undo(&mut self) {
        self.history.undo();
    }

    fn memory(&self) -> Memory {
        self.history.memory()
    }

    fn restore(&mut self, memory: Memory) {
        self.history.restore(memory);
    }
}
