//! The path of a flow: its points, its steps and their errors.

use crate::{GradientFlow, Result};

/// How the error of a [`Point`] is estimated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorEstimate {
    /// The sum of the local errors of all steps so far, as the embedded pair estimates them. This is not a bound: the
    /// flow may amplify or shrink errors, and a jump of $\lambda_t$ within a step goes unnoticed.
    LocalSum,
    /// The distance to a second path, integrated to ten times the tolerance of this one. It estimates the error of that
    /// **coarser** path, while the points are those of the finer path.
    TwoTolerances,
    /// The distance to a second path with steps twice as long. It estimates the error of that **coarser** path, while
    /// the points are those of the finer path.
    StepHalving,
}

/// A path of gradient flow.
#[derive(Debug, Clone, PartialEq)]
pub struct Path {
    /// One point for each requested time, in order; fewer if the path was cut at a radius.
    pub points: Vec<Point>,
    /// All steps of the integration, in order.
    pub steps: Vec<FlowStep>,
    /// How [`Point::error`] is estimated.
    pub estimate: ErrorEstimate,
}

/// A point of the path.
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
    /// $\lVert\nabla\tilde R(\theta_t)\rVert$, whose square is $4\langle k_t e, e\rangle$.
    pub gradient_norm: f64,
    /// $\nabla\tilde R(\theta_t)(\theta_t - \theta_0)$.
    pub inner: f64,
    /// $\lambda_t$ from this point on.
    pub lambda: f64,
    /// $\Lambda_t = \int_0^t \lambda_s ds$.
    pub accumulated: f64,
    /// The estimated error of $\theta_t$, see [`Path::estimate`].
    pub error: f64,
}

/// A step of the integrator, with constant $\lambda_t$.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FlowStep {
    /// The time at which the step starts.
    pub time: f64,
    /// The length of the step.
    pub width: f64,
    /// $\lambda_t$ during the step.
    pub lambda: f64,
    /// $\lVert\theta_t - \theta_0\rVert$ at its start.
    pub distance: f64,
    /// $\tilde R(\theta_t)$ at its start.
    pub risk: f64,
    /// $\lVert\nabla\tilde R(\theta_t)\rVert$ at its start.
    pub gradient_norm: f64,
    /// $\nabla\tilde R(\theta_t)(\theta_t - \theta_0)$ at its start.
    pub inner: f64,
}

impl Path {
    /// Returns the pieces $(h_k, \lambda_k)$ of $\lambda_s$ for $0 \le s \le t$, in order, on which (9) can be
    /// evaluated. `time` = $t$ must be the time of a point, because only there a piece ends exactly.
    pub fn pieces(&self, time: f64) -> impl Iterator<Item = (f64, f64)> + '_ {
        let steps = self.steps.iter().take_while(move |step| step.time < time);
        steps.map(|step| (step.width, step.lambda))
    }

    /// Returns $\lVert f_{\theta_t}(X) - \bar Y(t)\rVert$ at each point, where $\bar Y$ is the flow of the linearized
    /// model. Theorems 3 and 4 bound this gap if that flow has no pull.
    ///
    /// # Errors
    /// The two flows have different numbers of rows.
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

    /// Returns this path with the distances to a `coarser` path at the same times as its errors.
    pub(super) fn against(mut self, coarser: &Self, estimate: ErrorEstimate) -> Self {
        // One of the two paths may have left the field's radius a point earlier than the other.
        self.points.truncate(coarser.points.len());
        for (point, other) in self.points.iter_mut().zip(&coarser.points) {
            point.error = super::rate::apart(&point.theta, &other.theta);
        }
        self.estimate = estimate;
        self
    }
}
