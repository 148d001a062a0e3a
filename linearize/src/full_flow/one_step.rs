//! One step of training, compared with the flow over the same time.

use super::FullFlow;
use super::rate::apart;
use super::selective::{FixedStep, integrate};
use super::walk::Progress;
use crate::pull::{Iterate, Pull, SelectiveGlobal};
use crate::{Error, Predictor, Result};
use tangent_ntk_core::Monitor;

/// A step of gradient descent under the selective rule, and the flow over $t = \eta_{\text{step}}$.
#[derive(Debug, Clone, PartialEq)]
pub struct OneStep {
    /// $\theta$ after one step by (4) and (8).
    pub discrete: Vec<f64>,
    /// $\theta$ after the flow (34).
    pub flow: Vec<f64>,
    /// The norm of the difference between `discrete` and `flow`: $O(\eta_{\text{step}}^2)$ if the inner product does
    /// not change its sign, which is consistency of order 1.
    pub deviation: f64,
    /// $\nabla\tilde R(\theta)(\theta - \theta_0)$ before the step.
    pub inner: f64,
    /// $\nabla\tilde R(\theta)(\theta - \theta_0)$ after the flow.
    pub inner_after: f64,
}

/// The number of integrator steps in one step of training.
const SUBSTEPS: usize = 8;

impl<P: Predictor + ?Sized> FullFlow<'_, P> {
    /// Computes, from `theta`, one step (4) of length `rate` = $\eta_{\text{step}}$ with the selective rule (8), and
    /// the flow under the same rule over the same time (Lemma 3).
    ///
    /// # Errors
    /// `rate` is not positive and finite; `theta` has a wrong length; a value is not finite.
    pub fn one_step(&self, theta: &[f64], rate: f64) -> Result<OneStep> {
        let options = FixedStep::of(rate / SUBSTEPS as f64);
        options.check()?;
        crate::error::check_length("parameters θ", self.predictor().start().len(), theta.len())?;
        let monitor = Monitor::silent();
        let progress = Progress {
            monitor: &monitor,
            part: (0.0, 1.0),
        };
        let from = (theta, self.lambda);
        let path = integrate(&self.field, from, &[rate], (&options, 1), progress)?;
        let [end] = &path.points[..] else {
            unreachable!("one time gives one point")
        };

        let mut gradient = self.field.at(theta, 0.0)?.velocity;
        gradient.iter_mut().for_each(|x| *x = -*x);
        let place = Iterate {
            start: self.predictor().start(),
            theta,
            gradient: &gradient,
            tensors: self.predictor().tensors(),
            rate,
        };
        let rule = SelectiveGlobal {
            lambda: self.lambda,
        };
        let discrete = rule
            .step(&place, &mut |gradient| {
                let each = theta.iter().zip(gradient);
                each.map(|(theta, g)| theta - rate * g).collect()
            })
            .theta;
        if discrete.iter().any(|x| !x.is_finite()) {
            return Err(Error::FlowDiverged { time: 0.0 });
        }
        Ok(OneStep {
            deviation: apart(&discrete, &end.theta),
            discrete,
            flow: end.theta.clone(),
            inner: path.steps[0].inner,
            inner_after: end.inner,
        })
    }
}
