//! Flows whose paths are known, and both kinds of fixtures.

use nalgebra::{DVector, dmatrix};
use tangent_linearize::fixture::{Certified, Quadratic, Sine};

pub(crate) fn targets(n: usize, seed: u64) -> DVector<f64> {
    let phase = (seed % 1000) as f64;
    DVector::from_fn(n, |i, _| (1.7 * i as f64 + phase).sin())
}

pub(crate) fn fixture(quadratic: bool, n: usize, p: usize, seed: u64) -> Box<dyn Certified> {
    if quadratic {
        Box::new(Quadratic::random(n, p, 0.5, seed).unwrap())
    } else {
        Box::new(Sine::random(n, p, seed).unwrap())
    }
}

pub(crate) fn apart(a: &[f64], b: &[f64]) -> f64 {
    let squares = a.iter().zip(b).map(|(a, b)| (a - b).powi(2));
    squares.sum::<f64>().sqrt()
}

/// The flow of $\sin\theta$ towards 0 from $\theta_0 = 1$: $\dot\theta = -\sin 2\theta$, so that
/// $\tan\theta_t = e^{-2t}\tan 1$.
pub(crate) fn wave() -> Sine {
    Sine::new(&dmatrix![1.0], &[1.0]).unwrap()
}

pub(crate) fn of_wave(time: f64) -> f64 {
    (1.0_f64.tan() * (-2.0 * time).exp()).atan()
}
