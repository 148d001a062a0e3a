//! Tests of Lipschitz constants in θ: they never exceed the certified constants, and are near the true ones, which
//! brute force finds if θ has one or two entries.

mod common;

use common::Affine;
use nalgebra::{DMatrix, dmatrix};
use proptest::prelude::*;
use std::f64::consts::{FRAC_PI_2, PI, TAU};
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;
use tangent_linearize::fixture::{Certified, Quadratic, Sine};
use tangent_linearize::lipschitz::{Estimates, How, ThetaLipschitz, ThetaSearch};
use tangent_linearize::train::KernelSpace;
use tangent_linearize::{Error, Predictor, jacobian};
use tangent_ntk_core::Monitor;

fn norm(j: &DMatrix<f64>) -> f64 {
    j.singular_values().max()
}

fn search<P: Predictor + ?Sized>(predictor: &P) -> ThetaLipschitz<'_, P> {
    ThetaLipschitz::new(predictor, ThetaSearch::default()).unwrap()
}

fn fixture(quadratic: bool, n: usize, p: usize, seed: u64) -> Box<dyn Certified> {
    if quadratic {
        Box::new(Quadratic::random(n, p, 0.7, seed).unwrap())
    } else {
        Box::new(Sine::random(n, p, seed).unwrap())
    }
}

/// Returns $\lVert D^2f_\theta[v, \cdot]\rVert$ by differences of whole Jacobians.
fn bend(f: &dyn Certified, theta: &[f64], v: &[f64]) -> f64 {
    let h = 1e-4;
    let at = |s: f64| {
        let moved: Vec<f64> = theta.iter().zip(v).map(|(x, v)| x + s * v).collect();
        jacobian(f, &moved).unwrap()
    };
    norm(&((at(h) - at(-h)) / (2.0 * h)))
}

/// Returns the true constants over a disc, up to the resolution of a grid.
fn by_brute_force(f: &dyn Certified, radius: f64, rings: usize) -> (f64, f64) {
    let (mut lip_f, mut lip_gradient) = (0.0_f64, 0.0_f64);
    for ring in 0..=rings {
        let r = radius * ring as f64 / rings.max(1) as f64;
        for k in 0..60 {
            let (y, x) = (f64::from(k) / 60.0 * TAU).sin_cos();
            let theta = [f.start()[0] + r * x, f.start()[1] + r * y];
            lip_f = lip_f.max(norm(&jacobian(f, &theta).unwrap()));
            for direction in 0..30 {
                let (y, x) = (f64::from(direction) / 30.0 * PI).sin_cos();
                lip_gradient = lip_gradient.max(bend(f, &theta, &[x, y]));
            }
        }
    }
    (lip_f, lip_gradient)
}

#[test]
fn ascent_finds_the_worst_point_of_a_disc_and_samples_come_near() {
    for seed in 0..6 {
        for quadratic in [false, true] {
            let f = fixture(quadratic, 3, 2, seed);
            let radius = 1.2;
            let (lip_f, lip_gradient) = by_brute_force(f.as_ref(), radius, 30);
            let check = |found: Estimates, share: f64| {
                let certified = f.certified(radius);
                for (estimate, truth, certified) in [
                    (found.lip_f, lip_f, certified.lip_f),
                    (found.lip_gradient, lip_gradient, certified.lip_gradient),
                ] {
                    let value = estimate.value;
                    assert!(
                        value <= certified * (1.0 + 1e-9),
                        "{value} above {certified}"
                    );
                    // The error of the grid is of the order of its spacing squared.
                    assert!(value <= truth * 1.01, "{value} above {truth}");
                    assert!(
                        value >= share * truth,
                        "{value} of {truth}: {quadratic} {seed}"
                    );
                    assert!(estimate.distance <= radius * (1.0 + 1e-12));
                }
            };
            check(
                search(f.as_ref())
                    .ascent(radius, &Monitor::silent())
                    .unwrap(),
                0.99,
            );
            let sampled = search(f.as_ref()).sampled(radius, 60, &Monitor::silent());
            check(sampled.unwrap(), 0.9);
        }
    }
}

#[test]
fn in_three_dimensions_estimates_are_near_the_largest_of_many_points() {
    // The points are those of a lattice, the directions the 13 axes of a cube.
    let axes: Vec<[f64; 3]> = (14..27)
        .map(|k| [k / 9, k / 3 % 3, k % 3].map(|x| f64::from(x) - 1.0))
        .map(|axis| {
            let length = axis.iter().map(|x| x * x).sum::<f64>().sqrt();
            axis.map(|x| x / length)
        })
        .collect();
    let radius = 1.0;
    for (seed, quadratic) in [(1, false), (2, true), (3, false)] {
        let f = fixture(quadratic, 4, 3, seed);
        let (mut lip_f, mut lip_gradient) = (0.0_f64, 0.0_f64);
        for k in 0..9 * 9 * 9 {
            let u = [k / 81, k / 9 % 9, k % 9].map(|x| f64::from(x) / 4.0 - 1.0);
            if u.iter().map(|x| x * x).sum::<f64>() > radius * radius {
                continue;
            }
            let theta = [0, 1, 2].map(|i| f.start()[i] + u[i]);
            lip_f = lip_f.max(norm(&jacobian(f.as_ref(), &theta).unwrap()));
            let bends = axes.iter().map(|v| bend(f.as_ref(), &theta, v));
            lip_gradient = bends.fold(lip_gradient, f64::max);
        }
        let certified = f.certified(radius);
        let search = search(f.as_ref());
        let ascent = search.ascent(radius, &Monitor::silent()).unwrap();
        let sampled = search.sampled(radius, 30, &Monitor::silent()).unwrap();
        // The lattice gives less than the true constants, and the ascent must find about as much.
        for (found, share) in [(ascent, 0.99), (sampled, 0.8)] {
            let (slope, curvature) = (found.lip_f.value, found.lip_gradient.value);
            assert!(slope >= share * lip_f, "{slope} of {lip_f}");
            assert!(
                curvature >= share * lip_gradient,
                "{curvature} of {lip_gradient}"
            );
            assert!(slope <= certified.lip_f && curvature <= certified.lip_gradient * (1.0 + 1e-9));
        }
    }
}

#[test]
fn ascent_climbs_where_a_few_samples_do_not_suffice() {
    // sin(aθ) from the top of the wave, where it is flat: the steepest place is at the rim.
    let f = Sine::new(&dmatrix![1.0, 0.0], &[FRAC_PI_2, 0.0]).unwrap();
    let search = ThetaLipschitz::new(
        &f,
        ThetaSearch {
            starts: 2,
            ..ThetaSearch::default()
        },
    )
    .unwrap();
    let radius = 0.5;
    let found = search.ascent(radius, &Monitor::silent()).unwrap();
    let steepest = radius.sin();
    assert!(
        (found.lip_f.value / steepest - 1.0).abs() < 1e-3,
        "{found:?}"
    );
    assert!((found.lip_f.distance - radius).abs() < 1e-3);
    // The curvature is largest at the centre.
    assert!((found.lip_gradient.value - 1.0).abs() < 1e-6);
    assert!(found.lip_gradient.distance < 1e-3 + 0.1);
    let sampled = search.sampled(radius, 1, &Monitor::silent()).unwrap();
    assert!(sampled.lip_f.value < found.lip_f.value);
    assert_eq!(sampled.lip_f.how, How::Samples { count: 2 });
    assert_eq!(found.lip_f.how, How::Ascent { starts: 2 });
}

#[test]
fn radius_0_is_the_point_itself() {
    let f = Sine::new(&dmatrix![2.0, 1.0; 0.0, 1.0], &[0.3, -0.7]).unwrap();
    let slope = norm(&jacobian(&f, f.start()).unwrap());
    let (_, curvature) = by_brute_force(&f, 0.0, 0);
    let found = [
        search(&f).ascent(0.0, &Monitor::silent()).unwrap(),
        search(&f).sampled(0.0, 10, &Monitor::silent()).unwrap(),
        search(&f).along(&[f.start()], &Monitor::silent()).unwrap(),
    ];
    for found in &found {
        assert!((found.lip_f.value - slope).abs() < 1e-9);
        assert!((found.lip_gradient.value / curvature - 1.0).abs() < 5e-3);
        assert_eq!(found.lip_f.distance, 0.0);
    }
    assert_eq!(found[1].lip_f.how, How::Samples { count: 1 });
}

#[test]
fn a_linear_model_has_slope_and_no_curvature() {
    let model = Affine::random(4, 2, 7, 3);
    let found = search(&model).ascent(2.0, &Monitor::silent()).unwrap();
    assert!((found.lip_f.value - norm(&model.jacobian)).abs() < 1e-9);
    assert_eq!(found.lip_gradient.value, 0.0);
    let flat = Sine::new(&dmatrix![0.0, 0.0], &[1.0, 2.0]).unwrap();
    let found = search(&flat).ascent(2.0, &Monitor::silent()).unwrap();
    assert_eq!((found.lip_f.value, found.lip_gradient.value), (0.0, 0.0));
}

#[test]
fn along_a_trajectory_the_worst_point_counts() {
    let f = Quadratic::new(&dmatrix![1.0], &[dmatrix![0.5]], &[0.0]).unwrap();
    let points: [&[f64]; 3] = [&[0.1], &[2.0], &[-0.5]];
    let found = search(&f).along(&points, &Monitor::silent()).unwrap();
    // |1 + ½ u| at u = 2.
    assert!((found.lip_f.value - 2.0).abs() < 1e-12);
    assert_eq!(found.lip_f.distance, 2.0);
    assert!((found.lip_gradient.value - 0.5).abs() < 1e-9);
    assert_eq!(found.lip_f.how, How::Trajectory { count: 3 });
    let more = found.max(search(&f).ascent(3.0, &Monitor::silent()).unwrap());
    assert!((more.lip_f.value - 2.5).abs() < 1e-3);
    assert_eq!(more.max(found), more);
}

#[test]
fn a_longer_epsilon_only_lowers_the_estimate() {
    let f = Sine::random(4, 3, 5).unwrap();
    let at = |step| {
        let search = ThetaSearch {
            step,
            ..ThetaSearch::default()
        };
        let search = ThetaLipschitz::new(&f, search).unwrap();
        search
            .ascent(1.0, &Monitor::silent())
            .unwrap()
            .lip_gradient
            .value
    };
    let (short, long) = (at(1e-4), at(1.0));
    assert!(long < 0.95 * short && short <= f.certified(1.0).lip_gradient);
    assert!((at(1e-2) / short - 1.0).abs() < 1e-2);
}

#[test]
fn bad_arguments() {
    let f = Sine::random(3, 2, 1).unwrap();
    for radius in [-0.1, f64::NAN, f64::INFINITY] {
        let want = format!(
            "r = {radius}: the radius must be finite and not negative; 0 is the point θ₀ itself"
        );
        let silent = Monitor::silent();
        assert_eq!(
            search(&f).ascent(radius, &silent).unwrap_err().to_string(),
            want
        );
        assert_eq!(
            search(&f)
                .sampled(radius, 3, &silent)
                .unwrap_err()
                .to_string(),
            want
        );
    }
    let message = |search| {
        let refused = ThetaLipschitz::new(&f, search);
        refused.err().unwrap().to_string()
    };
    let good = ThetaSearch::default;
    assert_eq!(
        message(ThetaSearch {
            starts: 0,
            ..good()
        }),
        "starts of the search = 0: it must be 1 or more"
    );
    assert_eq!(
        message(ThetaSearch {
            step: 0.0,
            ..good()
        }),
        "ε of the search = 0: it must be finite and above 0"
    );
    assert!(
        message(ThetaSearch {
            tolerance: f64::NAN,
            ..good()
        })
        .contains("tolerance")
    );
    assert!(
        message(ThetaSearch {
            alternations: 0,
            ..good()
        })
        .contains("rounds")
    );
    assert_eq!(
        search(&f)
            .along(&[], &Monitor::silent())
            .unwrap_err()
            .to_string(),
        "points of the trajectory = 0: it must be 1 or more"
    );
    assert_eq!(
        search(&f)
            .along(&[&[1.0]], &Monitor::silent())
            .unwrap_err()
            .to_string(),
        "parameters θ: 1 given, 2 expected"
    );
    let kernel = KernelSpace::new(dmatrix![1.0], vec![0.0], 1).unwrap();
    assert!(matches!(
        ThetaLipschitz::new(&kernel, good()),
        Err(Error::InKernelSpace { .. })
    ));
}

#[test]
fn progress_reaches_its_end_and_cancelling_stops() {
    let f = Sine::random(3, 2, 1).unwrap();
    let seen = Mutex::new(Vec::new());
    let note = |done, total| seen.lock().unwrap().push((done, total));
    let monitor = Monitor::silent().with_progress(&note);
    search(&f).ascent(1.0, &monitor).unwrap();
    search(&f).sampled(1.0, 2, &monitor).unwrap();
    let seen = seen.into_inner().unwrap();
    let want: Vec<_> = (1..=8)
        .map(|k| (k, 8))
        .chain((1..=3).map(|k| (k, 3)))
        .collect();
    assert_eq!(seen, want);

    let cancel = AtomicBool::new(true);
    let monitor = Monitor::silent().with_cancel(&cancel);
    let cancelled = Error::Model(tangent_ntk_core::Error::Cancelled);
    assert_eq!(search(&f).ascent(1.0, &monitor).unwrap_err(), cancelled);
    assert_eq!(search(&f).sampled(1.0, 2, &monitor).unwrap_err(), cancelled);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn estimates_stay_below_the_certified_constants(
        quadratic: bool, n in 1_usize..6, p in 1_usize..7, seed: u64,
        radius in prop_oneof![Just(0.0), 0.01..4.0_f64],
    ) {
        let f = fixture(quadratic, n, p, seed);
        let certified = f.certified(radius);
        let search = search(f.as_ref());
        let ascent = search.ascent(radius, &Monitor::silent()).unwrap();
        let sampled = search.sampled(radius, 5, &Monitor::silent()).unwrap();
        for found in [ascent, sampled] {
            prop_assert!(found.lip_f.value <= certified.lip_f * (1.0 + 1e-9));
            prop_assert!(found.lip_gradient.value <= certified.lip_gradient * (1.0 + 1e-9));
        }
        // Both searches include the slope at θ₀.
        let at_start = norm(&jacobian(f.as_ref(), f.start()).unwrap());
        prop_assert!(ascent.lip_f.value >= at_start * (1.0 - 1e-4));
        prop_assert!(sampled.lip_f.value >= at_start * (1.0 - 1e-9));
        prop_assert_eq!(ascent, search.ascent(radius, &Monitor::silent()).unwrap());
    }

    #[test]
    fn of_one_example_the_curvature_is_found_within_two_percent(p in 1_usize..8, seed: u64) {
        // For one example the certified constant is the true constant ‖M‖.
        let f = Quadratic::random(1, p, 0.7, seed).unwrap();
        let found = search(&f).sampled(0.0, 0, &Monitor::silent()).unwrap();
        let truth = f.certified(0.0).lip_gradient;
        prop_assert!(found.lip_gradient.value > 0.98 * truth);
        prop_assert!((found.lip_f.value - f.certified(0.0).lip_f).abs() < 1e-9);
    }
}
