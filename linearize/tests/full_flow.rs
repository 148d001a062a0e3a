//! Tests of the full model's gradient flow against closed forms, its own limit, and the theorems about it.

mod common;

use common::Affine;
use common::flows::{apart, fixture, of_wave, targets, wave};
use nalgebra::{dmatrix, dvector};
use proptest::prelude::*;
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;
use tangent_linearize::fixture::Sine;
use tangent_linearize::full_flow::{Adaptive, ErrorEstimate, FixedStep, Path};
use tangent_linearize::train::KernelSpace;
use tangent_linearize::{Cotangent, Error, FullFlow, GradientFlow, Predictor, Result};
use tangent_ntk_core::{Block, Monitor};

const FINE: Adaptive = Adaptive {
    tolerance: 1e-11,
    max_steps: 100_000,
    check: false,
};

#[test]
fn the_flow_of_a_sine_is_its_closed_form() {
    let sine = wave();
    let flow = FullFlow::new(&sine, &dvector![0.0], 0.0).unwrap();
    let times = [0.0, 0.1, 0.5, 2.0, 5.0];
    let options = Adaptive {
        tolerance: 1e-10,
        ..Adaptive::default()
    };
    let path = flow.constant(&times, &options, &Monitor::silent()).unwrap();
    assert_eq!(path.estimate, ErrorEstimate::TwoTolerances);
    for (point, time) in path.points.iter().zip(times) {
        assert_eq!(point.time, time);
        let want = of_wave(time);
        assert!((point.theta[0] - want).abs() < 1e-9, "{time}");
        assert!((point.distance - (1.0 - want)).abs() < 1e-9);
        assert!((point.outputs[0] - want.sin()).abs() < 1e-9);
        assert!((point.risk - want.sin().powi(2)).abs() < 1e-9);
        assert!((point.gradient_norm - (2.0 * want).sin()).abs() < 1e-8);
        assert!((point.inner - (2.0 * want).sin() * (want - 1.0)).abs() < 1e-8);
        assert!(point.error <= 1e-8);
    }
    assert_eq!(path.points[0].theta, [1.0]);
}

#[test]
fn the_error_falls_with_the_tolerance_and_is_what_it_is_said_to_be() {
    let sine = Sine::random(5, 8, 3).unwrap();
    let flow = FullFlow::new(&sine, &targets(5, 3), 0.4).unwrap();
    let run = |tolerance, check| {
        let options = Adaptive {
            tolerance,
            check,
            ..FINE
        };
        let mut path = flow.constant(&[2.0], &options, &Monitor::silent()).unwrap();
        path.points.pop().unwrap()
    };
    let exact = run(1e-13, false).theta;
    let mut before = f64::INFINITY;
    for tolerance in [1e-4, 1e-6, 1e-8, 1e-10] {
        let coarse = run(tolerance, false);
        let error = apart(&coarse.theta, &exact);
        assert!(error < before / 10.0, "{error:e} at {tolerance:e}");
        assert!(error < 10.0 * tolerance * coarse.distance);
        // The second run is finer and estimates the coarser run's error up to its own error.
        let checked = run(tolerance, true);
        assert!(
            (checked.error / error - 1.0).abs() < 0.5,
            "{:e} for {error:e}",
            checked.error
        );
        assert!(apart(&checked.theta, &exact) < 0.5 * error);
        before = error;
    }
}

/// A sine whose gradient is changed by a function.
struct Broken(Sine, fn(&[f64], Vec<f64>) -> Vec<f64>);

impl Predictor for Broken {
    fn start(&self) -> &[f64] {
        self.0.start()
    }
    fn tensors(&self) -> &[Block] {
        self.0.tensors()
    }
    fn examples(&self) -> usize {
        self.0.examples()
    }
    fn outputs(&self) -> usize {
        1
    }
    fn forward(&self, theta: &[f64], batch: &[usize]) -> Result<Vec<f64>> {
        self.0.forward(theta, batch)
    }
    fn gradient(
        &self,
        theta: &[f64],
        batch: &[usize],
        cotangent: &Cotangent,
    ) -> Result<(Vec<f64>, Vec<f64>)> {
        let (outputs, gradient) = self.0.gradient(theta, batch, cotangent)?;
        Ok((outputs, self.1(theta, gradient)))
    }
    fn pushforward(&self, theta: &[f64], batch: &[usize], tangent: &[f64]) -> Result<Vec<f64>> {
        self.0.pushforward(theta, batch, tangent)
    }
}

#[test]
fn a_gradient_too_rough_for_the_tolerance_stalls_the_flow() {
    let rough = Broken(wave(), |theta, mut gradient| {
        // The noise lies in [0, 1e-3), and no step is short enough to avoid it.
        let noise = theta[0].to_bits().wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 44;
        gradient[0] *= 1.0 + 1e-9 * noise as f64;
        gradient
    });
    let flow = FullFlow::new(&rough, &dvector![0.0], 0.0).unwrap();
    let run = |tolerance| {
        let options = Adaptive {
            tolerance,
            check: false,
            ..Adaptive::default()
        };
        flow.constant(&[1.0], &options, &Monitor::silent())
    };
    match run(1e-9) {
        Err(Error::FlowStalled { time, .. }) => assert!(time < 1.0),
        other => panic!("{other:?}"),
    }
    // A larger tolerance helps, as the message says.
    let path = run(1e-2).unwrap();
    assert!((path.points[0].theta[0] - of_wave(1.0)).abs() < 1e-2);
}

#[test]
fn times_may_lie_as_near_as_numbers_can() {
    let sine = wave();
    let flow = FullFlow::new(&sine, &dvector![0.0], 0.0).unwrap();
    let times = [1e-300, 1.0, 1.0 + f64::EPSILON];
    let path = flow.constant(&times, &FINE, &Monitor::silent()).unwrap();
    assert_eq!(path.points[0].theta, [1.0]);
    assert!((path.points[1].theta[0] - path.points[2].theta[0]).abs() < 1e-15);
}

#[test]
fn a_flow_that_leaves_the_finite_numbers_says_when() {
    let cliff = Broken(wave(), |theta, gradient| match theta[0] {
        far if far < 0.5 => vec![f64::NAN],
        _ => gradient,
    });
    let flow = FullFlow::new(&cliff, &dvector![0.0], 0.0).unwrap();
    // At this time tan θ has fallen from tan 1 to tan ½.
    let when = (1.0_f64.tan() / 0.5_f64.tan()).ln() / 2.0;
    let options = Adaptive::default();
    match flow.constant(&[5.0], &options, &Monitor::silent()) {
        Err(Error::FlowDiverged { time }) => assert!((time - when).abs() < 1e-6, "{time}"),
        other => panic!("{other:?}"),
    }
    match flow.selective(&[5.0], &FixedStep::of(1e-2), &Monitor::silent()) {
        Err(Error::FlowDiverged { time }) => assert!((time - when).abs() < 2e-2, "{time}"),
        other => panic!("{other:?}"),
    }
    // Before that time the flow is correct, although trial steps fall off the cliff.
    let path = flow.constant(&[0.9 * when], &options, &Monitor::silent());
    assert!((path.unwrap().points[0].theta[0] - of_wave(0.9 * when)).abs() < 1e-7);
}

#[test]
fn bad_arguments() {
    let sine = wave();
    let y = dvector![0.0];
    let silent = Monitor::silent();
    let flow = FullFlow::new(&sine, &y, 0.0).unwrap();
    let message = |result: Result<Path>| result.unwrap_err().to_string();
    let options = Adaptive::default();

    assert_eq!(
        message(flow.constant(&[f64::NAN], &options, &silent)),
        "t = NaN: the time must be finite and not negative"
    );
    assert_eq!(
        message(flow.selective(&[-1.0], &FixedStep::of(0.1), &silent)),
        "t = -1: the time must be finite and not negative"
    );
    assert_eq!(
        message(flow.constant(&[1.0, 2.0, 2.0], &options, &silent)),
        "time 2 is not after the one before: times must ascend"
    );
    for tolerance in [0.0, -1.0, 1.0, f64::NAN] {
        let options = Adaptive {
            tolerance,
            ..options
        };
        assert_eq!(
            message(flow.constant(&[1.0], &options, &silent)),
            format!("the flow's tolerance = {tolerance}: it must be in (0, 1)")
        );
    }
    for step in [0.0, -0.1, f64::INFINITY] {
        assert_eq!(
            message(flow.selective(&[1.0], &FixedStep::of(step), &silent)),
            format!("the flow's step = {step}: it must be finite and above 0")
        );
        assert!(flow.one_step(&[1.0], step).is_err());
    }
    let few = Adaptive {
        max_steps: 3,
        ..options
    };
    let refused = message(flow.constant(&[9.0], &few, &silent));
    assert!(
        refused.starts_with("gradient flow to t = 9 stopped at t = ")
            && refused.ends_with(
                "after 3 steps: allow more steps, raise the tolerance (or the step), \
                 or ask for a smaller t"
            ),
        "{refused}"
    );
    let few = FixedStep {
        max_steps: 3,
        ..FixedStep::of(1.0)
    };
    assert!(matches!(
        flow.selective(&[2.0, 9.0], &few, &silent),
        Err(Error::FlowSteps {
            steps: 3,
            time: 3.0,
            end: 9.0
        })
    ));
    assert!(FullFlow::new(&sine, &y, -0.1).is_err());
    assert!(FullFlow::new(&sine, &dvector![0.0, 1.0], 0.1).is_err());
    assert!(FullFlow::new(&sine, &dvector![f64::NAN], 0.1).is_err());
    let kernel = KernelSpace::new(dmatrix![1.0], vec![0.0], 1).unwrap();
    assert_eq!(
        FullFlow::new(&kernel, &y, 0.0).err().unwrap().to_string(),
        "integrated gradient flow needs a predictor whose θ is the parameters; \
         in kernel space there are none"
    );
}

#[test]
fn progress_ends_at_the_end_and_cancelling_stops() {
    let sine = wave();
    let flow = FullFlow::new(&sine, &dvector![0.0], 0.1).unwrap();
    let seen = Mutex::new(Vec::new());
    let note = |done, total| seen.lock().unwrap().push((done, total));
    let monitor = Monitor::silent().with_progress(&note);
    flow.constant(&[1.0, 2.0], &Adaptive::default(), &monitor)
        .unwrap();
    flow.selective(&[2.0], &FixedStep::of(0.1), &monitor)
        .unwrap();
    let seen = seen.into_inner().unwrap();
    let ends: Vec<usize> = (0..seen.len())
        .filter(|&i| seen[i] == (1000, 1000))
        .collect();
    let [first, second] = ends[..] else {
        panic!("{ends:?}")
    };
    assert_eq!(second, seen.len() - 1);
    assert!(seen[..=first].is_sorted() && seen[first + 1..].is_sorted());

    let cancel = AtomicBool::new(true);
    let monitor = Monitor::silent().with_cancel(&cancel);
    let stopped = flow.constant(&[1.0], &Adaptive::default(), &monitor);
    assert_eq!(
        stopped.unwrap_err(),
        Error::Model(tangent_ntk_core::Error::Cancelled)
    );
    assert!(
        flow.selective(&[1.0], &FixedStep::of(0.1), &monitor)
            .is_err()
    );
}

#[test]
fn where_nothing_pulls_nothing_moves() {
    let sine = wave();
    let flow = FullFlow::new(&sine, &dvector![1.0_f64.sin()], 0.7).unwrap();
    let path = flow
        .constant(&[1.0, 10.0], &Adaptive::default(), &Monitor::silent())
        .unwrap();
    assert!(
        path.points
            .iter()
            .all(|p| p.theta == [1.0] && p.error == 0.0)
    );
    let none = flow
        .constant(&[], &Adaptive::default(), &Monitor::silent())
        .unwrap();
    assert!(none.points.is_empty() && none.steps.is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn of_a_linear_model_it_is_the_closed_form(
        n in 1_usize..5, outputs in 1_usize..3, p in 2_usize..8, seed: u64,
        lambda in prop_oneof![Just(0.0), 0.05..3.0_f64],
    ) {
        let model = Affine::random(n, outputs, p, seed);
        let y = targets(n * outputs, seed);
        let flow = FullFlow::new(&model, &y, lambda).unwrap();
        let closed = GradientFlow::new(&model.kernel(), &model.at_start, &y, lambda).unwrap();
        let times = [0.05, 0.4, 1.0];
        let path = flow.constant(&times, &FINE, &Monitor::silent()).unwrap();
        for (point, gap) in path.points.iter().zip(path.gaps(&closed).unwrap()) {
            prop_assert!(gap < 1e-8);
            let distance = closed.distance(point.time).unwrap();
            prop_assert!((point.distance - distance).abs() < 1e-8);
            prop_assert!((point.accumulated - lambda * point.time).abs() < 1e-12);
        }
        let own = path.gaps(&flow.linearized(lambda).unwrap()).unwrap();
        prop_assert!(own.iter().all(|gap| *gap < 1e-8));
    }

    #[test]
    fn the_regularised_objective_descends_and_the_pieces_add_up(
        quadratic: bool, n in 1_usize..5, p in 1_usize..7, seed: u64,
        lambda in prop_oneof![Just(0.0), 0.05..3.0_f64],
    ) {
        let f = fixture(quadratic, n, p, seed);
        let flow = FullFlow::new(f.as_ref(), &targets(n, seed), lambda).unwrap();
        let path = flow.constant(&[0.5, 1.5], &FINE, &Monitor::silent()).unwrap();
        let objective: Vec<f64> = path
            .steps
            .iter()
            .map(|s| s.risk + lambda / 2.0 * s.distance.powi(2))
            .collect();
        prop_assert!(objective.windows(2).all(|w| w[1] <= w[0] + 1e-11));
        for point in &path.points {
            let (time, accumulated) = path
                .pieces(point.time)
                .fold((0.0, 0.0), |(t, sum), (h, lambda)| (t + h, sum + h * lambda));
            prop_assert!((time - point.time).abs() < 1e-12);
            prop_assert!((accumulated - point.accumulated).abs() < 1e-12);
        }
    }
}
