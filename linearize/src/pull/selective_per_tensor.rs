use super::{Place, Pull, Pulled, shrink};

/// Equation (8) as the paper's prose has it, a test for each tensor $T$: (5) on $T$ where
/// $\langle g_T, \theta_{T,t-1} - \theta_{T,0}\rangle \ge 0$, else $\theta_{T,t} = \tilde\theta_{T,t}$.
#[derive(Debug, Clone, Copy)]
pub struct SelectivePerTensor {
    /// $\lambda$.
    pub lambda: f64,
}

impl Pull for SelectivePerTensor {
    fn step(&self, at: &Place, optimise: &mut dyn FnMut(&[f64]) -> Vec<f64>) -> Pulled {
        let mut theta = optimise(at.gradient);
        let mut pulled = 0;
        for tensor in at.ranges() {
            if at.inner(tensor.clone()) >= 0.0 {
                shrink(&mut theta, at.start, tensor, self.lambda * at.rate);
                pulled += 1;
            }
        }
        Pulled {
            theta,
            regularised: pulled as f64 / at.tensors.len() as f64,
        }
    }
}
