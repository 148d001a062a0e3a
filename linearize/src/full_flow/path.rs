//! What is known of a flow's path.

use crate::{GradientFlow, Result};

/// What the error of a [`Point`] is an estimate by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorEstimate {
    /// The sum of the local errors of all steps so far, as the embedded pair estimates them. Not a
    /// bound: the flow may spread errors, or shrink them, and a jump of $\lambda_t$ within a step
    /// is not seen.
    LocalSum,
    /// The distance to a second path, integrated to ten times the tolerance: the **coarser** path's
    /// error, while the finer one is given.
    TwoTolerances,
    /// The distance to a second path of twice the steps' length: the **coarser** path's error,
    /// while the finer one is given.
    StepHalving,
}

/// A path of gradient flow.
#[derive(Debug, Clone, PartialEq)]
pub struct Path {
    /// One for each time asked for.
    pub points: Vec<Point>,
    /// All steps of the integration, in order.
    pub steps: Vec<FlowStep>,
    /// How [`Point::error`] is estimated.
    pub estimate: ErrorEstimate,
}

/// A place on the path.
#[derive(Debug, Clone, PartialEq)]
pub struct Point {
    /// $t$.
    pub time: f64,
    /// $\theta_t$.
    pub theta: Vec<f64>,
    /// $f_{\theta_t}(X)$, `[nC]`.
    pub outputs: Vec<f64>,
    /// $\lVert\theta_t - \theta_0\rVert$.
    pub distance: f64,
    /// $\tilde R(\theta_t)$.
    pub risk: f64,
    /// $\lVert\nabla\tilde R(\theta_t)\rVert$; its square is $4\langle k_t e, e\rangle$.
    pub gradient_norm: f64,
    /// $\nabla\tilde R(\theta_t)(\theta_t - \theta_0)$.
    pub inner: f64,
    /// $\lambda_t$, from here on.
    pub lambda: f64,
    /// $\Lambda_t = \int_0^t \lambda_s ds$.
    pub accumulated: f64,
    /// An estimate of $\theta_t$'s error, see [`Path::estimate`].
    pub error: f64,
}

/// A step, of constant $\lambda_t$.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FlowStep {
    /// Where it begins.
    pub time: f64,
    /// How long it lasts.
    pub width: f64,
    /// $\lambda_t$ all along it.
    pub lambda: f64,
    /// $\lVert\theta_t - \theta_0\rVert$ at its begin.
    pub distance: f64,
    /// $\tilde R(\theta_t)$ at its begin.
    pub risk: f64,
    /// $\lVert\nabla\tilde R(\theta_t)\rVert$ at its begin.
    pub gradient_norm: f64,
    /// $\nabla\tilde R(\theta_t)(\theta_t - \theta_0)$ at its begin.
    pub inner: f64,
}

impl Path {
    /// The pieces $(h_k, \lambda_k)$ of $\lambda_s$, $0 \le s \le t$, one after the other: what (9)
    /// is to be evaluated on. The times of the points are ends of pieces.
    pub fn pieces(&self, time: f64) -> impl Iterator<Item = (f64, f64)> + '_ {
        let steps = self.steps.iter().take_while(move |step| step.time < time);
        steps.map(|step| (step.width, step.lambda))
    }

    /// $\lVert f_{\theta_t}(X) - \bar Y(t)\rVert$ at each point, $\bar Y$ the linearized model's
    /// flow: what Theorems 3 and 4 bound, for a flow without a pull.
    ///
    /// # Errors
    /// The flow is of another number of rows.
    pub fn gaps(&self, linearized: &GradientFlow) -> Result<Vec<f64>> {
        self.points
            .iter()
            .map(|point| {
                let outputs = linearized.outputs(point.time)?;
                crate::error::check_length("rows of the flow", point.outputs.len(), outputs.len())?;
                Ok(super::rate::apart(&point.outputs, outputs.as_slice()))
            })
            .collect()
    }

    /// This path, its errors the distances to a `coarser` one at the same times.
    pub(super) fn against(mut self, coarser: &Self, estimate: ErrorEstimate) -> Self {
        // One of the two may have left the field's radius a point earlier.
        self.points.truncate(coarser.points.len());
        for (point, other) in self.points.iter_mut().zip(&coarser.points) {
            point.error = super::rate::apart(&point.theta, &other.theta);
        }
        self.estimate = estimate;
        self
    }
}
