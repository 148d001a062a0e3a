use super::{Place, Pull, Pulled, shrink};

/// Equation (8) as printed, one test for all of $\theta$: (5) where
/// $\langle g, \theta_{t-1} - \theta_0\rangle \ge 0$, else $\theta_t = \tilde\theta_t$.
#[derive(Debug, Clone, Copy)]
pub struct SelectiveGlobal {
    /// $\lambda$.
    pub lambda: f64,
}

impl Pull for SelectiveGlobal {
    fn step(&self, at: &Place, optimise: &mut dyn FnMut(&[f64]) -> Vec<f64>) -> Pulled {
        let mut theta = optimise(at.gradient);
        let all = 0..theta.len();
        let pulled = at.inner(all.clone()) >= 0.0;
        if pulled {
            shrink(&mut theta, at.start, all, self.lambda * at.rate);
        }
        Pulled {
            theta,
            regularised: f64::from(pulled),
        }
    }
}
