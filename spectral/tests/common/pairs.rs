//! Pairs of positive semidefinite matrices, a kernel and the matrices added to it.

// Each test program uses some of these.
#![allow(dead_code)]

use crate::common::with_values;
use nalgebra::{DMatrix, DVector};
use proptest::prelude::*;

/// A kernel, additions to it, targets, and a ridge.
#[derive(Debug, Clone)]
pub(crate) struct Problem {
    pub(crate) k: DMatrix<f64>,
    pub(crate) s: [DMatrix<f64>; 2],
    pub(crate) y: DVector<f64>,
    pub(crate) sigma: f64,
}

/// Random problems of size 1 to 8, from well-conditioned to singular: eigenvalues over 12 decades,
/// ranks down to 0; additions of a thousandth to a thousand times the kernel, some with the
/// kernel's own eigenvectors; a ridge from 1e-11 to 10 times the largest of all eigenvalues.
pub(crate) fn problems() -> impl Strategy<Value = Problem> {
    (1_usize..=8).prop_flat_map(|n| {
        let scale = -3.0..3.0_f64;
        let target = prop::collection::vec(-2.0..2.0_f64, n)
            .prop_filter("targets that are all zero have no risk", |y| {
                y.iter().any(|&y| y != 0.0)
            });
        let matrices = (spectrum(n), spectrum(n), spectrum(n));
        let kinds = (scale.clone(), scale, any::<[bool; 2]>(), any::<u64>());
        (matrices, kinds, target, -11.0..1.0_f64).prop_map(
            |((k, first, second), (left, right, shared, seed), y, ridge)| {
                let added = |values: DVector<f64>, decades: f64, shared, other| {
                    let seed = if shared { seed } else { seed ^ other };
                    with_values(&(values * 10_f64.powf(decades)), seed)
                };
                let (k, s) = (
                    with_values(&k, seed),
                    [
                        added(first, left, shared[0], 1 << 20),
                        added(second, right, shared[1], 1 << 40),
                    ],
                );
                let largest = [&k, &s[0], &s[1]].map(|m| m.norm()).into_iter();
                let largest = largest.fold(0.0, f64::max);
                let largest = if largest == 0.0 { 1.0 } else { largest };
                let sigma = largest * 10_f64.powf(ridge);
                let y = DVector::from_vec(y);
                Problem { k, s, y, sigma }
            },
        )
    })
}

/// Eigenvalues, in no order: up to 12 decades, and as many zeros as wanted.
fn spectrum(n: usize) -> impl Strategy<Value = DVector<f64>> {
    let zeros = prop_oneof![2 => Just(0), 1 => 0..=n];
    let decades = prop_oneof![1 => Just(0.0), 1 => 0.0..1.0_f64, 2 => 0.0..12.0_f64];
    (prop::collection::vec(0.0..=1.0_f64, n), zeros, decades).prop_map(
        |(places, zeros, decades)| {
            let value = |(i, place): (usize, &f64)| match i < zeros {
                true => 0.0,
                false => 10_f64.powf(-decades * place),
            };
            DVector::from_vec(places.iter().enumerate().map(value).collect())
        },
    )
}

/// Returns $M + \sigma I$.
pub(crate) fn shifted(m: &DMatrix<f64>, sigma: f64) -> DMatrix<f64> {
    m + DMatrix::identity(m.nrows(), m.nrows()) * sigma
}
