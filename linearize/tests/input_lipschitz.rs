//! Tests of Algorithm 1 on functions whose Lipschitz constant in x is known.

mod common;

use common::{Affine, noise};
use nalgebra::{DMatrix, DVector, dmatrix};
use proptest::prelude::*;
use std::collections::HashSet;
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;
use tangent_linearize::fixture::Sine;
use tangent_linearize::lipschitz::{InputProtocol, draw_pairs, input_lipschitz};
use tangent_linearize::train::KernelSpace;
use tangent_linearize::{Cotangent, Error, Predictor, Result};
use tangent_ntk_core::{Block, Monitor};

const PROTOCOL: InputProtocol = InputProtocol {
    max_radius: 0.5,
    radii: 6,
    models: 7,
    seed: 3,
};

fn every_pair(n: usize) -> Vec<(usize, usize)> {
    (0..n).flat_map(|j| (0..j).map(move |i| (i, j))).collect()
}

/// $f_\theta(x) = \langle\theta, x\rangle$, which records the θ of every forward pass.
struct Linear {
    inputs: DMatrix<f64>,
    start: Vec<f64>,
    tensors: [Block; 1],
    seen: Mutex<Vec<Vec<f64>>>,
}

impl Linear {
    fn new(inputs: DMatrix<f64>, start: &[f64]) -> Self {
        Self {
            tensors: [Block::new("theta", start.len())],
            inputs,
            start: start.to_vec(),
            seen: Mutex::default(),
        }
    }
}

impl Predictor for Linear {
    fn start(&self) -> &[f64] {
        &self.start
    }
    fn tensors(&self) -> &[Block] {
        &self.tensors
    }
    fn examples(&self) -> usize {
        self.inputs.nrows()
    }
    fn outputs(&self) -> usize {
        1
    }
    fn forward(&self, theta: &[f64], batch: &[usize]) -> Result<Vec<f64>> {
        self.seen.lock().unwrap().push(theta.to_vec());
        let theta = DVector::from_column_slice(theta);
        Ok(batch
            .iter()
            .map(|&i| (self.inputs.row(i) * &theta)[0])
            .collect())
    }
    fn gradient(&self, _: &[f64], _: &[usize], _: &Cotangent) -> Result<(Vec<f64>, Vec<f64>)> {
        unreachable!("Algorithm 1 needs outputs alone")
    }
    fn pushforward(&self, _: &[f64], _: &[usize], _: &[f64]) -> Result<Vec<f64>> {
        unreachable!("Algorithm 1 needs outputs alone")
    }
}

#[test]
fn in_one_dimension_a_linear_function_is_as_steep_as_its_parameter() {
    let f = Linear::new(dmatrix![0.0; 1.0; 3.0; -2.0], &[2.0]);
    let rings = input_lipschitz(&f, &every_pair(4), &f.inputs, &PROTOCOL, &Monitor::silent());
    for ring in rings.unwrap() {
        // θ is 2 ± r, and the seven draws contain both signs.
        assert!((ring.upper - (2.0 + ring.radius)).abs() < 1e-12);
        let lowest = 2.0 - ring.radius;
        assert!(ring.average >= lowest - 1e-12 && ring.average <= ring.upper + 1e-12);
        let ups = (ring.average - lowest) / (2.0 * ring.radius) * 7.0;
        assert!(ring.radius == 0.0 || (ups - ups.round()).abs() < 1e-9);
    }
}

#[test]
fn models_lie_on_spheres_and_each_radius_has_its_own_list() {
    let f = Linear::new(noise(5, 4, 1), &[1.0, -2.0, 0.5, 0.0]);
    let pairs = every_pair(5);
    let rings = input_lipschitz(&f, &pairs, &f.inputs, &PROTOCOL, &Monitor::silent()).unwrap();
    let seen = f.seen.lock().unwrap().clone();
    // There is one model at radius 0 and seven at each other radius.
    assert_eq!(seen.len(), 1 + 5 * 7);
    assert_eq!(seen[0], f.start);
    assert_eq!(rings[0].average, rings[0].upper);
    let radii: Vec<f64> = rings.iter().map(|ring| ring.radius).collect();
    for (radius, want) in radii.iter().zip([0.0, 0.1, 0.2, 0.3, 0.4, 0.5]) {
        assert!((radius - want).abs() < 1e-15);
    }
    let mut different = HashSet::new();
    for (ring, models) in rings[1..].iter().zip(seen[1..].chunks(7)) {
        let mut steepest = Vec::new();
        for theta in models {
            let off = DVector::from_column_slice(theta) - DVector::from_column_slice(&f.start);
            assert!((off.norm() - ring.radius).abs() < 1e-12);
            different.insert(format!("{:.9}", off[0] / off.norm()));
            // L_max, computed directly.
            let theta = DVector::from_column_slice(theta);
            let slopes = pairs.iter().map(|&(i, j)| {
                let apart = f.inputs.row(j) - f.inputs.row(i);
                (apart.clone() * &theta)[0].abs() / apart.norm()
            });
            steepest.push(slopes.fold(0.0, f64::max));
        }
        let mean = steepest.iter().sum::<f64>() / 7.0;
        assert!((ring.average - mean).abs() < 1e-12);
        let upper = steepest.into_iter().fold(0.0, f64::max);
        assert!((ring.upper - upper).abs() < 1e-12);
    }
    assert_eq!(
        different.len(),
        35,
        "every model has a direction of its own"
    );
}

#[test]
fn several_outputs_are_one_vector() {
    let model = Affine::random(3, 2, 4, 9);
    let inputs = noise(3, 5, 2);
    let protocol = InputProtocol {
        radii: 1,
        ..PROTOCOL
    };
    let rings = input_lipschitz(&model, &[(0, 2)], &inputs, &protocol, &Monitor::silent());
    let f = &model.at_start;
    let want = (f.rows(4, 2) - f.rows(0, 2)).norm() / (inputs.row(2) - inputs.row(0)).norm();
    let rings = rings.unwrap();
    assert_eq!((rings.len(), rings[0].radius), (1, 0.0));
    assert!((rings[0].upper - want).abs() < 1e-14);
}

#[test]
fn bad_arguments() {
    let inputs = dmatrix![0.0, 1.0; 2.0, 3.0; 0.0, 1.0];
    let f = Sine::new(&inputs, &[0.1, 0.2]).unwrap();
    let message = |pairs: &[(usize, usize)], inputs: &DMatrix<f64>, protocol: InputProtocol| {
        let refused = input_lipschitz(&f, pairs, inputs, &protocol, &Monitor::silent());
        refused.unwrap_err().to_string()
    };
    assert_eq!(
        message(&[(0, 1), (2, 0)], &inputs, PROTOCOL),
        "examples 2 and 0 have the same input: leave the pair out, its slope is 0/0"
    );
    assert_eq!(
        message(&[(1, 1)], &inputs, PROTOCOL),
        "examples 1 and 1 have the same input: leave the pair out, its slope is 0/0"
    );
    assert_eq!(
        message(&[(0, 3)], &inputs, PROTOCOL),
        "a pair names example 3, but there are 3 examples, counted from 0"
    );
    assert_eq!(
        message(&[(0, 1); 4], &inputs, PROTOCOL),
        "4 pairs are more than the 3 that 3 examples have"
    );
    assert_eq!(
        message(&[], &inputs, PROTOCOL),
        "pairs = 0: it must be 1 or more"
    );
    assert_eq!(
        message(&[(0, 1)], &dmatrix![0.0; 1.0], PROTOCOL),
        "rows of the inputs: 2 given, 3 expected"
    );
    assert_eq!(
        message(&[(0, 1)], &dmatrix![0.0; 1.0; f64::NAN], PROTOCOL),
        "entry 2 of the inputs is NaN; every entry must be finite"
    );
    for max_radius in [-0.1, f64::NAN] {
        let protocol = InputProtocol {
            max_radius,
            ..PROTOCOL
        };
        assert_eq!(
            message(&[(0, 1)], &inputs, protocol),
            format!(
                "r = {max_radius}: the radius must be finite and not negative; \
                 0 is the point θ₀ itself"
            )
        );
    }
    let none = InputProtocol {
        models: 0,
        ..PROTOCOL
    };
    assert_eq!(
        message(&[(0, 1)], &inputs, none),
        "models n_T at each radius = 0: it must be 1 or more"
    );
    let none = InputProtocol {
        radii: 0,
        ..PROTOCOL
    };
    assert_eq!(
        message(&[(0, 1)], &inputs, none),
        "radii R_steps = 0: it must be 1 or more"
    );
    let kernel = KernelSpace::new(dmatrix![1.0], vec![0.0], 1).unwrap();
    let refused = input_lipschitz(
        &kernel,
        &[(0, 1)],
        &dmatrix![1.0],
        &PROTOCOL,
        &Monitor::silent(),
    );
    assert!(matches!(refused, Err(Error::InKernelSpace { .. })));
    assert_eq!(
        draw_pairs(4, 7, 0).unwrap_err().to_string(),
        "7 pairs are more than the 6 that 4 examples have"
    );
    assert!(draw_pairs(1, 1, 0).is_err() && draw_pairs(0, 1, 0).is_err());
}

#[test]
fn progress_counts_models_and_cancelling_stops() {
    let inputs = dmatrix![0.0; 1.0];
    let f = Linear::new(inputs.clone(), &[2.0]);
    let seen = Mutex::new(Vec::new());
    let note = |done, total| seen.lock().unwrap().push((done, total));
    let monitor = Monitor::silent().with_progress(&note);
    input_lipschitz(&f, &[(0, 1)], &inputs, &PROTOCOL, &monitor).unwrap();
    let want: Vec<_> = (1..=36).map(|k| (k, 36)).collect();
    assert_eq!(*seen.lock().unwrap(), want);

    let cancel = AtomicBool::new(true);
    let monitor = Monitor::silent().with_cancel(&cancel);
    let stopped = input_lipschitz(&f, &[(0, 1)], &inputs, &PROTOCOL, &monitor);
    assert_eq!(
        stopped.unwrap_err(),
        Error::Model(tangent_ntk_core::Error::Cancelled)
    );
}

proptest! {
    #[test]
    fn drawn_pairs_are_distinct_and_all_are_drawn_in_the_end(
        n in 2_usize..20, share in 0.0..=1.0_f64, seed: u64,
    ) {
        let all = n * (n - 1) / 2;
        let count = (share * all as f64) as usize;
        let pairs = draw_pairs(n, count, seed).unwrap();
        prop_assert_eq!(pairs.len(), count);
        prop_assert!(pairs.iter().all(|&(i, j)| i < j && j < n));
        prop_assert_eq!(pairs.iter().collect::<HashSet<_>>().len(), count);
        prop_assert_eq!(&pairs, &draw_pairs(n, count, seed).unwrap());
        prop_assert_eq!(draw_pairs(n, all, seed).unwrap(), every_pair(n));
    }

    #[test]
    fn a_sine_is_no_steeper_than_its_parameters(
        n in 2_usize..6, d in 1_usize..5, seed: u64, max_radius in 0.0..2.0_f64,
    ) {
        // |sin⟨θ, x⟩ − sin⟨θ, x'⟩| ≤ ‖θ‖ ‖x − x'‖ is nearly reached near 0.
        let inputs = noise(n, d, seed);
        let start: Vec<f64> = noise(d, 1, seed ^ 1).as_slice().to_vec();
        let sine = Sine::new(&inputs, &start).unwrap();
        let protocol = InputProtocol { max_radius, seed, ..PROTOCOL };
        let run = || {
            input_lipschitz(&sine, &every_pair(n), &inputs, &protocol, &Monitor::silent()).unwrap()
        };
        let rings = run();
        let norm = DVector::from_vec(start).norm();
        for ring in &rings {
            prop_assert!(ring.upper <= norm + ring.radius + 1e-12);
            prop_assert!(ring.average <= ring.upper * (1.0 + 1e-15));
        }
        prop_assert_eq!(rings, run());
    }
}
