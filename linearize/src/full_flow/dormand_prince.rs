//! One step of an embedded Runge–Kutta pair of orders 5 and 4.
//!
//! # Reference
//! Dormand and Prince, *A family of embedded Runge–Kutta formulae*, 1980.

use super::rate::{Rate, is_overflow};
use crate::Result;
use crate::optimiser::norm;

const STAGES: [&[f64]; 6] = [
    &[1.0 / 5.0],
    &[3.0 / 40.0, 9.0 / 40.0],
    &[44.0 / 45.0, -56.0 / 15.0, 32.0 / 9.0],
    &[
        19372.0 / 6561.0,
        -25360.0 / 2187.0,
        64448.0 / 6561.0,
        -212.0 / 729.0,
    ],
    &[
        9017.0 / 3168.0,
        -355.0 / 33.0,
        46732.0 / 5247.0,
        49.0 / 176.0,
        -5103.0 / 18656.0,
    ],
    // The weights of order 5: the last stage is both the end of the step and the first stage of the next step.
    &[
        35.0 / 384.0,
        0.0,
        500.0 / 1113.0,
        125.0 / 192.0,
        -2187.0 / 6784.0,
        11.0 / 84.0,
    ],
];

/// The weights of order 5 minus the weights of order 4.
const ERROR: [f64; 7] = [
    71.0 / 57600.0,
    0.0,
    -71.0 / 16695.0,
    71.0 / 1920.0,
    -17253.0 / 339200.0,
    22.0 / 525.0,
    -1.0 / 40.0,
];

/// The result of a step that has not been accepted yet.
pub(super) struct Trial {
    /// $\theta$ by the formula of order 5.
    pub(super) theta: Vec<f64>,
    /// The result of the pullback at `theta`.
    pub(super) rate: Rate,
    /// The norm of the difference between the formulas of orders 5 and 4.
    pub(super) error: f64,
}

/// Returns a step of length `width` from `theta`, where the velocity is `first`, by six evaluations of `rate`; `None`
/// if a stage is not finite.
pub(super) fn step(
    theta: &[f64],
    first: &[f64],
    width: f64,
    mut rate: impl FnMut(&[f64]) -> Result<Rate>,
) -> Result<Option<Trial>> {
    let mut velocities = vec![first.to_vec()];
    let (mut end, mut last) = (theta.to_vec(), Rate::default());
    for weights in STAGES {
        end.copy_from_slice(theta);
        for (weight, velocity) in weights.iter().zip(&velocities) {
            add(&mut end, width * weight, velocity);
        }
        last = match rate(&end) {
            Ok(found) => found,
            Err(error) if is_overflow(&error) => return Ok(None),
            Err(error) => return Err(error),
        };
        velocities.push(last.velocity.clone());
    }
    let mut error = vec![0.0; theta.len()];
    for (weight, velocity) in ERROR.iter().zip(&velocities) {
        add(&mut error, width * weight, velocity);
    }
    Ok(Some(Trial {
        theta: end,
        rate: last,
        error: norm(&error),
    }))
}

/// $a \leftarrow a + s\,b$.
fn add(a: &mut [f64], s: f64, b: &[f64]) {
    a.iter_mut().zip(b).for_each(|(a, b)| *a += s * b);
}

#[cfg(test)]
mod tests {
    use super::{Rate, step};

    /// Integrates a pendulum from rest at angle 1 over time 1 in `steps` equal steps. Returns its final state and the
    /// sum of the error estimates.
    fn pendulum(steps: usize) -> ([f64; 2], f64) {
        let velocity = |at: &[f64]| vec![at[1], -at[0].sin()];
        let (mut at, mut sum) = (vec![1.0, 0.0], 0.0);
        for _ in 0..steps {
            let rate = |at: &[f64]| {
                Ok(Rate {
                    velocity: velocity(at),
                    ..Rate::default()
                })
            };
            let trial = step(&at, &velocity(&at), 1.0 / steps as f64, rate);
            let trial = trial.unwrap().unwrap();
            assert_eq!(trial.rate.velocity, velocity(&trial.theta));
            (at, sum) = (trial.theta, sum + trial.error);
        }
        ([at[0], at[1]], sum)
    }

    #[test]
    fn the_formula_is_of_order_5_and_its_error_estimate_of_order_4() {
        let (end, _) = pendulum(640);
        let apart = |(at, _): ([f64; 2], f64)| (at[0] - end[0]).hypot(at[1] - end[1]);
        let order = (apart(pendulum(10)) / apart(pendulum(20))).log2();
        assert!((order - 5.0).abs() < 0.2, "order {order}");
        let order = (pendulum(10).1 / pendulum(20).1).log2();
        assert!((order - 4.0).abs() < 0.2, "order {order}");
    }

    #[test]
    fn a_stage_out_of_the_finite_numbers_is_no_error() {
        let rate = |_: &[f64]| {
            Err(crate::Error::NotFinite {
                what: "x",
                index: 0,
                value: f64::NAN,
            })
        };
        assert!(step(&[1.0], &[1.0], 1.0, rate).unwrap().is_none());
        let rate = |_: &[f64]| Err(crate::Error::NoExamples);
        assert!(step(&[1.0], &[1.0], 1.0, rate).is_err());
    }
}
