use super::{Place, Pull, Pulled, shrink};

/// Equation (5), decoupled: $\theta_t = \tilde\theta_t - \lambda\eta_{\text{step}}(\tilde\theta_t - \theta_0)$.
#[derive(Debug, Clone, Copy)]
pub struct Always {
    /// $\lambda$.
    pub lambda: f64,
}

impl Pull for Always {
    fn step(&self, at: &Place, optimise: &mut dyn FnMut(&[f64]) -> Vec<f64>) -> Pulled {
        let mut theta = optimise(at.gradient);
        let all = 0..theta.len();
        shrink(&mut theta, at.start, all, self.lambda * at.rate);
        Pulled {
            theta,
            regularised: 1.0,
        }
    }
}
