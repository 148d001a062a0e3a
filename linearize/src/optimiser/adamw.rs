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
    memory: Memory,
}

impl AdamW {
    /// With $\beta_1 = 0.9$, $\beta_2 = 0.999$, $\epsilon = 10^{-8}$.
    pub fn new(weight_decay: f64) -> Self {
        Self {
            beta_1: 0.9,
            beta_2: 0.999,
            epsilon: 1e-8,
            weight_decay,
            memory: Memory::default(),
        }
    }
}

impl Optimiser for AdamW {
    fn step(&mut self, theta: &[f64], gradient: &[f64], rate: f64) -> Vec<f64> {
        self.memory.steps += 1;
        if self.memory.moments.is_empty() {
            self.memory.moments = vec![vec![0.0; theta.len()]; 2];
        }
        let t = self.memory.steps as f64;
        let (correct_1, correct_2) = (1.0 - self.beta_1.powf(t), 1.0 - self.beta_2.powf(t));
        let (first, second) = self.memory.moments.split_at_mut(1);
        let moments = first[0].iter_mut().zip(&mut second[0]);
        let step = |((x, g), (m, v)): ((&f64, &f64), (&mut f64, &mut f64))| {
            *m = self.beta_1 * *m + (1.0 - self.beta_1) * g;
            *v = self.beta_2 * *v + (1.0 - self.beta_2) * g * g;
            let direction = (*m / correct_1) / ((*v / correct_2).sqrt() + self.epsilon);
            (1.0 - rate * self.weight_decay) * x - rate * direction
        };
        theta.iter().zip(gradient).zip(moments).map(step).collect()
    }

    fn memory(&self) -> Memory {
        self.memory.clone()
    }

    fn restore(&mut self, memory: Memory) {
        self.memory = memory;
    }
}
