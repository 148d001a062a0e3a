use super::{Place, Pull, Pulled, shrink};

/// Selective projection decay (Tian et al. 2024), for each tensor $T$ and **not** scaled by the
/// learning rate: where $\langle g_T, \theta_{T,t-1} - \theta_{T,0}\rangle > 0$,
/// $$\theta_{T,t} = \tilde\theta_{T,t} - \lambda\rho(\tilde\theta_{T,t} - \theta_{T,0}), \quad
/// \rho = \mathrm{clip}\Big(\frac{\lVert\tilde\theta_{T,t} - \theta_{T,0}\rVert -
/// \lVert\theta_{T,t-1} - \theta_{T,0}\rVert}{\lVert\tilde\theta_{T,t} - \theta_{T,0}\rVert}, 0, 1\Big),$$
/// else $\theta_{T,t} = \tilde\theta_{T,t}$.
#[derive(Debug, Clone, Copy)]
pub struct Spd {
    /// $\lambda$.
    pub lambda: f64,
}

impl Pull for Spd {
    fn step(&self, at: &Place, optimise: &mut dyn FnMut(&[f64]) -> Vec<f64>) -> Pulled {
        let mut theta = optimise(at.gradient);
        let mut pulled = 0;
        for tensor in at.ranges() {
            if at.inner(tensor.clone()) > 0.0 {
                let start = &at.start[tensor.clone()];
                let now = distance(&theta[tensor.clone()], start);
                let before = distance(&at.theta[tensor.clone()], start);
                // At θ₀ itself there is nothing to pull back, and 0/0 is not a ratio.
                let rho = if now > 0.0 { (now - before) / now } else { 0.0 };
                shrink(
                    &mut theta,
                    at.start,
                    tensor,
                    self.lambda * rho.clamp(0.0, 1.0),
                );
                pulled += 1;
            }
        }
        Pulled {
            theta,
            regularised: pulled as f64 / at.tensors.len() as f64,
        }
    }
}

fn distance(a: &[f64], b: &[f64]) -> f64 {
    let squares = a.iter().zip(b).map(|(a, b)| (a - b).powi(2));
    squares.sum::<f64>().sqrt()
}
