//! The pull to $\theta_0$: six rules, each with its own type.
//!
//! | rule | type | step |
//! |---|---|---|
//! | `none` | [`NoPull`] | $\theta_t = \tilde\theta_t$ |
//! | `always` | [`Always`] | (5) |
//! | `penalty` | [`Penalty`] | the optimiser also gets the gradient of (1)'s penalty |
//! | `selective_global` | [`SelectiveGlobal`] | (8), one inner product |
//! | `selective_per_tensor` | [`SelectivePerTensor`] | (8), one inner product for each tensor |
//! | `spd` | [`Spd`] | the pull of AdamSPD, not scaled by the learning rate |

use crate::{Error, Result};
use serde::{Deserialize, Serialize};
use std::ops::Range;
use tangent_ntk_core::Block;

/// The iterate from which a step is taken.
#[derive(Clone, Copy)]
pub struct Iterate<'a> {
    /// $\theta_0$.
    pub start: &'a [f64],
    /// $\theta_{t-1}$.
    pub theta: &'a [f64],
    /// $g$, the gradient of only the **data term** at $\theta_{t-1}$.
    pub gradient: &'a [f64],
    /// The tensors of $\theta$, in the order of $\theta$.
    pub tensors: &'a [Block],
    /// $\eta_{\text{step}}$.
    pub rate: f64,
}

impl Iterate<'_> {
    /// Returns the range of each tensor in $\theta$.
    fn ranges(&self) -> impl Iterator<Item = Range<usize>> {
        let mut end = 0;
        self.tensors.iter().map(move |tensor| {
            end += tensor.parameters;
            end - tensor.parameters..end
        })
    }

    /// Returns $\langle g, \theta_{t-1} - \theta_0\rangle$ over a part of $\theta$.
    fn inner(&self, part: Range<usize>) -> f64 {
        part.map(|j| self.gradient[j] * (self.theta[j] - self.start[j]))
            .sum()
    }
}

/// The result of a step.
#[derive(Debug, Clone, PartialEq)]
pub struct Pulled {
    /// $\theta_t$.
    pub theta: Vec<f64>,
    /// The share of tensors that the rule pulled, in $[0, 1]$.
    pub regularised: f64,
}

/// A rule for the pull to $\theta_0$, independent of the optimiser.
pub trait Pull: Sync {
    /// Takes one step. `optimise` maps a gradient to $\tilde\theta_t$ (4); an implementation must call it exactly once.
    fn step(&self, at: &Iterate, optimise: &mut dyn FnMut(&[f64]) -> Vec<f64>) -> Pulled;
}

/// The rules by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// [`NoPull`]
    None,
    /// [`Always`]
    Always,
    /// [`Penalty`]
    Penalty,
    /// [`SelectiveGlobal`]
    SelectiveGlobal,
    /// [`SelectivePerTensor`]
    SelectivePerTensor,
    /// [`Spd`]
    Spd,
}

impl Rule {
    /// All rules.
    pub const ALL: [Self; 6] = [
        Self::None,
        Self::Always,
        Self::Penalty,
        Self::SelectiveGlobal,
        Self::SelectivePerTensor,
        Self::Spd,
    ];

    /// Returns the rule with strength `lambda` = $\lambda$.
    ///
    /// # Errors
    /// [`Error::BadPull`] for a strength that is negative or not finite.
    pub fn with(self, lambda: f64) -> Result<Box<dyn Pull>> {
        if !(lambda >= 0.0 && lambda.is_finite()) {
            return Err(Error::BadPull { pull: lambda });
        }
        Ok(match self {
            Self::None => Box::new(NoPull),
            Self::Always => Box::new(Always { lambda }),
            Self::Penalty => Box::new(Penalty { lambda }),
            Self::SelectiveGlobal => Box::new(SelectiveGlobal { lambda }),
            Self::SelectivePerTensor => Box::new(SelectivePerTensor { lambda }),
            Self::Spd => Box::new(Spd { lambda }),
        })
    }

    /// Returns whether $\theta_t - \theta_0$ is linear in $g$ and $\theta_{t-1} - \theta_0$.
    pub fn is_linear(self) -> bool {
        matches!(self, Self::None | Self::Always | Self::Penalty)
    }
}

/// $\theta \leftarrow \theta - s(\theta - \theta_0)$ on a part of $\theta$.
fn shrink(theta: &mut [f64], start: &[f64], part: Range<usize>, s: f64) {
    for (theta, start) in theta[part.clone()].iter_mut().zip(&start[part]) {
        *theta -= s * (*theta - start);
    }
}

/// $\theta_t = \tilde\theta_t$.
#[derive(Debug, Clone, Copy)]
pub struct NoPull;

impl Pull for NoPull {
    fn step(&self, at: &Iterate, optimise: &mut dyn FnMut(&[f64]) -> Vec<f64>) -> Pulled {
        Pulled {
            theta: optimise(at.gradient),
            regularised: 0.0,
        }
    }
}

/// Equation (5), decoupled: $\theta_t = \tilde\theta_t - \lambda\eta_{\text{step}}(\tilde\theta_t - \theta_0)$.
#[derive(Debug, Clone, Copy)]
pub struct Always {
    /// $\lambda$.
    pub lambda: f64,
}

impl Pull for Always {
    fn step(&self, at: &Iterate, optimise: &mut dyn FnMut(&[f64]) -> Vec<f64>) -> Pulled {
        let mut theta = optimise(at.gradient);
        let all = 0..theta.len();
        shrink(&mut theta, at.start, all, self.lambda * at.rate);
        Pulled {
            theta,
            regularised: 1.0,
        }
    }
}

/// The penalty of objective (1), coupled: the optimiser is given
/// $g + \lambda(\theta_{t-1} - \theta_0)$, and $\theta_t = \tilde\theta_t$.
#[derive(Debug, Clone, Copy)]
pub struct Penalty {
    /// $\lambda$.
    pub lambda: f64,
}

impl Pull for Penalty {
    fn step(&self, at: &Iterate, optimise: &mut dyn FnMut(&[f64]) -> Vec<f64>) -> Pulled {
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

/// Equation (8) as printed, with one test for all of $\theta$: step (5) if
/// $\langle g, \theta_{t-1} - \theta_0\rangle \ge 0$, else $\theta_t = \tilde\theta_t$.
#[derive(Debug, Clone, Copy)]
pub struct SelectiveGlobal {
    /// $\lambda$.
    pub lambda: f64,
}

impl Pull for SelectiveGlobal {
    fn step(&self, at: &Iterate, optimise: &mut dyn FnMut(&[f64]) -> Vec<f64>) -> Pulled {
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

/// Equation (8) as the paper's prose describes it, with one test for each tensor $T$: step (5) on $T$ if
/// $\langle g_T, \theta_{T,t-1} - \theta_{T,0}\rangle \ge 0$, else $\theta_{T,t} = \tilde\theta_{T,t}$.
#[derive(Debug, Clone, Copy)]
pub struct SelectivePerTensor {
    /// $\lambda$.
    pub lambda: f64,
}

impl Pull for SelectivePerTensor {
    fn step(&self, at: &Iterate, optimise: &mut dyn FnMut(&[f64]) -> Vec<f64>) -> Pulled {
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

/// Selective projection decay (Tian et al. 2024), for each tensor $T$ and **not** scaled by the
/// learning rate: if $\langle g_T, \theta_{T,t-1} - \theta_{T,0}\rangle > 0$,
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
    fn step(&self, at: &Iterate, optimise: &mut dyn FnMut(&[f64]) -> Vec<f64>) -> Pulled {
        let mut theta = optimise(at.gradient);
        let mut pulled = 0;
        for tensor in at.ranges() {
            if at.inner(tensor.clone()) > 0.0 {
                let start = &at.start[tensor.clone()];
                let now = distance(&theta[tensor.clone()], start);
                let before = distance(&at.theta[tensor.clone()], start);
                // At θ₀ itself the ratio is 0/0, and there is nothing to pull back.
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
