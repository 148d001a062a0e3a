//! Tests of the flow and the Lipschitz constants of an encoder with adapters.

#[path = "../../lora/tests/common/mod.rs"]
mod golden;

use burn::tensor::DType;
use burn::tensor::backend::Backend;
use burn_flex::Flex;
use burn_ndarray::NdArray;
use golden::Golden;
use nalgebra::{DMatrix, DVector};
use tangent_linearize::full_flow::{Adaptive, FixedStep};
use tangent_linearize::lipschitz::{Estimates, ThetaLipschitz, ThetaSearch};
use tangent_linearize::{Full, FullFlow, FullOptions, Predictor, jacobian};
use tangent_lora::{Classifier, Sequence};
use tangent_ntk_core::Monitor;

/// A BERT, a RoBERTa with every matrix adapted, and one that starts from B = 0.
const CASES: [&str; 3] = ["bert_qv_2l", "roberta_all_3l", "roberta_qv_3l_layer1_zeroB"];

/// Returns a case's model and some of its examples.
fn open<B: Backend>(name: &'static str, dtype: DType) -> (Classifier<B>, Vec<Sequence>) {
    let golden = Golden::open(name, dtype);
    let model = golden.model::<B>(dtype);
    let mut examples = golden.sequences("train", model.config());
    examples.truncate(4);
    (model, examples)
}

fn full<'a, B: Backend>(
    (model, examples): &'a (Classifier<B>, Vec<Sequence>),
) -> Full<'a, Classifier<B>> {
    Full::new(model, examples, FullOptions::default()).unwrap()
}

fn norm(j: &DMatrix<f64>) -> f64 {
    j.singular_values().max()
}

fn estimates<P: Predictor>(predictor: &P, step: f64) -> Estimates {
    let search = ThetaSearch {
        step,
        starts: 2,
        ..ThetaSearch::default()
    };
    let search = ThetaLipschitz::new(predictor, search).unwrap();
    search.sampled(0.0, 0, &Monitor::silent()).unwrap()
}

#[test]
fn the_constants_at_a_point_are_those_of_whole_jacobians() {
    for name in CASES {
        let case = open::<NdArray<f64>>(name, DType::F64);
        let f = full(&case);
        let found = estimates(&f, 1e-4);
        let theta = f.start().to_vec();
        let slope = norm(&jacobian(&f, &theta).unwrap());
        assert!((found.lip_f.value / slope - 1.0).abs() < 1e-6, "{name}");

        // J changes along any direction by no more than the constant that was found.
        let mut largest = 0.0_f64;
        for k in 0..4 {
            let v = DVector::from_fn(theta.len(), |i, _| (1.3 * i as f64 + f64::from(k)).sin());
            let v = v.normalize();
            let at = |s: f64| {
                let moved = theta.iter().zip(v.iter()).map(|(x, v)| x + s * v);
                jacobian(&f, &moved.collect::<Vec<_>>()).unwrap()
            };
            largest = largest.max(norm(&(at(1e-3) - at(-1e-3))) / 2e-3);
        }
        let bend = found.lip_gradient.value;
        assert!(largest > 0.0 && largest < bend, "{name}: {largest} {bend}");
    }
}

#[test]
fn in_single_precision_a_longer_epsilon_finds_the_same_constants() {
    for name in CASES {
        let exact = open::<NdArray<f64>>(name, DType::F64);
        let exact = estimates(&full(&exact), 1e-4);
        let single = open::<Flex>(name, DType::F32);
        let single = estimates(&full(&single), 1e-2);
        for (single, exact) in [
            (single.lip_f, exact.lip_f),
            (single.lip_gradient, exact.lip_gradient),
        ] {
            let ratio = single.value / exact.value;
            assert!((ratio - 1.0).abs() < 0.02, "{name}: {ratio}");
        }
    }
}

#[test]
fn ascent_climbs_above_the_start() {
    let case = open::<NdArray<f64>>(CASES[0], DType::F64);
    let f = full(&case);
    let at_start = estimates(&f, 1e-4);
    let search = ThetaSearch {
        starts: 1,
        rounds: 10,
        ..ThetaSearch::default()
    };
    let search = ThetaLipschitz::new(&f, search).unwrap();
    let found = search.ascent(0.5, &Monitor::silent()).unwrap();
    assert!(found.lip_f.value > 1.05 * at_start.lip_f.value);
    assert!(found.lip_gradient.value > 1.05 * at_start.lip_gradient.value);
    assert!(found.lip_f.distance <= 0.5 + 1e-9);
}

#[test]
fn flow_parts_from_the_linearized_flow_by_t_squared() {
    for name in CASES {
        let case = open::<NdArray<f64>>(name, DType::F64);
        let f = full(&case);
        let rows = f.examples() * f.outputs();
        let targets = DVector::from_fn(rows, |i, _| if i % 2 == 0 { 1.0 } else { -1.0 });
        let k = jacobian(&f, f.start()).unwrap();
        let rate = norm(&k).powi(2);
        let times = [5e-4 / rate, 1e-3 / rate, 2e-3 / rate];
        let options = Adaptive {
            tolerance: 1e-9,
            ..Adaptive::default()
        };
        let mut ends = Vec::new();
        for lambda in [0.0, 2.0] {
            let flow = FullFlow::new(&f, &targets, lambda).unwrap();
            let path = flow.constant(&times, &options, &Monitor::silent()).unwrap();
            let gaps = path.gaps(&flow.linearized(lambda).unwrap()).unwrap();
            for (pair, points) in gaps.windows(2).zip(path.points.windows(2)) {
                let order = (pair[1] / pair[0]).log2();
                assert!((order - 2.0).abs() < 0.1, "{name}: order {order}");
                assert!(points[1].risk < points[0].risk);
                assert!(points[1].error < 1e-6 * points[1].distance);
            }
            ends.push(path.points[2].distance);
        }
        // While the loss falls the selective rule pulls only in the first step.
        let flow = FullFlow::new(&f, &targets, 2.0).unwrap();
        let fixed = FixedStep {
            check: false,
            ..FixedStep::of(times[2] / 20.0)
        };
        let path = flow.selective(&times[2..], &fixed, &Monitor::silent());
        let end = &path.unwrap().points[0];
        let [free, pulled] = ends[..] else { panic!() };
        assert!(
            (end.distance - free).abs() < 0.1 * (free - pulled),
            "{name}"
        );
        assert!((end.accumulated / (2.0 * fixed.step) - 1.0).abs() < 1e-9);
    }
}

#[test]
fn in_single_precision_the_flow_keeps_a_tolerance_of_1e_6() {
    let (name, lambda, time) = (CASES[0], 0.5, 2e-3);
    let end = |f: &dyn Predictor, tolerance| {
        let rows = f.examples() * f.outputs();
        let targets = DVector::from_fn(rows, |i, _| if i % 2 == 0 { 1.0 } else { -1.0 });
        let options = Adaptive {
            tolerance,
            ..Adaptive::default()
        };
        let flow = FullFlow::new(f, &targets, lambda).unwrap();
        let mut path = flow
            .constant(&[time], &options, &Monitor::silent())
            .unwrap();
        path.points.pop().unwrap()
    };
    let exact = open::<NdArray<f64>>(name, DType::F64);
    let exact = end(&full(&exact), 1e-9);
    let single = open::<Flex>(name, DType::F32);
    let single = end(&full(&single), 1e-6);
    let difference = DVector::from_vec(single.theta) - DVector::from_column_slice(&exact.theta);
    assert!(difference.norm() < 1e-6 * exact.distance);
    assert!(single.error < 1e-6 * exact.distance);
}
