//! Optimisers, which map a gradient to $\tilde\theta_t$ (equation (4)).

use serde::{Deserialize, Serialize};

/// An optimiser whose steps equal PyTorch's.
pub trait Optimiser: Send {
    /// Returns $\tilde\theta_t$ from $\theta_{t-1}$ = `theta`, the gradient there, and the learning rate
    /// $\eta_{\text{step}}$ = `rate`.
    fn step(&mut self, theta: &[f64], gradient: &[f64], rate: f64) -> Vec<f64>;

    /// Undoes the last step: [`memory`](Self::memory) is again what it was before that step. Only one step can be
    /// undone.
    fn undo(&mut self);

    /// Returns what the optimiser remembers of earlier steps.
    fn memory(&self) -> Memory;

    /// Continues from the memory that [`memory`](Self::memory) returned.
    fn restore(&mut self, memory: Memory);
}

/// What an optimiser remembers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Memory {
    /// The number of steps taken.
    pub steps: usize,
    /// Running sums or means of the gradient and its square, as the optimiser needs them; none before the first step.
    pub moments: Vec<Vec<f64>>,
}

/// Scales the gradient down to the norm `max` if it is longer, by the factor
/// $\min(1, \text{max}/(\lVert g\rVert + 10^{-6}))$, as `torch.nn.utils.clip_grad_norm_` does.
pub fn clip(gradient: &mut [f64], max: f64) {
    let scale = max / (norm(gradient) + 1e-6);
    if scale < 1.0 {
        gradient.iter_mut().for_each(|g| *g *= scale);
    }
}

/// Returns $\lVert v\rVert$.
pub(crate) fn norm(v: &[f64]) -> f64 {
    v.iter().map(|x| x * x).sum::<f64>().sqrt()
}

/// Gradient descent with momentum $\mu$, which may be 0:
/// $$v_t = \mu v_{t-1} + g, \qquad \tilde\theta_t = \theta_{t-1} - \eta_{\text{step}} v_t, \qquad v_0 = 0.$$
///
/// Equal to `torch.optim.SGD`.
#[derive(Debug, Clone, Default)]
pub struct Sgd {
    momentum: f64,
    history: History,
}

impl Sgd {
    /// Returns gradient descent with momentum $\mu$; 0 gives plain descent.
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
            // 0·μ + g would turn an entry −0 of g into +0.
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

/// Adam with decoupled weight decay (Loshchilov and Hutter 2019), equal to `torch.optim.AdamW`:
/// $$m_t = \beta_1 m_{t-1} + (1 - \beta_1) g, \quad v_t = \beta_2 v_{t-1} + (1 - \beta_2) g^2,$$
/// $$\tilde\theta_t = (1 - \eta_{\text{step}} w)\,\theta_{t-1} - \eta_{\text{step}}
/// \frac{m_t/(1 - \beta_1^t)}{\sqrt{v_t/(1 - \beta_2^t)} + \epsilon}.$$
///
/// The decay $w$ pulls to 0, not to $\theta_0$; the paper's tables have $w = 0$.
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
    /// Returns AdamW with $\beta_1 = 0.9$, $\beta_2 = 0.999$, $\epsilon = 10^{-8}$.
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

/// An entry of θ with its gradient, and its two moments before and after the step.
type Entry<'a> = (
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
        let entry = |(((x, g), (m_before, m)), (v_before, v)): Entry| {
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

/// How the learning rate changes from step to step.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Schedule {
    /// The learning rate stays the same.
    Constant,
    /// The learning rate rises linearly over the first `warmup` of all steps (rounded up), then falls linearly to 0 at
    /// the end, like `get_linear_schedule_with_warmup` of `transformers`. With a warm-up, the first step's rate is 0.
    Linear {
        /// The share of all steps in which the learning rate rises.
        warmup: f64,
    },
}

impl Schedule {
    /// Returns the factor of the learning rate in step `step`, counted from 0, of `total` steps.
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

/// An optimiser's memory now and before its last step. Each step swaps the two buffers, so that the last step can be
/// undone without copying the moments.
#[derive(Debug, Clone, Default)]
struct History {
    now: Memory,
    before: Memory,
}

/// A moment before a step, and the buffer for the moment after the step, whose content has no meaning yet.
type Moment<'a> = (&'a [f64], &'a mut [f64]);

impl History {
    /// Begins a step on `N` moments of `length` entries, which are 0 before the first step. Returns the number of the
    /// step, from 1, and the moments; the caller must write every entry of the new ones.
    fn advance<const N: usize>(&mut self, length: usize) -> (usize, [Moment<'_>; N]) {
        std::mem::swap(&mut self.now, &mut self.before);
        self.now.steps = self.before.steps + 1;
        for memory in [&mut self.now, &mut self.before] {
            memory.moments.resize_with(N, || vec![0.0; length]);
        }
        let mut moments = self.before.moments.iter().zip(&mut self.now.moments);
        let moments = std::array::from_fn(|_| {
            let (before, now) = moments.next().expect("both have N moments");
            (&before[..], &mut now[..])
        });
        (self.now.steps, moments)
    }

    fn undo(&mut self) {
        std::mem::swap(&mut self.now, &mut self.before);
        if self.now.steps == 0 {
            self.now.moments.clear();
        }
    }

    fn memory(&self) -> Memory {
        self.now.clone()
    }

    fn restore(&mut self, memory: Memory) {
        self.now = memory;
        self.before = Memory::default();
    }
}
