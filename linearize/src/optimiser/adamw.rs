use super::history::History;
use super::{Memory, Optimiser};

/// Adam with decoupled weight decay (Loshchilov and Hutter 2019), equal to `torch.optim.AdamW`:
/// $$m_t = \beta_1 m_{t-1} + (1 - \beta_1) g, \quad v_t = \beta_2 v_{t-1} + (1 - \beta_2) g^2,$$
/// $$\tilde\theta_t = (1 - \eta_{\text{step}} w)\,\theta_{t-1} - \eta_{\text{step}}
/// \frac{m_t/(1 - \beta_1^t)}{\sqrt{v_t/(1 - \beta_2^t)} + \epsilon}.$$
///
/// The decay $w$ draws to 0, not to $\theta_0$; it is 0 in the paper's tables.
#[derive(Debug, Clone)]
pub struct AdamW {
    /// $\beta_1$.
    pub beta_1: f64,
    /// $\beta_2$.
    pub beta_2: f64,
    /// $\epsilon$.
    pub epsilon: f64,
    /// $w$.
    pub weight_decay: f64,
    history: History,
}

impl AdamW {
    /// With $\beta_1 = 0.9$, $\beta_2 = 0.999$, $\epsilon = 10^{-8}$.
    pub fn new(weight_decay: f64) -> Self {
        Self {
            beta_1: 0.9,
            beta_2: 0.999,
            epsilon: 1e-8,
            weight_decay,
            history: History::default(),
        }
    }
}

/// An entry of θ with its gradient and its moments, before the step and after it.
type Place<'a> = (
    ((&'a f64, &'a f64), (&'a f64, &'a mut f64)),
    (&'a f64, &'a mut f64),
);

impl Optimiser for AdamW {
    fn step(&mut self, theta: &[f64], gradient: &[f64], rate: f64) -> Vec<f64> {
        let Self {
            beta_1,
            beta_2,
            epsilon,
            weight_decay,
            ref mut history,
        } = *self;
        let (step, [(m_before, m), (v_before, v)]) = history.advance(theta.len());
        let t = step as f64;
        let (correct_1, correct_2) = (1.0 - beta_1.powf(t), 1.0 - beta_2.powf(t));
        let first = m_before.iter().zip(m);
        let second = v_before.iter().zip(v);
        let places = theta.iter().zip(gradient).zip(first).zip(second);
        let entry = |(((x, g), (m_before, m)), (v_before, v)): Place| {
            *m = beta_1 * m_before + (1.0 - beta_1) * g;
            *v = beta_2 * v_before + (1.0 - beta_2) * g * g;
            let direction = (*m / correct_1) / ((*v / correct_2).sqrt() + epsilon);
            (1.0 - rate * weight_decay) * x - rate * direction
        };
        places.map(entry).collect()
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
