//! Tests of the fixtures against finite differences, and of their constants against the quantities that they bound.

use nalgebra::{DMatrix, DVector, dmatrix};
use proptest::prelude::*;
use tangent_linearize::fixture::{Certified, Quadratic, Sine};
use tangent_linearize::{Error, Predictor, jacobian, kernel};

fn fixture(quadratic: bool, n: usize, p: usize, seed: u64) -> Box<dyn Certified> {
    if quadratic {
        Box::new(Quadratic::random(n, p, 0.7, seed).unwrap())
    } else {
        Box::new(Sine::random(n, p, seed).unwrap())
    }
}

/// Returns numbers in [-1, 1) that differ from those that the fixtures draw.
fn numbers(count: usize, seed: u64) -> DVector<f64> {
    let phase = (seed % 1000) as f64;
    DVector::from_fn(count, |i, _| (12.9898 * (i as f64 + 1.0) + phase).sin())
}

fn moved(start: &[f64], by: &DVector<f64>) -> Vec<f64> {
    start.iter().zip(by.iter()).map(|(s, d)| s + d).collect()
}

fn norm(j: &DMatrix<f64>) -> f64 {
    j.singular_values().max()
}

proptest! {
    #[test]
    fn all_three_maps_agree_with_finite_differences(
        quadratic: bool, n in 1_usize..6, p in 1_usize..7, seed: u64,
    ) {
        let f = fixture(quadratic, n, p, seed);
        let theta = moved(f.start(), &numbers(p, seed));
        let (v, u) = (numbers(p, seed ^ 1), numbers(n, seed ^ 2));
        let at = |t: f64| DVector::from_vec(f.forward(&moved(&theta, &(&v * t)), &f.all()).unwrap());

        let h = 1e-3;
        let want = ((at(h) - at(-h)) * 8.0 - (at(2.0 * h) - at(-2.0 * h))) / (12.0 * h);
        let change = DVector::from_vec(f.pushforward(&theta, &f.all(), v.as_slice()).unwrap());
        prop_assert!((&change - want).amax() < 1e-9);

        let cotangent = |i: usize, _: &[f64], into: &mut [f64]| into[0] = u[i];
        let (outputs, gradient) = f.gradient(&theta, &f.all(), &cotangent).unwrap();
        prop_assert_eq!(DVector::from_vec(outputs), at(0.0));
        let gradient = DVector::from_vec(gradient);
        prop_assert!((gradient.dot(&v) - change.dot(&u)).abs() < 1e-12);

        let j = jacobian(f.as_ref(), &theta).unwrap();
        prop_assert!((&j * &v - &change).amax() < 1e-13);
        prop_assert!((kernel(f.as_ref(), &theta).unwrap() - &j * j.transpose()).amax() < 1e-13);
    }

    #[test]
    fn certified_constants_bound_every_ratio(
        quadratic: bool, n in 1_usize..6, p in 1_usize..7, seed: u64, radius in 0.01..3.0_f64,
        shares in (0.0..1.0_f64, 0.0..1.0_f64),
    ) {
        let f = fixture(quadratic, n, p, seed);
        let constants = f.certified(radius);
        let in_ball = |seed, share: f64| {
            moved(f.start(), &(numbers(p, seed).normalize() * (radius * share)))
        };
        let (a, b) = (in_ball(seed ^ 1, shares.0), in_ball(seed ^ 2, shares.1));
        let vector = |x: Vec<f64>| DVector::from_vec(x);
        let apart = (vector(a.clone()) - vector(b.clone())).norm();
        let outputs = |theta: &[f64]| vector(f.forward(theta, &f.all()).unwrap());
        let rows = |theta: &[f64]| jacobian(f.as_ref(), theta).unwrap();
        prop_assert!((outputs(&a) - outputs(&b)).norm() <= constants.lip_f * apart + 1e-12);
        prop_assert!(norm(&(rows(&a) - rows(&b))) <= constants.lip_gradient * apart + 1e-12);
        prop_assert!(norm(&rows(&a)) <= constants.lip_f + 1e-12);
    }

    #[test]
    fn batches_may_repeat_and_reorder(quadratic: bool, seed: u64) {
        let f = fixture(quadratic, 4, 3, seed);
        let all = f.forward(f.start(), &f.all()).unwrap();
        let some = f.forward(f.start(), &[2, 0, 2]).unwrap();
        prop_assert_eq!(some, [all[2], all[0], all[2]]);
    }
}

#[test]
fn one_row_reaches_its_constants() {
    // sin(a·θ): the slope is |a| where the wave crosses zero, the curvature |a|² at its top.
    let a = dmatrix![0.6, -0.8];
    let flat = Sine::new(&a, &[0.0, 0.0]).unwrap();
    let constants = flat.certified(0.1);
    assert!((norm(&jacobian(&flat, &[0.0, 0.0]).unwrap()) - constants.lip_f).abs() < 1e-14);

    let top = std::f64::consts::FRAC_PI_2;
    let rows = |s: f64| jacobian(&flat, &[0.6 * (top + s), -0.8 * (top + s)]).unwrap();
    let h = 1e-4;
    let change = norm(&(rows(h) - rows(-h))) / (2.0 * h);
    assert!(change <= constants.lip_gradient && change > 0.999_999 * constants.lip_gradient);

    // u + ½ m u² has slope 1 + m r at the rim.
    let f = Quadratic::new(&dmatrix![1.0], &[dmatrix![0.7]], &[2.0]).unwrap();
    let constants = f.certified(0.5);
    assert!((jacobian(&f, &[2.5]).unwrap()[(0, 0)] - constants.lip_f).abs() < 1e-15);
}

/// The largest sampled ratio must be at least this share of the certified constant.
#[test]
fn certified_constants_are_no_more_than_a_few_times_too_large() {
    for quadratic in [false, true] {
        for seed in 0..5 {
            let (p, radius) = (2, 1.5);
            let f = fixture(quadratic, 3, p, seed);
            let constants = f.certified(radius);
            let (mut slope, mut curvature) = (0.0_f64, 0.0_f64);
            for i in 0..40 {
                for angle in 0..40 {
                    let r = radius * f64::from(i) / 39.0;
                    let angle = f64::from(angle) / 40.0 * std::f64::consts::TAU;
                    let at = |dx: f64, dy: f64| {
                        let by =
                            DVector::from_vec(vec![r * angle.cos() + dx, r * angle.sin() + dy]);
                        jacobian(f.as_ref(), &moved(f.start(), &by)).unwrap()
                    };
                    slope = slope.max(norm(&at(0.0, 0.0)));
                    for direction in 0..8 {
                        let (y, x) = (f64::from(direction) / 8.0 * std::f64::consts::PI).sin_cos();
                        let h = 1e-4;
                        let change = at(h * x, h * y) - at(-h * x, -h * y);
                        curvature = curvature.max(norm(&change) / (2.0 * h));
                    }
                }
            }
            assert!(slope > 0.5 * constants.lip_f, "{slope} {constants:?}");
            assert!(
                curvature > 0.5 * constants.lip_gradient,
                "{curvature} {constants:?}"
            );
        }
    }
}

#[test]
fn random_rows_are_of_length_about_one() {
    let f = Sine::random(50, 400, 1).unwrap();
    // Rows of a 50 × 400 matrix of variance 1/400: the norm is near 1 + √(50/400).
    let norm = f.certified(0.0).lip_f;
    assert!((norm - 1.0 - 0.125_f64.sqrt()).abs() < 0.1, "{norm}");
    let f = Quadratic::random(1, 200, 0.7, 1).unwrap();
    let curvature = f.certified(0.0).lip_gradient;
    assert!((curvature - 0.7).abs() < 0.07, "{curvature}");
}

#[test]
fn bad_arguments() {
    let message = |error: Error| error.to_string();
    let a = dmatrix![1.0, 2.0];
    assert_eq!(
        message(Sine::new(&a, &[0.0]).unwrap_err()),
        "entries of θ₀: 1 given, 2 expected"
    );
    assert_eq!(
        message(Sine::new(&dmatrix![f64::NAN], &[0.0]).unwrap_err()),
        "entry 0 of A is NaN; every entry must be finite"
    );
    assert_eq!(Sine::random(0, 3, 1).unwrap_err(), Error::NoExamples);
    assert_eq!(
        Quadratic::random(3, 0, 1.0, 1).unwrap_err(),
        Error::NoExamples
    );
    assert_eq!(
        message(Quadratic::new(&a, &[], &[0.0, 0.0]).unwrap_err()),
        "matrices M: 0 given, 1 expected"
    );
    let m = dmatrix![1.0, 0.0];
    assert_eq!(
        message(Quadratic::new(&a, &[m], &[0.0, 0.0]).unwrap_err()),
        "rows of a matrix M: 1 given, 2 expected"
    );
    let f = Sine::new(&a, &[0.0, 0.0]).unwrap();
    assert_eq!(
        message(f.forward(&[0.0], &[0]).unwrap_err()),
        "parameters θ: 1 given, 2 expected"
    );
    assert_eq!(
        message(f.forward(&[f64::INFINITY, 0.0], &[0]).unwrap_err()),
        "entry 0 of the outputs is NaN; every entry must be finite"
    );
}
