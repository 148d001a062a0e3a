//! Eigenvalues and eigenvectors of symmetric matrices that are explicitly formed.

mod decomposition;
mod ends;
mod principal;
mod values;

pub use decomposition::Eigen;
pub use ends::{Extremes, extremes};
pub use principal::principal_directions;
pub use values::eigenvalues;

use crate::{Result, check, error::lapack_info};
use nalgebra::DMatrix;

/// Returns the eigenvalues in ascending order, by LAPACK's divide and conquer. `a` holds the
/// symmetric matrix (its lower triangle is read), and afterwards, for `job` = `b'V'`, the
/// eigenvectors.
///
/// Without eigenvectors, LAPACK uses the root-free QR iteration.
pub(crate) fn dsyevd(job: u8, n: usize, a: &mut DMatrix<f64>) -> Result<Vec<f64>> {
    // 1 + 6n + 2n² doubles of workspace must be countable in 32 bits.
    let limit = if job == b'V' { 32_766 } else { 1 << 30 };
    let size = check::lapack_size(n, "dsyevd", limit)?;
    let mut values = vec![0.0; n];
    let (mut info, mut work, mut integers) = (0, vec![0.0], vec![0]);
    for query in [true, false] {
        let (lwork, liwork) = if query {
            (-1, -1)
        } else {
            // LAPACK reports the sizes as the first entries of the workspaces.
            let (lwork, liwork) = (work[0] as i32, integers[0]);
            work = vec![0.0; lwork as usize];
            integers = vec![0; liwork as usize];
            (lwork, liwork)
        };
        // SAFETY: `a` is n×n and contiguous, `values` has n entries, and the workspaces have the
        // lengths given (a query writes their first entries only).
        unsafe {
            lapack::dsyevd(
                job,
                b'L',
                size,
                a.as_mut_slice(),
                size,
                &mut values,
                &mut work,
                lwork,
                &mut integers,
                liwork,
                &mut info,
            );
        }
        lapack_info("dsyevd", info)?;
    }
    Ok(values)
}
