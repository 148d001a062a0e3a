//! The size of a positive semidefinite $S$ relative to the $K$ that it is added to.

use crate::eigen::dsyevd;
use crate::{Cholesky, Error, Precision, Result, blas, check, error::lapack_info, extremes};
use nalgebra::DMatrix;

/// The generalised eigenvalues of $(S, K + \sigma I)$: the eigenvalues of $L^{-1} S L^{-\top}$ with
/// $LL^\top = K + \sigma I$, and equally of $(K + \sigma I)^{-1/2} S (K + \sigma I)^{-1/2}$.
///
/// They are computed by LAPACK's `dpotrf`, `dsygst` and `dsyevd`.
///
/// # Example
/// ```
/// use nalgebra::dmatrix;
/// use tangent_spectral::{Error, Perturbation, Precision};
///
/// let (k, s) = (dmatrix![4.0, 0.0; 0.0, 1.0], dmatrix![2.0, 0.0; 0.0, 3.0]);
/// let plain = Perturbation::of(&k, &s, 0.0, Precision::F64)?;
/// assert!((plain.eta() - 3.0).abs() < 1e-15);
/// let ridge = Perturbation::of(&k, &s, 1.0, Precision::F64)?;
/// assert!((ridge.eta() - 1.5).abs() < 1e-15);
///
/// // A singular K has no η.
/// let singular = Perturbation::of(&dmatrix![1.0, 1.0; 1.0, 1.0], &s, 0.0, Precision::F64);
/// assert_eq!(singular, Err(Error::NotPositiveDefinite { sigma: 0.0 }));
/// # Ok::<(), Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Perturbation {
    values: Vec<f64>,
    noise: f64,
}

impl Perturbation {
    /// Measures $S$ relative to $K + \sigma I$. `rows` is the precision of the Jacobian rows from
    /// which $K$ was computed.
    ///
    /// # Shapes
    /// `k` and `s`: $[n, n]$, symmetric.
    ///
    /// # Errors
    /// If a matrix is empty, not square, not finite or not symmetric to rounding; if their sizes
    /// differ; if $\sigma$ is negative or not finite; and [`Error::NotPositiveDefinite`] where
    /// $\sigma = 0$ and $\lambda_{\min}(K)$ is not above the noise floor of such rows, or
    /// $K + \sigma I$ has no Cholesky factor to rounding: then the large values would be noise
    /// divided by noise. Raise $\sigma$.
    ///
    /// # Complexity
    /// About $4 n^3$ operations; three matrices of this size at the peak.
    pub fn of(k: &DMatrix<f64>, s: &DMatrix<f64>, sigma: f64, rows: Precision) -> Result<Self> {
        check::ridge(sigma)?;
        let n = check::symmetric(s)?;
        check::length("the kernel", n, check::square(k)?)?;
        let ends = extremes(k)?;
        let (smallest, largest) = (ends.min.max(0.0) + sigma, ends.max.max(0.0) + sigma);
        if sigma == 0.0 && smallest <= rows.noise_floor(n, largest) {
            return Err(Error::NotPositiveDefinite { sigma });
        }
        let factor = Cholesky::of_ridge(k, sigma)?;
        let mut reduced = s.clone();
        let values = blas::with_threads_for(n, || {
            dsygst(n, &mut reduced, factor.lower())?;
            dsyevd(b'N', n, &mut reduced)
        })?;
        let eta = largest_magnitude(&values);
        Ok(Self {
            values,
            noise: 4.0 * n as f64 * f64::EPSILON * (s.norm() + eta * largest) / smallest,
        })
    }

    /// Returns the generalised eigenvalues, ascending, as computed: for a singular $S$ some may be
    /// slightly negative.
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// Returns $\eta_\sigma = \lVert(K + \sigma I)^{-1/2} S (K + \sigma I)^{-1/2}\rVert$, the
    /// largest magnitude of the generalised eigenvalues; at $\sigma = 0$ the $\eta$ of Theorems 6
    /// and 7.
    ///
    /// For $S \succeq 0$, $\eta_\sigma$ does not increase with $\sigma$, and is at most
    /// $\lVert S\rVert / (\lambda_{\min}(K) + \sigma)$.
    pub fn eta(&self) -> f64 {
        largest_magnitude(&self.values)
    }

    /// Returns the error that rounding may cause in each value, to first order:
    /// $4n\,\varepsilon_{64}\,(\lVert S\rVert_F + \eta_\sigma\lVert K + \sigma I\rVert) /
    /// \lambda_{\min}(K + \sigma I)$.
    ///
    /// # Reference
    /// Anderson et al., *LAPACK Users' Guide*, 3rd edition, section 4.10.
    pub fn noise(&self) -> f64 {
        self.noise
    }
}

fn largest_magnitude(values: &[f64]) -> f64 {
    values.iter().fold(0.0, |largest, v| v.abs().max(largest))
}

/// Overwrites the lower triangle of the symmetric `s` with that of $L^{-1} S L^{-\top}$.
fn dsygst(n: usize, s: &mut DMatrix<f64>, lower: &DMatrix<f64>) -> Result<()> {
    let size = check::lapack_size(n, "dsygst", 1 << 30)?;
    let mut info = 0;
    // SAFETY: both matrices are n×n and contiguous; `itype` is read as one integer.
    unsafe {
        lapack::dsygst(
            &[1],
            b'L',
            size,
            s.as_mut_slice(),
            size,
            lower.as_slice(),
            size,
            &mut info,
        );
    }
    lapack_info("dsygst", info)
}
