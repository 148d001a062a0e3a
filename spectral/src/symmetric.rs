//! The symmetric part of a square matrix.

use crate::{Result, check};
use nalgebra::DMatrix;

/// Returns the symmetric part $(M + M^\top)/2$.
///
/// This is for kernels that are not symmetric, such as $J\,\mathrm{sign}(J)^\top$: the quadratic
/// form $v^\top M v$ depends on this part alone. It need not be positive semidefinite.
///
/// Refuses a matrix that is empty or not square.
pub(crate) fn symmetric_part(m: &DMatrix<f64>) -> Result<DMatrix<f64>> {
    check::square(m)?;
    Ok((m + m.transpose()) * 0.5)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_two_by_two() {
        let m = DMatrix::from_row_slice(2, 2, &[1.0, 4.0, -2.0, 3.0]);
        let want = DMatrix::from_row_slice(2, 2, &[1.0, 1.0, 1.0, 3.0]);
        assert_eq!(symmetric_part(&m), Ok(want));
        assert!(symmetric_part(&DMatrix::zeros(2, 1)).is_err());
    }
}
