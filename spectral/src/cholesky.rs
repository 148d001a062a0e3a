//! Solving with $K + \sigma I$.

use crate::{Error, Result, blas, check};
use nalgebra::{DMatrix, Dyn};

/// The Cholesky factor of $K + \sigma I$, for a positive semidefinite $K$ and a ridge
/// $\sigma \ge 0$.
///
/// It is computed by LAPACK's `dpotrf` through nalgebra-lapack. For many values of $\sigma$ on one
/// kernel, [`Eigen`](crate::Eigen) is the better choice.
///
/// # Example
/// ```
/// use nalgebra::dmatrix;
/// use tangent_spectral::Cholesky;
///
/// let factor = Cholesky::of_ridge(&dmatrix![1.0, 1.0; 1.0, 1.0], 1.0)?;
/// let x = factor.solve(&dmatrix![3.0; 3.0])?;
/// assert!((x - dmatrix![1.0; 1.0]).amax() < 1e-15);
/// # Ok::<(), tangent_spectral::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Cholesky {
    factor: nalgebra_lapack::Cholesky<f64, Dyn>,
    n: usize,
}

impl Cholesky {
    /// Factors $K + \sigma I$.
    ///
    /// # Errors
    /// If $K$ is empty, not square, not finite or not symmetric to rounding; if $\sigma$ is
    /// negative or not finite; and [`Error::NotPositiveDefinite`] if a pivot is at most
    /// $n\,\varepsilon_{64}$ times the largest diagonal entry, so that a solution would be noise.
    ///
    /// # Complexity
    /// $n^3/3$ operations; one matrix of this size is kept.
    pub fn of_ridge(k: &DMatrix<f64>, sigma: f64) -> Result<Self> {
        check::ridge(sigma)?;
        let n = check::symmetric(k)?;
        check::lapack_size(n, "dpotrf", 1 << 30)?;
        let mut shifted = k.clone();
        for i in 0..n {
            shifted[(i, i)] += sigma;
        }
        let floor = n as f64 * f64::EPSILON * shifted.diagonal().amax();
        let factor = blas::with_threads_for(n, || nalgebra_lapack::Cholesky::new(shifted))
            .filter(|c| c.l_dirty().diagonal().iter().all(|l| l * l > floor))
            .ok_or(Error::NotPositiveDefinite { sigma })?;
        Ok(Self { factor, n })
    }

    /// Returns the number of rows of the matrix.
    pub fn n(&self) -> usize {
        self.n
    }

    /// Returns $L$ in the lower triangle; the entries above it are arbitrary.
    pub(crate) fn lower(&self) -> &DMatrix<f64> {
        self.factor.l_dirty()
    }

    /// Returns $(K + \sigma I)^{-1} b$.
    ///
    /// # Shapes
    /// `b` and the result: $[n, \cdot]$.
    ///
    /// # Errors
    /// If `b` has another number of rows or an entry that is not finite.
    pub fn solve(&self, b: &DMatrix<f64>) -> Result<DMatrix<f64>> {
        check::length("the right-hand side", self.n, b.nrows())?;
        check::finite(b)?;
        blas::with_threads_for(self.n, || self.factor.solve(b)).ok_or(Error::Lapack {
            routine: "dpotrs",
            info: -1,
        })
    }

    /// Returns $(K + \sigma I)^{-1}$, whose diagonal blocks leave-one-out errors need.
    ///
    /// # Errors
    /// If LAPACK's `dpotri` fails.
    pub fn inverse(&self) -> Result<DMatrix<f64>> {
        blas::with_threads_for(self.n, || self.factor.clone().inverse()).ok_or(Error::Lapack {
            routine: "dpotri",
            info: 1,
        })
    }
}
