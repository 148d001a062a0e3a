//! The derivatives of a predictor that the searches use.

use super::moved;
use crate::optimiser::norm;
use crate::{Predictor, Result};

/// First and second derivatives of $\theta \mapsto f_\theta(X)$, by pullbacks and pushforwards only.
pub(super) struct Probe<'a, P: Predictor + ?Sized> {
    pub(super) predictor: &'a P,
    pub(super) all: Vec<usize>,
    /// $\varepsilon$, the step of all finite differences.
    pub(super) step: f64,
    /// The largest number of rounds of a search for unit vectors.
    pub(super) alternations: usize,
    /// The relative growth in a round at or below which the search ends.
    pub(super) tolerance: f64,
}

/// Unit vectors $u \in \mathbb{R}^{nC}$, $v, w \in \mathbb{R}^p$.
#[derive(Clone)]
pub(super) struct Vectors {
    pub(super) u: Vec<f64>,
    pub(super) v: Vec<f64>,
    pub(super) w: Vec<f64>,
}

impl<P: Predictor + ?Sized> Probe<'_, P> {
    /// Returns $nC$.
    pub(super) fn rows(&self) -> usize {
        self.all.len() * self.predictor.outputs()
    }

    /// Returns $J_\theta v$.
    pub(super) fn pushforward(&self, theta: &[f64], v: &[f64]) -> Result<Vec<f64>> {
        self.predictor.pushforward(theta, &self.all, v)
    }

    /// Returns $J_\theta^\top u$.
    pub(super) fn pullback(&self, theta: &[f64], u: &[f64]) -> Result<Vec<f64>> {
        let outputs = self.predictor.outputs();
        let cotangent = |place: usize, _: &[f64], into: &mut [f64]| {
            into.copy_from_slice(&u[place * outputs..(place + 1) * outputs]);
        };
        Ok(self.predictor.gradient(theta, &self.all, &cotangent)?.1)
    }

    /// Returns $(g(\theta + \varepsilon v) - g(\theta - \varepsilon v))/2\varepsilon$.
    pub(super) fn along(
        &self,
        theta: &[f64],
        v: &[f64],
        g: impl Fn(&[f64]) -> Result<Vec<f64>>,
    ) -> Result<Vec<f64>> {
        let mut ahead = g(&moved(theta, self.step, v))?;
        let behind = g(&moved(theta, -self.step, v))?;
        for (ahead, behind) in ahead.iter_mut().zip(behind) {
            *ahead = (*ahead - behind) / (2.0 * self.step);
        }
        Ok(ahead)
    }

    /// Returns $D^2f_\theta[v, \cdot]^\top u = \nabla_\theta(u^\top J_\theta v)$ by two pullbacks, because second
    /// derivatives are symmetric.
    pub(super) fn bent(&self, theta: &[f64], at: &Vectors) -> Result<Vec<f64>> {
        self.along(theta, &at.v, |theta| self.pullback(theta, &at.u))
    }
}

/// Returns the length of `vector`. Unless the length is 0, writes `vector` divided by it to `into`.
pub(super) fn normalise(mut vector: Vec<f64>, into: &mut Vec<f64>) -> f64 {
    let length = norm(&vector);
    if length > 0.0 {
        vector.iter_mut().for_each(|x| *x /= length);
        *into = vector;
    }
    length
}
