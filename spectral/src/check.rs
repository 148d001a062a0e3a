//! What every matrix must satisfy before LAPACK sees it.

use crate::{Error, Result};
use nalgebra::DMatrix;

/// The asymmetry that rounding explains, relative to the largest entry. Gram products of a hundred
/// thousand terms stay below it by orders of magnitude; a genuine asymmetry does not.
const ASYMMETRY: f64 = 1e-10;

/// The size of the tiles in which a matrix and its mirror image are read, so that both stay in
/// cache.
const TILE: usize = 32;

/// Checks that the matrix is square and not empty; returns its size.
pub(crate) fn square(m: &DMatrix<f64>) -> Result<usize> {
    let (rows, columns) = m.shape();
    match (rows, columns) {
        (0, 0) => Err(Error::Empty),
        _ if rows != columns => Err(Error::NotSquare { rows, columns }),
        _ => Ok(rows),
    }
}

/// Checks that every entry is finite and returns the largest absolute one.
pub(crate) fn finite(m: &DMatrix<f64>) -> Result<f64> {
    // The bits of magnitudes have the order of the magnitudes, with infinity and then NaN at the
    // end.
    let bits = m.iter().map(|value| value.abs().to_bits()).max();
    let largest = f64::from_bits(bits.unwrap_or(0));
    if largest.is_finite() {
        return Ok(largest);
    }
    let index = m.iter().position(|v| !v.is_finite()).unwrap_or(0);
    let (row, column) = (index % m.nrows(), index / m.nrows());
    let value = m[(row, column)];
    Err(Error::NotFinite { row, column, value })
}

/// Checks that the matrix is square, finite and symmetric to rounding; returns its size.
pub(crate) fn symmetric(m: &DMatrix<f64>) -> Result<usize> {
    let n = square(m)?;
    let allowed = ASYMMETRY * finite(m)?;
    let (mut difference, mut row, mut column) = (0.0, 0, 0);
    for left in (0..n).step_by(TILE) {
        for top in (left..n).step_by(TILE) {
            for j in left..(left + TILE).min(n) {
                for i in top.max(j + 1)..(top + TILE).min(n) {
                    let here = (m[(i, j)] - m[(j, i)]).abs();
                    if here > difference {
                        (difference, row, column) = (here, i, j);
                    }
                }
            }
        }
    }
    if difference > allowed {
        return Err(Error::NotSymmetric {
            row,
            column,
            difference,
            allowed,
        });
    }
    Ok(n)
}

/// Checks a ridge $\sigma \ge 0$.
pub(crate) fn ridge(sigma: f64) -> Result<()> {
    if sigma >= 0.0 && sigma.is_finite() {
        Ok(())
    } else {
        Err(Error::BadRidge { sigma })
    }
}

/// Checks the number of rows of an argument.
pub(crate) fn length(what: &'static str, expected: usize, got: usize) -> Result<()> {
    if expected == got {
        Ok(())
    } else {
        Err(Error::Length {
            what,
            expected,
            got,
        })
    }
}

/// Converts a size to LAPACK's integer; refuses it above `limit`, where a workspace size would
/// overflow 32 bits.
pub(crate) fn lapack_size(n: usize, routine: &'static str, limit: usize) -> Result<i32> {
    match i32::try_from(n) {
        Ok(size) if n <= limit => Ok(size),
        _ => Err(Error::TooLarge { n, routine, limit }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message<T: std::fmt::Debug>(result: Result<T>) -> String {
        result.unwrap_err().to_string()
    }

    #[test]
    fn shapes() {
        assert_eq!(square(&DMatrix::zeros(3, 3)), Ok(3));
        assert_eq!(
            message(square(&DMatrix::zeros(2, 3))),
            "the matrix is 2×3; a spectrum needs a square one"
        );
        assert_eq!(
            message(square(&DMatrix::zeros(0, 0))),
            "the matrix is empty: a spectrum needs at least one row"
        );
    }

    #[test]
    fn a_value_that_is_not_finite_is_named() {
        let mut m = DMatrix::zeros(3, 3);
        m[(2, 1)] = f64::NAN;
        assert_eq!(
            message(symmetric(&m)),
            "entry (2, 1) is NaN; every entry must be finite: \
             check the model's weights and outputs"
        );
        m[(2, 1)] = f64::NEG_INFINITY;
        assert!(message(finite(&m)).starts_with("entry (2, 1) is -inf;"));
    }

    #[test]
    fn the_largest_asymmetry_is_named_wherever_its_tile_lies() {
        let n = 3 * TILE + 5;
        for (i, j) in [(1, 0), (40, 3), (n - 1, 0), (n - 1, n - 2), (70, 69)] {
            let mut m = DMatrix::identity(n, n);
            m[(2, 1)] = 1e-7;
            m[(i, j)] = 0.5;
            let Err(Error::NotSymmetric { row, column, .. }) = symmetric(&m) else {
                panic!("asymmetry at ({i}, {j}) was not seen");
            };
            assert_eq!((row, column), (i, j));
        }
        let m = DMatrix::from_row_slice(2, 2, &[1.0, 0.0, 0.5, 1.0]);
        assert_eq!(
            message(symmetric(&m)),
            "the matrix is not symmetric: entries (1, 0) and (0, 1) differ by 5e-1, \
             allowed is 1e-10; `Spectrum::of_symmetric_part` takes (M + Mᵀ)/2"
        );
    }

    #[test]
    fn rounding_is_no_asymmetry() {
        let m = DMatrix::from_row_slice(2, 2, &[1.0, 0.3, 0.3 + 1e-12, 1.0]);
        assert_eq!(symmetric(&m), Ok(2));
    }

    #[test]
    fn ridges_lengths_and_sizes() {
        assert_eq!(ridge(0.0), Ok(()));
        for sigma in [-1e-4, f64::NAN, f64::INFINITY] {
            assert_eq!(
                message(ridge(sigma)),
                format!("σ = {sigma}: the ridge must be finite and not negative")
            );
        }
        assert_eq!(
            message(length("the right-hand side", 3, 4)),
            "the right-hand side has 4 rows, expected 3"
        );
        assert_eq!(
            message(lapack_size(40_000, "dsyevd", 32_766)),
            "the matrix has 40000 rows; dsyevd takes at most 32766"
        );
    }
}
