//! The spectral norm $\lVert J_\theta\rVert$, by pullbacks and pushforwards only.

use super::ascent::{Peak, Quantity};
use super::probe::{Probe, Vectors, normalise};
use crate::{Error, Predictor, Result};
use nalgebra::DVector;
use tangent_spectral::Lanczos;

/// The largest singular value of $J_\theta$, as a function of $\theta$.
pub(super) struct Slope<'s, 'a, P: Predictor + ?Sized>(pub(super) &'s Probe<'a, P>);

impl<P: Predictor + ?Sized> Slope<'_, '_, P> {
    /// Computes the value at `theta` by Lanczos on $u \mapsto J_\theta J_\theta^\top u$, with one pullback and one
    /// pushforward in each step.
    pub(super) fn at(&self, theta: &[f64], lanczos: &Lanczos) -> Result<f64> {
        let largest = lanczos.largest(self.0.rows(), |u| {
            let v = self.0.pullback(theta, u.as_slice())?;
            Ok::<_, Error>(DVector::from_vec(self.0.pushforward(theta, &v)?))
        })?;
        Ok(largest.max(0.0).sqrt())
    }
}

impl<P: Predictor + ?Sized> Quantity for Slope<'_, '_, P> {
    /// Alternates $u \leftarrow J v/\lVert\cdot\rVert$ and $v \leftarrow J^\top u/\lVert\cdot\rVert$, which never
    /// decreases $u^\top J v$.
    fn peak(&self, theta: &[f64], from: &Vectors) -> Result<Peak> {
        let mut vectors = from.clone();
        let mut value = 0.0_f64;
        for _ in 0..self.0.alternations {
            normalise(self.0.pushforward(theta, &vectors.v)?, &mut vectors.u);
            let found = normalise(self.0.pullback(theta, &vectors.u)?, &mut vectors.v);
            let grown = found - value;
            value = value.max(found);
            if grown <= self.0.tolerance * value {
                break;
            }
        }
        Ok(Peak { value, vectors })
    }

    /// Returns $\nabla_\theta(u^\top J_\theta v)$, by two pullbacks at $\theta \pm \varepsilon v$.
    fn uphill(&self, theta: &[f64], at: &Vectors) -> Result<Vec<f64>> {
        self.0.bent(theta, at)
    }
}
