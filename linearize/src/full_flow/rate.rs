//! The right-hand side of the differential equation (34).

use crate::optimiser::norm;
use crate::{Error, Predictor, Result};

/// $\theta \mapsto -\nabla\tilde R(\theta)^\top - \lambda_t(\theta - \theta_0)$.
pub(super) struct Field<'a, P: Predictor + ?Sized> {
    pub(super) predictor: &'a P,
    pub(super) targets: Vec<f64>,
    pub(super) all: Vec<usize>,
    /// The distance from $\theta_0$ up to which paths are followed.
    pub(super) radius: f64,
}

/// The velocity at a point, and the other results of the same pullback.
#[derive(Debug, Clone, Default)]
pub(super) struct Rate {
    /// $\dot\theta$.
    pub(super) velocity: Vec<f64>,
    /// $f_\theta(X)$.
    pub(super) outputs: Vec<f64>,
    /// $\tilde R(\theta)$.
    pub(super) risk: f64,
    /// $\lVert\nabla\tilde R(\theta)\rVert$.
    pub(super) gradient_norm: f64,
    /// $\nabla\tilde R(\theta)(\theta - \theta_0)$.
    pub(super) inner: f64,
}

impl<P: Predictor + ?Sized> Field<'_, P> {
    /// Computes the rate at `theta` with $\lambda_t$ = `lambda`.
    pub(super) fn at(&self, theta: &[f64], lambda: f64) -> Result<Rate> {
        let outputs_each = self.predictor.outputs();
        let cotangent = |place: usize, outputs: &[f64], into: &mut [f64]| {
            let targets = &self.targets[place * outputs_each..];
            for ((into, z), y) in into.iter_mut().zip(outputs).zip(targets) {
                *into = 2.0 * (z - y);
            }
        };
        let (outputs, gradient) = self.predictor.gradient(theta, &self.all, &cotangent)?;
        let risk = risk(&outputs, &self.targets);
        let gradient_norm = norm(&gradient);
        if !(risk.is_finite() && gradient_norm.is_finite()) {
            return Err(Error::NotFinite {
                what: "the flow's loss and gradient",
                index: 0,
                value: f64::NAN,
            });
        }
        let (mut inner, mut velocity) = (0.0, gradient);
        let offset = theta.iter().zip(self.predictor.start());
        for (velocity, (theta, start)) in velocity.iter_mut().zip(offset) {
            inner += *velocity * (theta - start);
            *velocity = -*velocity - lambda * (theta - start);
        }
        Ok(Rate {
            velocity,
            outputs,
            risk,
            gradient_norm,
            inner,
        })
    }

    /// Changes $\lambda_t$ in the velocity of `rate`, the rate at `theta`, without a new pullback.
    pub(super) fn repull(&self, rate: &mut Rate, theta: &[f64], from: f64, to: f64) {
        if from == to {
            return;
        }
        let offset = theta.iter().zip(self.predictor.start());
        for (velocity, (theta, start)) in rate.velocity.iter_mut().zip(offset) {
            *velocity += (from - to) * (theta - start);
        }
    }

    /// Returns $\lVert\theta - \theta_0\rVert$.
    pub(super) fn distance(&self, theta: &[f64]) -> f64 {
        apart(theta, self.predictor.start())
    }
}

/// Returns $\lVert a - b\rVert$.
pub(super) fn apart(a: &[f64], b: &[f64]) -> f64 {
    risk(a, b).sqrt()
}

/// Returns $\lVert a - b\rVert^2$.
fn risk(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum()
}

/// Returns whether the error is a value that is not finite, which a shorter step may avoid.
pub(super) fn is_overflow(error: &Error) -> bool {
    matches!(
        error,
        Error::NotFinite { .. } | Error::Model(tangent_ntk_core::Error::NonFinite { .. })
    )
}
