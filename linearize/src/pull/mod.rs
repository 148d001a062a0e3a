//! The pull to $\theta_0$: six rules, each a type of its own.
//!
//! | rule | type | step |
//! |---|---|---|
//! | `none` | [`NoPull`] | $\theta_t = \tilde\theta_t$ |
//! | `always` | [`Always`] | (5) |
//! | `penalty` | [`Penalty`] | the gradient of (1)'s penalty, given to the optimiser |
//! | `selective_global` | [`SelectiveGlobal`] | (8), one inner product |
//! | `selective_per_tensor` | [`SelectivePerTensor`] | (8), one for each tensor |
//! | `spd` | [`Spd`] | AdamSPD's, not scaled by the learning rate |

mod always;
mod none;
mod penalty;
mod selective_global;
mod selective_per_tensor;
mod spd;

pub use always::Always;
pub use none::NoPull;
pub use penalty::Penalty;
pub use selective_global::SelectiveGlobal;
pub use selective_per_tensor::SelectivePerTensor;
pub use spd::Spd;

use crate::{Error, Result};
use serde::{Deserialize, Serialize};
use std::ops::Range;
use tangent_ntk_core::Block;

/// Where a step is taken from.
#[derive(Clone, Copy)]
pub struct Place<'a> {
    /// $\theta_0$.
    pub start: &'a [f64],
    /// $\theta_{t-1}$.
    pub theta: &'a [f64],
    /// $g$, the gradient of the **data term** alone at $\theta_{t-1}$.
    pub gradient: &'a [f64],
    /// The tensors of $\theta$, in its order.
    pub tensors: &'a [Block],
    /// $\eta_{\text{step}}$.
    pub rate: f64,
}

impl Place<'_> {
    /// Where each tensor lies in $\theta$.
    fn ranges(&self) -> impl Iterator<Item = Range<usize>> {
        let mut end = 0;
        self.tensors.iter().map(move |tensor| {
            end += tensor.parameters;
            end - tensor.parameters..end
        })
    }

    /// $\langle g, \theta_{t-1} - \theta_0\rangle$ over a part of $\theta$.
    fn inner(&self, part: Range<usize>) -> f64 {
        part.map(|j| self.gradient[j] * (self.theta[j] - self.start[j]))
            .sum()
    }
}

/// Where a step leads.
#[derive(Debug, Clone, PartialEq)]
pub struct Pulled {
    /// $\theta_t$.
    pub theta: Vec<f64>,
    /// The share of tensors that were pulled, in 0..=1.
    pub regularised: f64,
}

/// A rule for the pull to $\theta_0$, independent of the optimiser.
pub trait Pull: Sync {
    /// One step: `optimise` takes a gradient to $\tilde\theta_t$ (4), and is to be called once.
    fn step(&self, at: &Place, optimise: &mut dyn FnMut(&[f64]) -> Vec<f64>) -> Pulled;
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
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::None,
        Self::Always,
        Self::Penalty,
        Self::SelectiveGlobal,
        Self::SelectivePerTensor,
        Self::Spd,
    ];

    /// The rule with strength `lambda` = $\lambda$.
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

    /// Whether $\theta_t - \theta_0$ is linear in $g$ and $\theta_{t-1} - \theta_0$.
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
