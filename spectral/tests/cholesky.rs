//! Solving with K + σI.

mod common;

use common::{gram, noise, semidefinite};
use nalgebra::{DMatrix, dmatrix};
use proptest::prelude::*;
use tangent_spectral::{Cholesky, Eigen, Error, set_threads, threads};

#[test]
fn solves_and_inverts() {
    let (n, sigma) = (40, 0.3);
    let k = gram(n, 10, 8);
    let shifted = &k + DMatrix::identity(n, n) * sigma;
    let factor = Cholesky::of_ridge(&k, sigma).unwrap();
    assert_eq!(factor.n(), n);
    let b = noise(n, 3, 1);
    let x = factor.solve(&b).unwrap();
    assert!((&shifted * &x - &b).amax() < 1e-12);
    let by_values = Eigen::of(&k)
        .unwrap()
        .apply(|l| 1.0 / (l + sigma), &b)
        .unwrap();
    assert!((by_values - x).amax() < 1e-12);
    let inverse = factor.inverse().unwrap();
    assert!((&shifted * &inverse - DMatrix::identity(n, n)).amax() < 1e-12);
    assert_eq!(inverse, inverse.transpose());
}

#[test]
fn bits_do_not_depend_on_openblas_s_threads() {
    let before = threads();
    let (k, b) = (gram(300, 300, 3), noise(300, 2, 4));
    let of = |count| {
        set_threads(count);
        let factor = Cholesky::of_ridge(&k, 1e-3).unwrap();
        (factor.solve(&b).unwrap(), factor.inverse().unwrap())
    };
    assert!(of(1) == of(2));
    set_threads(before);
}

#[test]
fn a_singular_matrix_is_refused_with_its_ridge() {
    // Two examples are equal: rounding may leave a positive pivot, which must not be trusted.
    let j = dmatrix![0.1, 0.7, 0.3; 0.4, 0.2, 0.9; 0.1, 0.7, 0.3];
    let k = &j * j.transpose();
    let error = Cholesky::of_ridge(&k, 0.0).unwrap_err();
    assert_eq!(error, Error::NotPositiveDefinite { sigma: 0.0 });
    assert_eq!(
        error.to_string(),
        "K + σI with σ = 0e0 is not positive definite to rounding: raise σ, \
         or remove duplicate examples"
    );
    assert!(Cholesky::of_ridge(&k, 1e-4).is_ok());
    assert!(Cholesky::of_ridge(&dmatrix![1.0, 2.0; 2.0, 1.0], 0.5).is_err());
}

#[test]
fn bad_arguments() {
    let k = dmatrix![1.0, 0.0; 0.0, 1.0];
    assert_eq!(
        Cholesky::of_ridge(&k, -1.0).unwrap_err().to_string(),
        "σ = -1: the ridge must be finite and not negative"
    );
    let factor = Cholesky::of_ridge(&k, 0.0).unwrap();
    assert_eq!(
        factor.solve(&DMatrix::zeros(3, 1)).unwrap_err().to_string(),
        "the right-hand side has 3 rows, expected 2"
    );
    assert!(matches!(
        factor.solve(&dmatrix![0.0; f64::NAN]).unwrap_err(),
        Error::NotFinite {
            row: 1,
            column: 0,
            ..
        }
    ));
}

proptest! {
    #[test]
    fn any_semidefinite_matrix_has_a_factor_once_it_has_a_ridge((values, k) in semidefinite(), exponent in -6.0..1.0_f64) {
        let (n, sigma) = (values.len(), 10_f64.powf(exponent));
        let b = noise(n, 1, 3);
        let x = Cholesky::of_ridge(&k, sigma).unwrap().solve(&b).unwrap();
        let residual = (&k * &x + &x * sigma - &b).amax();
        prop_assert!(residual <= 1e-12 * (values[n - 1] + sigma) * x.amax());
    }
}
