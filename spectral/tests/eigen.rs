//! Eigenvalues and eigenvectors against closed forms and three other solvers.

mod common;

use common::{
    gram, noise, rounding, second_difference, second_difference_values, semidefinite, with_values,
};
use nalgebra::{DMatrix, DVector, dmatrix};
use proptest::prelude::*;
use tangent_spectral::{Eigen, Error, Extremes, eigenvalues, extremes, set_threads, threads};

fn assert_near(got: &DVector<f64>, want: &DVector<f64>, tolerance: f64) {
    assert_eq!(got.len(), want.len());
    let gap = (got - want).amax();
    assert!(gap <= tolerance, "{gap:e} > {tolerance:e}");
}

/// Checks all three ways to the eigenvalues, and the properties of the eigenvectors.
fn assert_spectrum(m: &DMatrix<f64>, want: &DVector<f64>) {
    let n = m.nrows();
    let norm = want.amax();
    let tolerance = rounding(n, norm);
    let values = eigenvalues(m).unwrap();
    let eigen = Eigen::of(m).unwrap();
    let Extremes { min, max } = extremes(m).unwrap();
    assert!(values.as_slice().is_sorted() && eigen.values.as_slice().is_sorted());
    assert_near(&values, want, tolerance);
    assert_near(&eigen.values, &values, tolerance);
    assert!((min - values[0]).abs() <= tolerance);
    assert!((max - values[n - 1]).abs() <= tolerance);

    let q = &eigen.vectors;
    let identity = DMatrix::identity(n, n);
    assert!((q.tr_mul(q) - &identity).amax() <= rounding(n, 1.0));
    let again = eigen.apply(|lambda| lambda, &identity).unwrap();
    assert!((again - m).amax() <= tolerance);
}

#[test]
fn diagonal() {
    let m = DMatrix::from_diagonal(&DVector::from_vec(vec![3.0, -1.0, 0.0, 2.0]));
    assert_spectrum(&m, &DVector::from_vec(vec![-1.0, 0.0, 2.0, 3.0]));
}

#[test]
fn one_by_one() {
    assert_spectrum(&dmatrix![-4.0], &DVector::from_vec(vec![-4.0]));
}

#[test]
fn two_by_two() {
    let (a, b, d) = (2.0, 1.5, -0.5);
    let (mean, radius) = ((a + d) / 2.0, f64::hypot((a - d) / 2.0, b));
    let want = DVector::from_vec(vec![mean - radius, mean + radius]);
    assert_spectrum(&dmatrix![a, b; b, d], &want);
}

#[test]
fn second_differences() {
    for n in [2, 3, 10, 33, 150] {
        assert_spectrum(&second_difference(n), &second_difference_values(n));
    }
}

/// Bisection alone does not find all eigenvalues of such matrices.
#[test]
fn multiples_of_the_identity_to_rounding() {
    for (n, seed) in (2..9).flat_map(|n| (0..20).map(move |seed| (n, seed))) {
        let values = DVector::from_element(n, 0.3);
        assert_spectrum(&with_values(&values, seed), &values);
    }
}

#[test]
fn rank_one() {
    let v = noise(40, 1, 7);
    let mut want = DVector::zeros(40);
    want[39] = v.norm_squared();
    assert_spectrum(&(&v * v.transpose()), &want);
}

#[test]
fn a_low_rank_gram_matrix_has_the_small_gram_matrix_s_values() {
    let j = noise(60, 4, 3);
    let small = eigenvalues(&j.tr_mul(&j)).unwrap();
    let mut want = DVector::zeros(60);
    want.rows_mut(56, 4).copy_from(&small);
    assert_spectrum(&(&j * j.transpose()), &want);
}

#[test]
fn agrees_with_faer_and_with_both_of_nalgebra() {
    for (n, p) in [(5, 9), (64, 64), (130, 40)] {
        let m = gram(n, p, n as u64);
        let got = eigenvalues(&m).unwrap();
        let tolerance = rounding(n, got[n - 1]);

        let faer = faer::Mat::from_fn(n, n, |i, j| m[(i, j)])
            .self_adjoint_eigenvalues(faer::Side::Lower)
            .unwrap();
        assert_near(&got, &DVector::from_vec(faer), tolerance);

        let mut pure = m.clone().symmetric_eigenvalues().as_slice().to_vec();
        pure.sort_by(f64::total_cmp);
        assert_near(&got, &DVector::from_vec(pure), tolerance);

        let lapack = nalgebra_lapack::SymmetricEigen::new(m.clone());
        assert_near(&got, &lapack.eigenvalues, tolerance);
        let eigen = Eigen::of(&m).unwrap();
        for k in 0..n {
            // An eigenvector is determined up to its sign, and only if its eigenvalue is separated.
            let gap = [k.checked_sub(1), (k + 1 < n).then_some(k + 1)]
                .into_iter()
                .flatten()
                .map(|l| (got[l] - got[k]).abs())
                .fold(f64::INFINITY, f64::min);
            let alignment = eigen.vectors.column(k).dot(&lapack.eigenvectors.column(k));
            if gap > 1e-3 * got[n - 1] {
                assert!((alignment.abs() - 1.0).abs() < 1e-10);
            }
        }
    }
}

#[test]
fn a_scale_near_the_ends_of_the_range_is_no_matter() {
    for scale in [1e-200, 1e200] {
        assert_spectrum(
            &(second_difference(20) * scale),
            &(second_difference_values(20) * scale),
        );
    }
}

#[test]
fn bits_do_not_depend_on_openblas_s_threads() {
    let before = threads();
    for n in [20, 200, 1100] {
        let m = gram(n, n / 2, 1);
        let of = |count| {
            set_threads(count);
            let vectors = (n < 1000).then(|| Eigen::of(&m).unwrap());
            (eigenvalues(&m).unwrap(), extremes(&m).unwrap(), vectors)
        };
        let one = of(1);
        assert!(one == of(2) && one == of(3), "n = {n}");
    }
    set_threads(before);
}

#[test]
fn a_function_of_the_matrix() {
    let m = common::with_values(&DVector::from_vec(vec![0.5, 1.0, 4.0]), 2);
    let eigen = Eigen::of(&m).unwrap();
    let root = eigen.apply(f64::sqrt, &DMatrix::identity(3, 3)).unwrap();
    assert!((&root * &root - &m).amax() < 1e-14);
    assert_eq!(
        eigen
            .apply(f64::sqrt, &DMatrix::zeros(2, 1))
            .unwrap_err()
            .to_string(),
        "the right-hand side has 2 rows, expected 3"
    );
}

#[test]
fn bad_matrices_are_refused_by_every_entry_point() {
    let mut nan = DMatrix::identity(2, 2);
    nan[(1, 0)] = f64::NAN;
    let bad = [
        (DMatrix::zeros(0, 0), Error::Empty),
        (
            DMatrix::zeros(2, 3),
            Error::NotSquare {
                rows: 2,
                columns: 3,
            },
        ),
        (
            dmatrix![1.0, 0.0; 1.0, 1.0],
            Error::NotSymmetric {
                row: 1,
                column: 0,
                difference: 1.0,
                allowed: 1e-10,
            },
        ),
    ];
    for (m, error) in bad {
        assert_eq!(eigenvalues(&m).unwrap_err(), error);
        assert_eq!(extremes(&m).unwrap_err(), error);
        assert_eq!(Eigen::of(&m).unwrap_err(), error);
    }
    for result in [
        eigenvalues(&nan).err(),
        extremes(&nan).err(),
        Eigen::of(&nan).err(),
    ] {
        assert!(matches!(
            result,
            Some(Error::NotFinite {
                row: 1,
                column: 0,
                ..
            })
        ));
    }
}

proptest! {
    #[test]
    fn random_semidefinite_matrices((want, m) in semidefinite()) {
        assert_spectrum(&m, &want);
    }
}
