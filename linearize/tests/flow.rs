//! Tests of gradient flow against its differential equation, its start and its limit.

mod common;

use common::problem;
use nalgebra::{DVector, dmatrix, dvector};
use proptest::prelude::*;
use tangent_linearize::{Error, GradientFlow, KernelRidge};

#[test]
fn what_the_kernel_cannot_reach_stays_where_it_is() {
    // With two equal examples the kernel changes the mean of their outputs, but not the difference.
    let k = dmatrix![1.0, 1.0; 1.0, 1.0];
    let flow = GradientFlow::new(&k, &dvector![0.0, 0.0], &dvector![3.0, 1.0], 0.0).unwrap();
    let late = flow.outputs(1e6).unwrap();
    assert!((late - dvector![2.0, 2.0]).amax() < 1e-12);
    assert!((flow.distance(1e6).unwrap() - 2.0).abs() < 1e-12);
}

#[test]
fn bad_arguments() {
    let (k, v) = (dmatrix![1.0], dvector![0.0]);
    let message = |result: Result<GradientFlow, Error>| result.unwrap_err().to_string();
    for pull in [-0.5, f64::NAN, f64::INFINITY] {
        assert_eq!(
            message(GradientFlow::new(&k, &v, &v, pull)),
            format!("λ = {pull}: the pull to θ₀ must be finite and not negative")
        );
    }
    assert_eq!(
        message(GradientFlow::new(&k, &v, &dvector![1.0, 2.0], 0.0)),
        "the targets Y: 2 given, 1 expected"
    );
    assert_eq!(
        message(GradientFlow::new(&dmatrix![1.0, 2.0], &v, &v, 0.0)),
        "the matrix is 1×2; a spectrum needs a square one"
    );
    let flow = GradientFlow::new(&k, &v, &v, 0.0).unwrap();
    for time in [-1.0, f64::NAN, f64::INFINITY] {
        let want = format!("t = {time}: the time must be finite and not negative");
        assert_eq!(flow.outputs(time).unwrap_err().to_string(), want);
        assert_eq!(flow.coefficients(time).unwrap_err().to_string(), want);
        assert_eq!(flow.distance(time).unwrap_err().to_string(), want);
    }
    assert_eq!(
        flow.predict(&dmatrix![1.0, 2.0], &v, 1.0)
            .unwrap_err()
            .to_string(),
        "the cross kernel's columns: 2 given, 1 expected"
    );
}

proptest! {
    #[test]
    fn solves_its_equation(
        n in 1_usize..9, p in 1_usize..12, seed: u64,
        pull in prop_oneof![Just(0.0), 0.01..5.0_f64], time in 0.01..3.0_f64,
    ) {
        let (j, start, targets) = problem(n, p, seed);
        let k = &j * j.transpose();
        let flow = GradientFlow::new(&k, &start, &targets, pull).unwrap();
        let at = |t: f64| flow.outputs(t).unwrap();
        prop_assert!((at(0.0) - &start).amax() <= 1e-15);

        // This is the fourth-order central difference in t.
        let h = 1e-3 / (1.0 + k.trace() + pull);
        let rate = ((at(time + h) - at(time - h)) * 8.0 - (at(time + 2.0 * h) - at(time - 2.0 * h)))
            / (12.0 * h);
        let here = at(time);
        let want = &k * (&targets - &here) * 2.0 + (&start - &here) * pull;
        prop_assert!((rate - want).amax() <= 1e-9 * (1.0 + k.trace() + pull));

        let a = flow.coefficients(time).unwrap();
        let offset = j.tr_mul(&a);
        prop_assert!((&start + &j * &offset - &here).amax() <= 1e-11);
        prop_assert!((flow.distance(time).unwrap() - offset.norm()).abs() <= 1e-7 * (1.0 + offset.norm()));
        let seen = flow.predict(&k, &start, time).unwrap();
        prop_assert!((seen - here).amax() <= 1e-11);
    }

    #[test]
    fn its_objective_falls_and_its_limit_is_ridge_with_half_the_pull(
        n in 1_usize..9, p in 1_usize..12, seed: u64, pull in 0.05..5.0_f64,
    ) {
        let (j, start, targets) = problem(n, p, seed);
        let k = &j * j.transpose();
        let flow = GradientFlow::new(&k, &start, &targets, pull).unwrap();
        let objective = |t: f64| {
            let risk = (flow.outputs(t).unwrap() - &targets).norm_squared();
            risk + pull / 2.0 * flow.distance(t).unwrap().powi(2)
        };
        let values: Vec<f64> = [0.0, 0.1, 0.3, 1.0, 3.0, 10.0].map(objective).to_vec();
        prop_assert!(values.windows(2).all(|w| w[1] <= w[0] + 1e-12));

        let late = 50.0 / pull;
        let ridge = KernelRidge::fit(&k, &start, &targets, pull / 2.0).unwrap();
        let gap: DVector<f64> = flow.coefficients(late).unwrap() - ridge.coefficients();
        prop_assert!(gap.amax() <= 1e-10 * (1.0 + ridge.coefficients().amax()));
    }
}
