//! The two ends of a spectrum.

use crate::{Condition, Result, blas, check, tridiagonal::Tridiagonal};
use nalgebra::DMatrix;
use serde::{Deserialize, Serialize};

/// The smallest and the largest eigenvalue, as computed: for a singular matrix `min` may be
/// slightly negative.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Extremes {
    /// $\lambda_{\min}$.
    pub min: f64,
    /// $\lambda_{\max}$.
    pub max: f64,
}

impl Extremes {
    /// Returns $\kappa(K + \sigma I)$, with the interval that noise of `floor` in either eigenvalue
    /// leaves.
    ///
    /// # Errors
    /// If $\sigma$ is negative or not finite.
    pub fn condition(&self, floor: f64, sigma: f64) -> Result<Condition> {
        Condition::new(self.min, self.max, floor, sigma)
    }
}

/// Returns the smallest and the largest eigenvalue of a symmetric matrix.
///
/// The matrix is reduced to tridiagonal form (`dsytrd`), then bisection (`dstebz`) finds the two
/// ends. This saves the iteration for the values between them, a tenth of the time at $n = 2000$
/// and a third at $n = 256$.
///
/// # Errors
/// If the matrix is empty, not square, not finite, or not symmetric to rounding.
pub fn extremes(m: &DMatrix<f64>) -> Result<Extremes> {
    let n = check::symmetric(m)?;
    blas::with_threads_for(n, || {
        let t = Tridiagonal::of(m.clone())?;
        Ok(Extremes {
            min: t.eigenvalue(0)?,
            max: t.eigenvalue(n - 1)?,
        })
    })
}
