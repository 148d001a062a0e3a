//! $\sup_{u,v,w} u^\top D^2f_\theta[v, w]$, by differences of pullbacks and pushforwards.

use super::ascent::{Peak, Quantity};
use super::probe::{Probe, Vectors, normalise};
use crate::{Predictor, Result};

/// The spectral norm of $D^2f_\theta$ as a trilinear form, as a function of $\theta$.
pub(super) struct Curvature<'s, 'a, P: Predictor + ?Sized>(pub(super) &'s Probe<'a, P>);

impl<P: Predictor + ?Sized> Quantity for Curvature<'_, '_, P> {
    /// Replaces each of $w$, $u$ and $v$ in turn by the best vector for the other two, which never decreases the form.
    /// The value is $\lVert(J_{\theta+\varepsilon v} - J_{\theta-\varepsilon v})w\rVert/2\varepsilon$, a ratio that
    /// $\mathrm{Lip}(\nabla f)$ bounds for every $\varepsilon$.
    fn peak(&self, theta: &[f64], from: &Vectors) -> Result<Peak> {
        let mut vectors = from.clone();
        let (mut best, mut value) = (vectors.clone(), 0.0_f64);
        for _ in 0..self.0.alternations {
            normalise(self.0.bent(theta, &vectors)?, &mut vectors.w);
            let w = &vectors.w;
            let push = |theta: &[f64]| self.0.pushforward(theta, w);
            let push = self.0.along(theta, &vectors.v, push)?;
            let found = normalise(push, &mut vectors.u);
            let grown = found - value;
            if grown > 0.0 {
                value = found;
                best = vectors.clone();
            }
            if grown <= self.0.tolerance * value {
                break;
            }
            // The form is symmetric in v and w: after the swap the next round replaces the other vector.
            std::mem::swap(&mut vectors.v, &mut vectors.w);
        }
        Ok(Peak {
            value,
            vectors: best,
        })
    }

    /// Returns $D^3f_\theta[v, w, \cdot]^\top u$, by four pullbacks at
    /// $\theta \pm \varepsilon v \pm \varepsilon w$.
    fn uphill(&self, theta: &[f64], at: &Vectors) -> Result<Vec<f64>> {
        self.0.along(theta, &at.w, |theta| self.0.bent(theta, at))
    }
}

#[cfg(test)]
mod tests {
    use super::{Curvature, Probe, Quantity, Vectors};
    use crate::Predictor;
    use crate::fixture::Sine;
    use nalgebra::{DVector, dmatrix, dvector};

    /// For $\sin A\theta$ the third derivative is $-\sum_i u_i \cos(a_i^\top\theta)\,(a_i^\top v)(a_i^\top w)\,a_i$.
    #[test]
    fn uphill_is_the_third_derivative_along_v_and_w() {
        let a = dmatrix![1.0, 0.4; -0.3, 0.8; 0.6, -0.9];
        let theta = dvector![0.3, -0.7];
        let sine = Sine::new(&a, theta.as_slice()).unwrap();
        let probe = Probe {
            predictor: &sine,
            all: sine.all(),
            step: 1e-3,
            alternations: 1,
            tolerance: 1e-5,
        };
        let at = Vectors {
            u: vec![0.6, 0.0, -0.8],
            v: vec![1.0, 0.0],
            w: vec![0.0, 1.0],
        };
        let found = Curvature(&probe).uphill(theta.as_slice(), &at).unwrap();
        let cosines = (&a * &theta).map(f64::cos);
        let weights = DVector::from_fn(3, |i, _| -at.u[i] * cosines[i] * a[(i, 0)] * a[(i, 1)]);
        let want = a.tr_mul(&weights);
        assert!((DVector::from_vec(found) - want).amax() < 1e-6);
    }
}
