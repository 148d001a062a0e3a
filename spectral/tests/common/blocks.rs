//! Problems of choosing blocks, and helpers that their tests share.

// Each test program uses some of these.
#![allow(dead_code)]

use crate::common::{gram, noise};
use nalgebra::{DMatrix, DVector};
use proptest::prelude::*;
use tangent_spectral::selection::{Problem, Score};
use tangent_spectral::{Error, Precision};

pub(crate) fn problem<'a>(
    blocks: &'a [DMatrix<f64>],
    y: &'a DVector<f64>,
    sigma: f64,
) -> Problem<'a> {
    Problem::new(blocks, y, sigma, Precision::F64).unwrap()
}

pub(crate) fn one(problem: &Problem<'_>, choice: &[usize], score: Score) -> f64 {
    problem.score(choice, &[score]).unwrap()[0]
}

/// Returns block kernels of low rank, and a residual.
pub(crate) fn blocks(
    count: usize,
    n: usize,
    rank: usize,
    seed: u64,
) -> (Vec<DMatrix<f64>>, DVector<f64>) {
    let kernels = (0..count as u64).map(|l| gram(n, rank, 31 * seed + l) * (l as f64 + 0.5));
    (
        kernels.collect(),
        noise(n, 1, seed + 999).column(0).into_owned(),
    )
}

pub(crate) fn message<T: std::fmt::Debug>(result: Result<T, Error>) -> String {
    result.unwrap_err().to_string()
}

/// Generates problems of three to five blocks, from well-conditioned to singular, with and without
/// a base.
pub(crate) fn problems() -> impl Strategy<Value = (Vec<DMatrix<f64>>, DVector<f64>, f64, bool)> {
    (3_usize..6, 1_usize..9, 1_usize..6, any::<u32>()).prop_flat_map(|(count, n, rank, seed)| {
        (-6.0..1.0_f64, any::<bool>()).prop_map(move |(exponent, based)| {
            let (blocks, y) = blocks(count, n, rank, u64::from(seed));
            (blocks, y, 10_f64.powf(exponent), based)
        })
    })
}
