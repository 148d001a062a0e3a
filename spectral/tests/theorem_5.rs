//! Lemma 2 and Theorem 5 on matrices, which is all that these statements are about.

use nalgebra::{DMatrix, DVector};
use proptest::prelude::*;
use tangent_spectral::theorems::{Hypothesis, lemma_2, theorem_5};
use tangent_spectral::{Cholesky, extremes};

#[track_caller]
fn near(got: f64, want: f64, tolerance: f64) {
    assert!(
        (got - want).abs() <= tolerance * want.abs(),
        "{got:e}, not {want:e}"
    );
}

/// Generates $K = JJ^\top$, $Y$, $f_0$ and $\sigma$ of random problems, from well-conditioned to
/// singular.
fn problems() -> impl Strategy<Value = (DMatrix<f64>, DVector<f64>, DVector<f64>, f64)> {
    (1_usize..7, 1_usize..9).prop_flat_map(|(n, p)| {
        let numbers = |count| prop::collection::vec(-2.0..2.0_f64, count);
        (numbers(n * p), numbers(n), numbers(n), -6.0..2.0_f64).prop_map(
            move |(j, y, f0, exponent)| {
                let j = DMatrix::from_vec(n, p, j);
                let vector = |v| DVector::from_vec(v);
                (
                    &j * j.transpose(),
                    vector(y),
                    vector(f0),
                    10_f64.powf(exponent),
                )
            },
        )
    })
}

/// Returns the summed training risk of ridge regression on `residual`.
fn risk(k: &DMatrix<f64>, residual: &DVector<f64>, sigma: f64) -> f64 {
    let factor = Cholesky::of_ridge(k, sigma).unwrap();
    let residual = DMatrix::from_column_slice(residual.len(), 1, residual.as_slice());
    (factor.solve(&residual).unwrap() * sigma).norm_squared()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn theorem_5_holds((k, y, f0, sigma) in problems()) {
        let ends = extremes(&k).unwrap();
        let (min, max) = (ends.min.max(0.0), ends.max.max(0.0));
        // Solving with a condition number κ loses about log10 κ digits.
        let lost = 1e-14 * (max + sigma) / (min + sigma) + 1e-12;
        let residual = &y - &f0;
        for (bounds, residual) in [
            (theorem_5::printed(sigma, y.norm(), min, max), &y),
            (theorem_5::repaired(sigma, residual.norm(), min, max), &residual),
        ] {
            let (lower, upper) = bounds.unwrap();
            let risk = risk(&k, residual, sigma);
            prop_assert!(risk >= lower * (1.0 - lost) && risk <= upper * (1.0 + lost));
        }
    }

    #[test]
    fn lemma_2_holds((k, ..) in problems()) {
        let (smallest, floor) = lemma_2(&k).unwrap();
        prop_assert!(smallest >= floor);
    }
}

/// Along an eigenvector the bounds are reached, so that an error in either would be seen.
#[test]
fn theorem_5_is_tight() {
    let k = DMatrix::from_diagonal(&DVector::from_vec(vec![0.5, 3.0]));
    let (sigma, axis) = (0.2, |i: usize| {
        DVector::from_fn(2, |j, _| if i == j { 1.7 } else { 0.0 })
    });
    let (lower, upper) = theorem_5::repaired(sigma, 1.7, 0.5, 3.0).unwrap();
    near(risk(&k, &axis(0), sigma), upper, 1e-12);
    near(risk(&k, &axis(1), sigma), lower, 1e-12);
}

/// (17) drops $f_{\theta_0}$, but a fine-tuned model starts from it: with $\lVert Y\rVert$ in place
/// of $\lVert Y - f_0\rVert$ both bounds are then false.
#[test]
fn the_printed_theorem_5_is_not_about_a_fine_tuned_model() {
    let k = DMatrix::from_element(1, 1, 1.0);
    let sigma = 1.0;
    let fine_tuned = |f0: f64, y: f64| risk(&k, &DVector::from_element(1, y - f0), sigma);
    let (_, upper) = theorem_5::printed(sigma, 1.0, 1.0, 1.0).unwrap();
    assert!(fine_tuned(-1.0, 1.0) > 3.9 * upper);
    let (lower, _) = theorem_5::printed(sigma, 1.0, 1.0, 1.0).unwrap();
    assert!(fine_tuned(1.0, 1.0) < lower);
    let (lower, upper) = theorem_5::repaired(sigma, 2.0, 1.0, 1.0).unwrap();
    near(fine_tuned(-1.0, 1.0), lower, 1e-15);
    assert_eq!(lower, upper);
}

#[test]
fn theorem_5_needs_a_ridge() {
    assert_eq!(
        theorem_5::printed(0.0, 1.0, 0.0, 1.0),
        Err(Hypothesis::NoRidge)
    );
}
