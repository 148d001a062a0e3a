use super::{Place, Pull, Pulled};

/// $\theta_t = \tilde\theta_t$.
#[derive(Debug, Clone, Copy)]
pub struct NoPull;

impl Pull for NoPull {
    fn step(&self, at: &Place, optimise: &mut dyn FnMut(&[f64]) -> Vec<f64>) -> Pulled {
        Pulled {
            theta: optimise(at.gradient),
            regularised: 0.0,
        }
    }
}
