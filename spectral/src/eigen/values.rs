//! All eigenvalues.

use super::dsyevd;
use crate::{Result, blas, check};
use nalgebra::{DMatrix, DVector};

/// Returns all eigenvalues of a symmetric matrix, ascending, by LAPACK's `dsyevd`.
///
/// The absolute error of each is a few $\varepsilon_{64} \lambda_{\max}$, at most about
/// $n\,\varepsilon_{64}\,\lambda_{\max}$: a zero eigenvalue may come out slightly negative.
/// [`Spectrum`](crate::Spectrum) tells which values are such noise.
///
/// # Errors
/// If the matrix is empty, not square, not finite, or not symmetric to rounding.
///
/// # Complexity
/// $\tfrac43 n^3$ operations, half of them bound by memory; a copy of the matrix.
///
/// # Example
/// ```
/// use nalgebra::DMatrix;
/// let k = DMatrix::from_row_slice(2, 2, &[2.0, 1.0, 1.0, 2.0]);
/// let values = tangent_spectral::eigenvalues(&k)?;
/// assert!((values[0] - 1.0).abs() < 1e-15 && (values[1] - 3.0).abs() < 1e-15);
/// # Ok::<(), tangent_spectral::Error>(())
/// ```
pub fn eigenvalues(m: &DMatrix<f64>) -> Result<DVector<f64>> {
    let n = check::symmetric(m)?;
    let mut work = m.clone();
    let values = blas::with_threads_for(n, || dsyevd(b'N', n, &mut work))?;
    Ok(DVector::from_vec(values))
}
