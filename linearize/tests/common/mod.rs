//! Numbers for the tests of closed forms; each test file uses some of them.
#![allow(dead_code)]

use nalgebra::{DMatrix, DVector};

/// A matrix of numbers in [-1, 1) by a linear congruential generator.
pub(crate) fn noise(rows: usize, columns: usize, seed: u64) -> DMatrix<f64> {
    let mut state = seed.wrapping_mul(2) + 1;
    DMatrix::from_fn(rows, columns, |_, _| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
    })
}

/// A linear regression problem: Jacobian $[n, p]$, start $f_0$ and targets $Y$.
pub(crate) fn problem(n: usize, p: usize, seed: u64) -> (DMatrix<f64>, DVector<f64>, DVector<f64>) {
    let both = noise(n, 2, seed ^ 0x5eed);
    let [start, targets] = [0, 1].map(|j| both.column(j).into_owned());
    (noise(n, p, seed), start, targets)
}
