use super::{Memory, Optimiser};

/// Gradient descent, with momentum $\mu$ where it is not 0:
/// $$v_t = \mu v_{t-1} + g, \qquad \tilde\theta_t = \theta_{t-1} - \eta_{\text{step}} v_t, \qquad v_0 = 0.$$
///
/// Equal to `torch.optim.SGD`.
#[derive(Debug, Clone, Default)]
pub struct Sgd {
    momentum: f64,
    memory: Memory,
}

impl Sgd {
    /// With momentum $\mu$; 0 for plain descent.
    pub fn new(momentum: f64) -> Self {
        Self {
            momentum,
            memory: Memory::default(),
        }
    }
}

impl Optimiser for Sgd {
    fn step(&mut self, theta: &[f64], gradient: &[f64], rate: f64) -> Vec<f64> {
        self.memory.steps += 1;
        let descend = |v: &[f64]| theta.iter().zip(v).map(|(x, v)| x - rate * v).collect();
        if self.momentum == 0.0 {
            return descend(gradient);
        }
        match self.memory.moments.first_mut() {
            None => self.memory.moments.push(gradient.to_vec()),
            Some(velocity) => {
                for (v, g) in velocity.iter_mut().zip(gradient) {
                    *v = self.momentum * *v + g;
                }
            }
        }
        descend(&self.memory.moments[0])
    }

    fn memory(&self) -> Memory {
        self.memory.clone()
    }

    fn restore(&mut self, memory: Memory) {
        self.memory = memory;
    }
}
