//! Tests of gradient flow under the selective rule, and of a training step against that flow.

mod common;

use common::flows::{apart, fixture, of_wave, targets, wave};
use nalgebra::{DVector, dvector};
use proptest::prelude::*;
use tangent_linearize::FullFlow;
use tangent_linearize::fixture::Sine;
use tangent_linearize::full_flow::{Adaptive, ErrorEstimate, FixedStep, Path};
use tangent_ntk_core::Monitor;

#[test]
fn without_a_pull_fixed_steps_are_of_order_5() {
    let sine = Sine::random(5, 8, 3).unwrap();
    let flow = FullFlow::new(&sine, &targets(5, 3), 0.0).unwrap();
    let fine = Adaptive {
        tolerance: 1e-12,
        ..Adaptive::default()
    };
    let exact = flow.constant(&[1.0], &fine, &Monitor::silent()).unwrap();
    let error = |step: f64| {
        let path = flow.selective(&[1.0], &FixedStep::of(step), &Monitor::silent());
        let path = path.unwrap();
        assert_eq!(path.steps.len(), (2.0 / step).round() as usize);
        apart(&path.points[0].theta, &exact.points[0].theta)
    };
    let order = (error(0.125) / error(0.0625)).log2();
    assert!((order - 5.0).abs() < 0.4, "order {order}");
}

#[test]
fn the_selective_rule_pulls_only_where_it_does_not_climb() {
    // On its way to 0 the wave moves downhill away from θ₀, so that the pull would raise the loss. Only the first step,
    // where the inner product is 0, is pulled, and only by O(step²).
    let sine = wave();
    let flow = FullFlow::new(&sine, &dvector![0.0], 5.0).unwrap();
    let options = FixedStep {
        check: false,
        ..FixedStep::of(1e-3)
    };
    let path = flow
        .selective(&[1.0], &options, &Monitor::silent())
        .unwrap();
    assert_eq!(path.estimate, ErrorEstimate::LocalSum);
    assert_eq!(path.steps[0].lambda, 5.0);
    assert!(
        path.steps[1..]
            .iter()
            .all(|s| s.lambda == 0.0 && s.inner < 0.0)
    );
    assert!((path.points[0].accumulated - 5e-3).abs() < 1e-15);
    assert!((path.points[0].theta[0] - of_wave(1.0)).abs() < 1e-5);
}

/// The sines cannot reach the targets, so that the path bends and the rule switches on and off.
#[test]
fn under_the_rule_a_path_is_of_first_order_and_its_error_estimate_follows() {
    let sine = Sine::random(3, 3, 20).unwrap();
    let flow = FullFlow::new(&sine, &(targets(3, 20) * 3.0), 3.0).unwrap();
    let run = |step| {
        let path = flow.selective(&[6.0], &FixedStep::of(step), &Monitor::silent());
        path.unwrap()
    };
    let jumps = |path: &Path| {
        let pairs = path.steps.windows(2);
        pairs
            .filter(|pair| pair[0].lambda != pair[1].lambda)
            .count()
    };
    let finest = run(1.0 / 2048.0);
    assert!(jumps(&finest) > 1, "the rule never switched");
    let mut before = f64::INFINITY;
    for step in [1.0 / 32.0, 1.0 / 64.0, 1.0 / 128.0, 1.0 / 256.0] {
        let path = run(step);
        let error = apart(&path.points[0].theta, &finest.points[0].theta);
        assert!(
            error < 4.0 * path.points[0].error,
            "{error:e} {:e}",
            path.points[0].error
        );
        assert!(error < 2.0 * step && error < before);
        before = error;
    }
}

/// The point within a step at which the rule switches scatters the error for a single length of step; over many lengths
/// the order is visible. On paths that never switch after the first step the order is 2.
#[test]
fn over_many_lengths_of_step_the_order_under_the_rule_is_1() {
    for seed in [20, 28] {
        let sine = Sine::random(3, 3, seed).unwrap();
        let flow = FullFlow::new(&sine, &(targets(3, seed) * 3.0), 3.0).unwrap();
        let run = |step| {
            let options = FixedStep {
                check: false,
                ..FixedStep::of(step)
            };
            let path = flow.selective(&[6.0], &options, &Monitor::silent());
            path.unwrap()
        };
        let finest = run(1.0 / 16384.0);
        let mut after_the_first = finest.steps[1..].iter();
        assert!(after_the_first.any(|s| s.lambda > 0.0), "never switches");
        let (lengths, errors): (Vec<_>, Vec<_>) = (0..24)
            .map(|k| {
                let step = 0.05 * 0.83_f64.powi(k);
                let error = apart(&run(step).points[0].theta, &finest.points[0].theta);
                (step.ln(), error.ln())
            })
            .unzip();
        let [lengths, errors] = [lengths, errors].map(|logs| {
            let logs = DVector::from_vec(logs);
            logs.add_scalar(-logs.mean())
        });
        // The order is the slope of the least-squares line.
        let order = lengths.dot(&errors) / lengths.norm_squared();
        assert!((order - 1.0).abs() < 0.25, "order {order}");
    }
}

#[test]
fn a_step_of_training_is_consistent_with_the_flow_to_order_1() {
    for seed in 0..20 {
        let quadratic = seed % 2 == 1;
        let f = fixture(quadratic, 4, 6, seed);
        let flow = FullFlow::new(f.as_ref(), &targets(4, seed), 0.8).unwrap();
        let away = |s: f64| {
            let by = targets(6, seed + 50) * s;
            let moved = f.start().iter().zip(by.iter());
            moved.map(|(a, b)| a + b).collect::<Vec<_>>()
        };
        for theta in [away(0.5), away(-0.5)] {
            let rates = [1e-2, 5e-3];
            let steps = rates.map(|rate| flow.one_step(&theta, rate).unwrap());
            assert!(
                steps[0].inner * steps[0].inner_after > 0.0,
                "crosses the surface"
            );
            let order = (steps[0].deviation / steps[1].deviation).log2();
            assert!((order - 2.0).abs() < 0.1, "order {order} of a step");
        }
    }
}

#[test]
fn a_step_of_training_takes_the_rule_of_the_flow() {
    // f = sin θ with θ₀ = 1 and Y = 0: on the side of θ₀ away from 0 the inner product is positive.
    let sine = wave();
    let flow = FullFlow::new(&sine, &dvector![0.0], 2.0).unwrap();
    let rate = 1e-2;
    for (theta, pulled) in [(1.2_f64, true), (0.8, false)] {
        let step = flow.one_step(&[theta], rate).unwrap();
        let plain = theta - rate * (2.0 * theta).sin();
        let pull = if pulled {
            2.0 * rate * (plain - 1.0)
        } else {
            0.0
        };
        assert!((step.discrete[0] - (plain - pull)).abs() < 1e-15);
        assert_eq!(step.inner > 0.0, pulled);
        assert!(step.deviation > 0.0 && step.deviation < 10.0 * rate * rate);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn under_the_rule_the_loss_falls_and_the_distance_keeps_to_9(
        quadratic: bool, n in 1_usize..5, p in 1_usize..7, seed: u64, lambda in 0.1..20.0_f64,
    ) {
        let f = fixture(quadratic, n, p, seed);
        let y = targets(n, seed);
        let flow = FullFlow::new(f.as_ref(), &y, lambda).unwrap();
        let options = FixedStep { check: false, ..FixedStep::of(5e-3) };
        let path = flow.selective(&[0.5, 1.0], &options, &Monitor::silent()).unwrap();
        // Within a step the inner product may change by O(step) and with it its sign, so the loss may rise by
        // O(step²).
        let rise = |w: &[tangent_linearize::full_flow::FlowStep]| w[1].risk - w[0].risk;
        prop_assert!(path.steps.windows(2).all(|w| rise(w) <= lambda * 25e-6 * path.steps[0].risk));
        let residual = path.steps[0].risk.sqrt();
        for point in &path.points {
            let mut integral = 0.0;
            for (h, lambda) in path.pieces(point.time) {
                let decayed = if lambda == 0.0 { h } else { (1.0 - (-lambda * h).exp()) / lambda };
                integral = integral * (-lambda * h).exp() + decayed;
            }
            let lip_f = f.certified(point.distance).lip_f;
            prop_assert!(point.distance <= 2.0 * lip_f * residual * integral + 1e-9);
        }
    }
}
