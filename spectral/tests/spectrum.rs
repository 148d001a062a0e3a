//! The quantities of a spectrum: floors, ranks, condition numbers.

mod common;

use approx::assert_relative_eq;
use common::{gram, semidefinite};
use nalgebra::{DMatrix, DVector, dmatrix};
use proptest::prelude::*;
use tangent_spectral::{Condition, Precision, Spectrum, Summary, condition_number};

#[test]
fn a_singular_kernel_s_noise_is_named_and_never_negative() {
    let (n, rank) = (50, 7);
    let s = Spectrum::of_gram(&gram(n, rank, 5), Precision::F64).unwrap();
    assert_eq!(s.numerical_rank(), rank);
    assert!(
        s.raw().iter().any(|&v| v < 0.0),
        "the case should have a negative value to hide"
    );
    assert!(s.values().all(|v| v >= 0.0 && v.is_sign_positive()));
    assert_eq!(s.lambda_min(), 0.0);
    assert!(s.is_noise(0) && !s.is_noise(n - 1));
    assert!(s.is_semidefinite());
    assert_eq!(s.values().len(), n);
    assert_eq!(s.values().next_back(), Some(s.lambda_max()));
}

#[test]
fn both_floors() {
    let values = vec![1e-9, 1e-6, 2.0];
    let wide = Spectrum::from_values(values.clone(), Precision::F64).unwrap();
    assert_eq!(wide.solver_floor(), 3.0 * f64::EPSILON * 2.0);
    assert_eq!(
        (wide.row_floor(), wide.noise_floor()),
        (0.0, wide.solver_floor())
    );
    assert_eq!(wide.numerical_rank(), 3);

    let single = Spectrum::from_values(values, Precision::F32).unwrap();
    assert_eq!(single.row_floor(), 2e-7);
    assert_eq!(single.noise_floor(), 2e-7);
    assert_eq!(single.numerical_rank(), 2);
    assert!(single.is_noise(0) && !single.is_noise(1));
}

#[test]
fn effective_rank_and_trace() {
    let of = |values: &[f64]| Spectrum::from_values(values.to_vec(), Precision::F64).unwrap();
    assert_relative_eq!(of(&[3.0; 8]).effective_rank(), 8.0, max_relative = 1e-14);
    assert_eq!(of(&[0.0, 0.0, 5.0]).effective_rank(), 1.0);
    assert_relative_eq!(
        of(&[1.0, 3.0]).effective_rank(),
        4.0 / 3_f64.powf(0.75),
        max_relative = 1e-14
    );
    // Noise below zero does not count.
    assert_eq!(of(&[-1e-16, 5.0]).effective_rank(), 1.0);
    assert_eq!(of(&[0.0, 0.0]).effective_rank(), 0.0);
    assert_eq!(of(&[4.0, -1.0, 2.0]).trace(), 5.0);
}

#[test]
fn the_zero_matrix() {
    let s = Spectrum::of_gram(&DMatrix::zeros(4, 4), Precision::F32).unwrap();
    assert_eq!(
        (s.lambda_min(), s.lambda_max(), s.noise_floor()),
        (0.0, 0.0, 0.0)
    );
    assert_eq!(s.numerical_rank(), 0);
    assert_eq!(s.condition(1e-4).unwrap().kappa, 1.0);
    assert_eq!(s.condition(0.0).unwrap().kappa, f64::INFINITY);
    assert!(s.is_zero() && s.summary(1e-4).unwrap().is_zero());
    assert_eq!(s.effective_rank(), 0.0);
}

#[test]
fn a_matrix_with_any_entry_is_not_the_zero_matrix() {
    let sparse = DMatrix::from_fn(5, 5, |i, j| if i == 3 && j == 3 { 1e-300 } else { 0.0 });
    let symmetric = dmatrix![0.0, -1e-200; 1e-200, 0.0];
    let mixed = dmatrix![0.0, 1e-9; 1e-9, 0.0];
    for (spectrum, zero) in [
        (Spectrum::of_gram(&sparse, Precision::F32), false),
        (
            Spectrum::of_gram(&DMatrix::from_element(1, 1, 2.0), Precision::F64),
            false,
        ),
        (Spectrum::of_symmetric_part(&mixed, Precision::F64), false),
        (
            Spectrum::of_symmetric_part(&symmetric, Precision::F64),
            true,
        ),
        (
            Spectrum::of_gram(&DMatrix::zeros(1, 1), Precision::F64),
            true,
        ),
    ] {
        let spectrum = spectrum.unwrap();
        assert_eq!(spectrum.is_zero(), zero, "{spectrum:?}");
        assert_eq!(
            spectrum.summary(0.0).unwrap().is_zero(),
            zero,
            "{spectrum:?}"
        );
    }
}

#[test]
fn a_kernel_that_is_not_symmetric_keeps_its_negative_values() {
    let m = dmatrix![0.0, 3.0; 1.0, 0.0];
    let refused = Spectrum::of_gram(&m, Precision::F64).unwrap_err();
    assert!(
        refused
            .to_string()
            .contains("(1, 0) and (0, 1) differ by 2e0")
    );
    let s = Spectrum::of_symmetric_part(&m, Precision::F64).unwrap();
    assert_relative_eq!(s.lambda_min(), -2.0, max_relative = 1e-15);
    assert_relative_eq!(s.lambda_max(), 2.0, max_relative = 1e-15);
    assert!(!s.is_semidefinite());
    assert_eq!(s.numerical_rank(), 2);
    // κ takes negative eigenvalues as zero here too.
    assert_relative_eq!(s.condition(1.0).unwrap().kappa, 3.0, max_relative = 1e-15);
}

#[test]
fn a_matrix_that_is_no_gram_matrix_is_told() {
    let s = Spectrum::of_gram(&dmatrix![1.0, 2.0; 2.0, 1.0], Precision::F64).unwrap();
    assert!(!s.is_semidefinite());
    assert_eq!(s.lambda_min(), 0.0);
    assert_relative_eq!(s.raw()[0], -1.0, max_relative = 1e-15);
    // The zero in place of the negative eigenvalue does not count in the rank.
    assert_eq!((s.numerical_rank(), s.is_noise(0)), (1, true));
}

#[test]
fn bad_values_are_refused() {
    let of = |values: Vec<f64>| Spectrum::from_values(values, Precision::F64).unwrap_err();
    assert!(of(vec![]).to_string().starts_with("the matrix is empty"));
    assert!(
        of(vec![1.0, f64::INFINITY])
            .to_string()
            .starts_with("entry (1, 0) is inf")
    );
    let s = Spectrum::from_values(vec![1.0], Precision::F64).unwrap();
    for error in [s.condition(-0.1).unwrap_err(), s.summary(-0.1).unwrap_err()] {
        assert_eq!(
            error.to_string(),
            "σ = -0.1: the ridge must be finite and not negative"
        );
    }
}

#[test]
fn a_summary_goes_to_json_and_back_with_every_bit() {
    let s = Spectrum::of_gram(&gram(12, 5, 9), Precision::F32).unwrap();
    for sigma in [0.0, 1e-4] {
        let summary = s.summary(sigma).unwrap();
        assert_eq!(summary.condition.kappa.is_infinite(), sigma == 0.0);
        assert!(summary.lambda_min_is_noise && summary.semidefinite);
        assert_eq!((summary.n, summary.numerical_rank), (12, 5));
        let json = serde_json::to_string(&summary).unwrap();
        assert!(json.contains(r#""rows":"f32""#), "{json}");
        assert_eq!(serde_json::from_str::<Summary>(&json).unwrap(), summary);
    }
}

proptest! {
    #[test]
    fn of_any_semidefinite_matrix((values, m) in semidefinite(), sigma in 0.0..1.0_f64, f32_rows: bool) {
        let n = values.len();
        let rows = if f32_rows { Precision::F32 } else { Precision::F64 };
        let s = Spectrum::of_gram(&m, rows).unwrap();
        prop_assert!(s.lambda_min() >= 0.0 && s.values().all(|v| v >= 0.0));
        prop_assert!((1.0..=n as f64).contains(&s.effective_rank()));
        prop_assert!((s.trace() - m.trace()).abs() <= 1e-12 * m.trace());
        let above = values.iter().filter(|&&v| v > 2.0 * s.noise_floor() + 1e-13).count();
        prop_assert!((above..=n).contains(&s.numerical_rank()));
        for sigma in [0.0, sigma, 1e-4] {
            let Condition { kappa, lower, upper, .. } = s.condition(sigma).unwrap();
            prop_assert!(lower >= 1.0 && lower <= kappa && kappa <= upper);
            prop_assert!(kappa <= condition_number(s.lambda_min(), s.lambda_max(), sigma).unwrap()
                || sigma == 0.0 && s.is_noise(0));
        }
        let larger = s.condition(2.0 * sigma + 1e-3).unwrap().kappa;
        prop_assert!(larger <= s.condition(sigma).unwrap().kappa);
    }

    #[test]
    fn condition_number_is_at_least_one(min in -1.0..1.0_f64, width in 0.0..10.0_f64, sigma in 0.0..1.0_f64) {
        let kappa = condition_number(min, min + width, sigma).unwrap();
        prop_assert!(kappa >= 1.0);
        let moved = (min.max(0.0) + sigma) * kappa;
        let largest = (min + width).max(0.0) + sigma;
        prop_assert!(kappa.is_infinite() || (moved - largest).abs() <= 1e-12 * largest);
    }

    #[test]
    fn order_of_the_values_is_no_matter(values in prop::collection::vec(0.0..1.0_f64, 1..20)) {
        let mut reversed = values.clone();
        reversed.reverse();
        let of = |v| Spectrum::from_values(v, Precision::F64).unwrap();
        prop_assert_eq!(of(values.clone()), of(reversed));
        let direct = Spectrum::of_gram(
            &DMatrix::from_diagonal(&DVector::from_vec(values.clone())), Precision::F64,
        ).unwrap();
        prop_assert_eq!(direct, of(values));
    }
}
