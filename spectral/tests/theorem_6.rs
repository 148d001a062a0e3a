//! Generalised eigenvalues of (S, K + σI), and Theorem 6 on matrices.

mod common;
#[path = "common/pairs.rs"]
mod pairs;

use nalgebra::{DMatrix, DVector, dmatrix};
use pairs::{Problem, problems, shifted};
use proptest::prelude::*;
use tangent_spectral::theorems::{Hypothesis, theorem_6};
use tangent_spectral::{Eigen, Error, Perturbation, Precision, eigenvalues, set_threads, threads};

/// Returns the eigenvalues of $M^{-1/2} S M^{-1/2}$, which is formed explicitly.
fn plainly(m: &DMatrix<f64>, s: &DMatrix<f64>) -> DVector<f64> {
    let eigen = Eigen::of(m).unwrap();
    let root = |b: &DMatrix<f64>| eigen.apply(|v| 1.0 / v.sqrt(), b).unwrap();
    let once = root(s);
    let twice = root(&once.transpose());
    eigenvalues(&((&twice + twice.transpose()) * 0.5)).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn generalised_eigenvalues_are_those_of_the_matrix_with_its_root_formed(
        Problem { k, s: [s, _], sigma, .. } in problems()
    ) {
        let perturbation = Perturbation::of(&k, &s, sigma, Precision::F64).unwrap();
        let want = plainly(&shifted(&k, sigma), &s);
        let noise = perturbation.noise();
        for (got, want) in perturbation.values().iter().zip(&want) {
            prop_assert!((got - want).abs() <= noise, "{got:e} {want:e} ± {noise:e}");
        }
        prop_assert!(perturbation.values().is_sorted());
        prop_assert!(perturbation.values()[0] >= -noise);
        prop_assert!((perturbation.eta() - want.max()).abs() <= noise);
    }

    #[test]
    fn theorem_6_holds(Problem { k, s: [s, _], sigma, .. } in problems()) {
        let n = k.nrows() as f64;
        for sigma in [0.0, sigma] {
            let perturbation = match Perturbation::of(&k, &s, sigma, Precision::F64) {
                Ok(perturbation) => perturbation,
                // A singular K has no η.
                Err(Error::NotPositiveDefinite { sigma: 0.0 }) => continue,
                Err(other) => panic!("{other}"),
            };
            let before = eigenvalues(&shifted(&k, sigma)).unwrap();
            let after = eigenvalues(&shifted(&(&k + &s), sigma)).unwrap();
            for (before, measured) in before.iter().zip(&after) {
                let rounding = 4.0 * n * f64::EPSILON * after.max() + perturbation.noise() * before;
                for bound in [theorem_6::printed, theorem_6::repaired] {
                    let (lower, upper) = bound(perturbation.eta(), *before).unwrap();
                    prop_assert!(lower - rounding <= *measured && *measured <= upper + rounding);
                }
            }
        }
    }
}

/// The upper bound is reached if S is a multiple of K, the repaired lower bound along every
/// eigenvector on which S vanishes; the printed lower bound is far from the value there.
#[test]
fn theorem_6_is_tight() {
    let k = dmatrix![2.0, 1.0; 1.0, 3.0];
    let values = eigenvalues(&k).unwrap();
    let s = &k * 0.75;
    let eta = Perturbation::of(&k, &s, 0.0, Precision::F64).unwrap().eta();
    for (before, after) in values.iter().zip(&eigenvalues(&(&k + s)).unwrap()) {
        let (_, upper) = theorem_6::repaired(eta, *before).unwrap();
        assert!((after / upper - 1.0).abs() < 1e-14);
    }

    let k = dmatrix![1.0, 0.0; 0.0, 4.0];
    let s = dmatrix![0.0, 0.0; 0.0, 2.0];
    let eta = Perturbation::of(&k, &s, 0.0, Precision::F64).unwrap().eta();
    assert_eq!(eta, 0.5);
    let after = eigenvalues(&(&k + s)).unwrap();
    assert_eq!(theorem_6::repaired(eta, 1.0), Ok((after[0], 1.5)));
    assert_eq!(theorem_6::repaired(eta, 4.0), Ok((4.0, after[1])));
    assert_eq!(theorem_6::printed(eta, 1.0), Ok((0.5, 1.5)));
}

/// Weyl's inequality needs S ⪰ 0; (20) does not.
#[test]
fn an_indefinite_addition_is_within_the_printed_form_only() {
    let (k, s) = (dmatrix![4.0], dmatrix![-2.0]);
    let eta = Perturbation::of(&k, &s, 0.0, Precision::F64).unwrap().eta();
    assert_eq!(eta, 0.5);
    assert_eq!(theorem_6::printed(eta, 4.0), Ok((2.0, 6.0)));
    assert_eq!(theorem_6::repaired(eta, 4.0), Ok((4.0, 6.0)));
}

#[test]
fn theorem_6_refuses_what_is_not_positive() {
    let unmet = theorem_6::printed(0.5, 0.0).unwrap_err();
    assert_eq!(unmet, Hypothesis::NotDefinite { what: "K" });
    assert_eq!(
        unmet.to_string(),
        "K is not positive definite as far as can be told"
    );
    for (eta, lambda) in [
        (-0.1, 1.0),
        (f64::NAN, 1.0),
        (0.1, -1.0),
        (0.1, f64::INFINITY),
    ] {
        for bound in [theorem_6::printed, theorem_6::repaired] {
            let unmet = bound(eta, lambda).unwrap_err();
            assert!(matches!(unmet, Hypothesis::NotANumber { .. }), "{unmet}");
        }
    }
}

/// An eigenvalue between the two floors is noise for 32-bit rows, but genuine for 64-bit rows.
#[test]
fn a_kernel_at_its_noise_floor_has_no_eta() {
    let k = dmatrix![1.0, 0.0; 0.0, 1e-8];
    let s = DMatrix::identity(2, 2);
    let eta = |sigma, rows| Perturbation::of(&k, &s, sigma, rows).map(|p| p.eta());
    assert!((eta(0.0, Precision::F64).unwrap() - 1e8).abs() < 1.0);
    let error = eta(0.0, Precision::F32).unwrap_err();
    assert_eq!(error, Error::NotPositiveDefinite { sigma: 0.0 });
    assert!(error.to_string().contains("raise σ"));
    assert!((eta(1e-4, Precision::F32).unwrap() - 1e4).abs() < 2.0);
    // A ridge below rounding does not help.
    let singular = dmatrix![1.0, 1.0; 1.0, 1.0];
    assert!(Perturbation::of(&singular, &s, 1e-20, Precision::F64).is_err());
}

#[test]
fn bad_matrices_are_refused() {
    let k = DMatrix::identity(2, 2);
    let of = |k: &DMatrix<f64>, s: &DMatrix<f64>, sigma| {
        Perturbation::of(k, s, sigma, Precision::F64).unwrap_err()
    };
    assert_eq!(
        of(&k, &DMatrix::identity(3, 3), 0.0).to_string(),
        "the kernel has 2 rows, expected 3"
    );
    assert!(matches!(of(&k, &k, -1.0), Error::BadRidge { .. }));
    let crooked = dmatrix![1.0, 0.0; 0.5, 1.0];
    assert!(matches!(of(&k, &crooked, 1.0), Error::NotSymmetric { .. }));
    assert!(matches!(of(&crooked, &k, 1.0), Error::NotSymmetric { .. }));
    let nothing = DMatrix::zeros(0, 0);
    assert_eq!(of(&nothing, &nothing, 1.0), Error::Empty);
}

#[test]
fn bits_do_not_depend_on_openblas_s_threads() {
    let before = threads();
    let (k, s) = (common::gram(200, 210, 1), common::gram(200, 20, 2));
    let of = |count| {
        set_threads(count);
        Perturbation::of(&k, &s, 1e-3, Precision::F64).unwrap()
    };
    assert_eq!(of(1), of(2));
    set_threads(before);
}
