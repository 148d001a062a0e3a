//! Tests of kernel ridge regression against the normal equations in the parameters and against refits.

mod common;

use common::problem;
use nalgebra::{DMatrix, DVector, dmatrix, dvector};
use proptest::prelude::*;
use tangent_linearize::{Error, KernelRidge};

#[test]
fn errata_4_the_printed_form_forgets_the_pretrained_model() {
    let (j, start, targets) = problem(6, 9, 1);
    let k = &j * j.transpose();
    let printed = KernelRidge::printed(&k, &targets, 1e-4).unwrap();
    let exact = KernelRidge::fit(&k, &start, &targets, 1e-4).unwrap();
    // An unseen example whose kernel with all training examples is 0 keeps its pretrained output.
    let (stranger, f0) = (DMatrix::zeros(1, 6), dvector![0.7]);
    assert_eq!(exact.predict(&stranger, &f0).unwrap(), f0);
    assert_eq!(printed.change(&stranger).unwrap(), dvector![0.0]);
    // With a pretrained output of 0 both forms are equal.
    let from_zero = KernelRidge::fit(&k, &DVector::zeros(6), &targets, 1e-4).unwrap();
    assert_eq!(printed.coefficients(), from_zero.coefficients());
}

#[test]
fn without_a_ridge_it_interpolates() {
    let (j, start, targets) = problem(5, 20, 2);
    let k = &j * j.transpose();
    let ridge = KernelRidge::fit(&k, &start, &targets, 0.0).unwrap();
    assert!((ridge.predict(&k, &start).unwrap() - &targets).amax() < 1e-12);
    assert_eq!(ridge.train_risk(), 0.0);
}

#[test]
fn bad_arguments() {
    let k = dmatrix![1.0, 0.0; 0.0, 1.0];
    let two = dvector![0.0, 1.0];
    let message = |result: Result<KernelRidge, Error>| result.unwrap_err().to_string();
    assert_eq!(
        message(KernelRidge::fit(&k, &dvector![0.0], &two, 1.0)),
        "the start f₀(X): 1 given, 2 expected"
    );
    assert_eq!(
        message(KernelRidge::fit(&k, &two, &dvector![f64::NAN, 0.0], 1.0)),
        "entry 0 of the targets Y is NaN; every entry must be finite"
    );
    assert_eq!(
        message(KernelRidge::fit(&k, &two, &two, -1.0)),
        "σ = -1: the ridge must be finite and not negative"
    );
    assert!(
        message(KernelRidge::fit(
            &dmatrix![1.0, 1.0; 1.0, 1.0],
            &two,
            &two,
            0.0
        ))
        .starts_with("K + σI with σ = 0e0 is not positive definite")
    );

    let ridge = KernelRidge::fit(&k, &two, &two, 1.0).unwrap();
    let message = |result: Result<DVector<f64>, Error>| result.unwrap_err().to_string();
    assert_eq!(
        message(ridge.change(&dmatrix![1.0, 2.0, 3.0])),
        "the cross kernel's columns: 3 given, 2 expected"
    );
    assert_eq!(
        message(ridge.predict(&dmatrix![1.0, 2.0], &two)),
        "the start f₀ of the unseen examples: 2 given, 1 expected"
    );
    for outputs in [0, 3] {
        assert_eq!(
            message(ridge.leave_one_out(outputs)),
            format!(
                "2 rows do not divide into examples of {outputs}: give the number of rows that each \
                 example has"
            )
        );
    }
}

proptest! {
    #[test]
    fn is_the_minimiser_in_the_parameters(
        n in 1_usize..9, p in 1_usize..12, seed: u64, exponent in -3.0..2.0_f64,
    ) {
        let lambda = 10_f64.powf(exponent);
        let (j, start, targets) = problem(n, p, seed);
        let ridge = KernelRidge::fit(&(&j * j.transpose()), &start, &targets, lambda / 2.0).unwrap();
        let offset = j.tr_mul(ridge.coefficients());

        // The condition is ∇(‖f₀ + Jδ − Y‖² + (λ/2)‖δ‖²) = 0.
        let fitted = &start + &j * &offset;
        let gradient = j.tr_mul(&(&fitted - &targets)) * 2.0 + &offset * lambda;
        prop_assert!(gradient.amax() <= 1e-11 * (1.0 + offset.amax()));

        prop_assert!((&targets - &fitted - ridge.train_residual()).amax() <= 1e-11);
        let risk = (&targets - &fitted).norm_squared();
        prop_assert!((ridge.train_risk() - risk).abs() <= 1e-11);
        prop_assert!((ridge.distance() - offset.norm()).abs() <= 1e-6 * (1.0 + offset.norm()));

        let unseen = common::noise(3, p, seed ^ 1);
        let f0 = unseen.column(0).into_owned();
        let want = &f0 + &unseen * &offset;
        let got = ridge.predict(&(&unseen * j.transpose()), &f0).unwrap();
        prop_assert!((got - want).amax() <= 1e-11 * (1.0 + offset.amax()));
    }

    #[test]
    fn leaving_an_example_out_is_a_refit_without_it(
        n in 2_usize..7, outputs in 1_usize..4, p in 1_usize..12, seed: u64,
    ) {
        let (sigma, rows) = (0.1, n * outputs);
        let (j, start, targets) = problem(rows, p, seed);
        let k = &j * j.transpose();
        let got = KernelRidge::fit(&k, &start, &targets, sigma).unwrap().leave_one_out(outputs).unwrap();
        for first in (0..rows).step_by(outputs) {
            let kept: Vec<usize> =
                (0..rows).filter(|i| !(first..first + outputs).contains(i)).collect();
            let refit = KernelRidge::fit(
                &k.select_rows(&kept).select_columns(&kept),
                &start.select_rows(&kept),
                &targets.select_rows(&kept),
                sigma,
            ).unwrap();
            let cross = k.rows(first, outputs).select_columns(&kept);
            let f0 = start.rows(first, outputs).into_owned();
            let residual = targets.rows(first, outputs) - refit.predict(&cross, &f0).unwrap();
            prop_assert!((residual - got.rows(first, outputs)).amax() <= 1e-10);
        }
    }
}
