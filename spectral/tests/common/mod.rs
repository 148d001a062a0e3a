//! Matrices with known spectra, and generated ones, for all tests.

// Each test program uses some of these.
#![allow(dead_code)]

use nalgebra::{DMatrix, DVector};
use proptest::prelude::*;

/// Returns the second-difference matrix, whose eigenvalues are $2 - 2\cos(k\pi/(n+1))$, $k = 1..n$.
pub(crate) fn second_difference(n: usize) -> DMatrix<f64> {
    DMatrix::from_fn(n, n, |i, j| match i.abs_diff(j) {
        0 => 2.0,
        1 => -1.0,
        _ => 0.0,
    })
}

/// Returns the eigenvalues of [`second_difference`], ascending.
pub(crate) fn second_difference_values(n: usize) -> DVector<f64> {
    DVector::from_fn(n, |k, _| {
        2.0 - 2.0 * ((k + 1) as f64 * std::f64::consts::PI / (n + 1) as f64).cos()
    })
}

/// Returns a matrix of numbers in [-1, 1) by a linear congruential generator.
pub(crate) fn noise(rows: usize, columns: usize, seed: u64) -> DMatrix<f64> {
    let mut state = seed.wrapping_mul(2) + 1;
    DMatrix::from_fn(rows, columns, |_, _| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
    })
}

/// Returns a Gram matrix $JJ^\top$ of `n` rows of length `p`.
pub(crate) fn gram(n: usize, p: usize, seed: u64) -> DMatrix<f64> {
    let j = noise(n, p, seed);
    &j * j.transpose()
}

/// Returns $Q \Lambda Q^\top$ with the given eigenvalues and a random $Q$.
pub(crate) fn with_values(values: &DVector<f64>, seed: u64) -> DMatrix<f64> {
    let n = values.len();
    let q = noise(n, n, seed).qr().q();
    let m = &q * DMatrix::from_diagonal(values) * q.transpose();
    (&m + m.transpose()) * 0.5
}

/// Returns the error that rounding may cause in an eigenvalue of an $n \times n$ matrix:
/// $c\sqrt n\,\varepsilon\,\|K\|$.
pub(crate) fn rounding(n: usize, norm: f64) -> f64 {
    20.0 * (n as f64).sqrt() * f64::EPSILON * norm
}

/// Positive semidefinite matrices from well-conditioned to singular: eigenvalues from one decade
/// to beyond the reach of 64 bits, some of them repeated, some zero.
pub(crate) fn semidefinite() -> impl Strategy<Value = (DVector<f64>, DMatrix<f64>)> {
    (1_usize..24, 0.0..20.0_f64, 0_usize..4, any::<u64>()).prop_flat_map(
        |(n, decades, zeros, seed)| {
            prop::collection::vec(0.0..=1.0_f64, n).prop_map(move |exponents| {
                let mut values: Vec<f64> = exponents
                    .iter()
                    .enumerate()
                    .map(|(i, e)| {
                        if i > 0 && i <= zeros {
                            0.0
                        } else {
                            10_f64.powf(-decades * e)
                        }
                    })
                    .collect();
                values.sort_by(f64::total_cmp);
                let values = DVector::from_vec(values);
                let m = with_values(&values, seed);
                (values, m)
            })
        },
    )
}
