//! Eigenvalues with eigenvectors.

use super::dsyevd;
use crate::{Result, blas, check};
use nalgebra::{DMatrix, DVector};

/// The eigendecomposition $K = Q \Lambda Q^\top$ of a symmetric matrix.
///
/// # Example
/// ```
/// use nalgebra::{DMatrix, dmatrix};
/// use tangent_spectral::Eigen;
///
/// let k = dmatrix![2.0, 1.0; 1.0, 2.0];
/// let eigen = Eigen::of(&k)?;
/// // K⁻¹ b; any other function of K works alike.
/// let x = eigen.apply(|lambda| 1.0 / lambda, &dmatrix![3.0; 3.0])?;
/// assert!((x - dmatrix![1.0; 1.0]).amax() < 1e-15);
/// # Ok::<(), tangent_spectral::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Eigen {
    /// The eigenvalues, ascending, as computed: those of a singular matrix may be slightly
    /// negative.
    pub values: DVector<f64>,
    /// The orthonormal eigenvectors $Q$, one column for each eigenvalue.
    pub vectors: DMatrix<f64>,
}

impl Eigen {
    /// Decomposes a symmetric matrix, by LAPACK's divide and conquer (`dsyevd`).
    ///
    /// # Errors
    /// If the matrix is empty, not square, not finite, not symmetric to rounding, or has more
    /// than 32,766 rows.
    ///
    /// # Complexity
    /// At most $9 n^3$ operations; four matrices of this size at the peak.
    pub fn of(m: &DMatrix<f64>) -> Result<Self> {
        let n = check::symmetric(m)?;
        let mut vectors = m.clone();
        let values = blas::with_threads_for(n, || dsyevd(b'V', n, &mut vectors))?;
        Ok(Self {
            values: DVector::from_vec(values),
            vectors,
        })
    }

    /// Returns the number of rows of the matrix.
    pub fn n(&self) -> usize {
        self.values.len()
    }

    /// Returns $Q\, g(\Lambda)\, Q^\top b$: a function of the matrix, times a vector or a matrix.
    ///
    /// # Shapes
    /// `b` and the result: $[n, \cdot]$.
    ///
    /// # Errors
    /// If `b` has another number of rows.
    pub fn apply(&self, g: impl Fn(f64) -> f64, b: &DMatrix<f64>) -> Result<DMatrix<f64>> {
        check::length("the right-hand side", self.n(), b.nrows())?;
        let mut coordinates = self.vectors.tr_mul(b);
        for (mut row, &lambda) in coordinates.row_iter_mut().zip(&self.values) {
            row *= g(lambda);
        }
        Ok(&self.vectors * coordinates)
    }
}
