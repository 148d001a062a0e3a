use super::{Place, Pull, Pulled};

/// The penalty of objective (1), coupled: the optimiser is given
/// $g + \lambda(\theta_{t-1} - \theta_0)$, and $\theta_t = \tilde\theta_t$.
#[derive(Debug, Clone, Copy)]
pub struct Penalty {
    /// $\lambda$.
    pub lambda: f64,
}

impl Pull for Penalty {
    fn step(&self, at: &Place, optimise: &mut dyn FnMut(&[f64]) -> Vec<f64>) -> Pulled {
        let displaced = at.theta.iter().zip(at.start);
        let gradient: Vec<f64> = (at.gradient.iter().zip(displaced))
            .map(|(g, (theta, start))| g + self.lambda * (theta - start))
            .collect();
        Pulled {
            theta: optimise(&gradient),
            regularised: 1.0,
        }
    }
}
