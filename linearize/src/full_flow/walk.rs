//! The state of an integration.

use super::dormand_prince::{Trial, step};
use super::path::{ErrorEstimate, FlowStep, Path, Point};
use super::rate::{Field, Rate};
use crate::{Predictor, Result};
use tangent_ntk_core::Monitor;

/// A path under construction.
pub(super) struct Walk<'a, P: Predictor + ?Sized> {
    pub(super) field: &'a Field<'a, P>,
    pub(super) time: f64,
    pub(super) theta: Vec<f64>,
    pub(super) rate: Rate,
    /// $\lambda_t$, with which `rate` was computed.
    pub(super) lambda: f64,
    accumulated: f64,
    error: f64,
    points: Vec<Point>,
    steps: Vec<FlowStep>,
}

impl<'a, P: Predictor + ?Sized> Walk<'a, P> {
    pub(super) fn new(field: &'a Field<'a, P>, theta: Vec<f64>, lambda: f64) -> Result<Self> {
        Ok(Self {
            rate: field.at(&theta, lambda)?,
            field,
            time: 0.0,
            theta,
            lambda,
            accumulated: 0.0,
            error: 0.0,
            points: Vec::new(),
            steps: Vec::new(),
        })
    }

    /// Computes a step of length `width` without taking it; `None` if a value is not finite.
    pub(super) fn try_step(&self, width: f64) -> Result<Option<Trial>> {
        step(&self.theta, &self.rate.velocity, width, |theta| {
            self.field.at(theta, self.lambda)
        })
    }

    /// Takes the step `trial` of length `width`, which ends at the time `end`.
    pub(super) fn take(&mut self, trial: Trial, width: f64, end: f64) {
        self.steps.push(FlowStep {
            time: self.time,
            width,
            lambda: self.lambda,
            distance: self.field.distance(&self.theta),
            risk: self.rate.risk,
            gradient_norm: self.rate.gradient_norm,
            inner: self.rate.inner,
        });
        self.accumulated += self.lambda * width;
        self.error += trial.error;
        self.time = end;
        self.theta = trial.theta;
        self.rate = trial.rate;
    }

    /// Continues from here with $\lambda_t$ = `lambda`.
    pub(super) fn pull(&mut self, lambda: f64) {
        self.field
            .repull(&mut self.rate, &self.theta, self.lambda, lambda);
        self.lambda = lambda;
    }

    /// Records the current point and returns whether it lies within the field's radius.
    pub(super) fn note(&mut self) -> bool {
        let distance = self.field.distance(&self.theta);
        self.points.push(Point {
            time: self.time,
            theta: self.theta.clone(),
            outputs: self.rate.outputs.clone(),
            distance,
            risk: self.rate.risk,
            gradient_norm: self.rate.gradient_norm,
            inner: self.rate.inner,
            lambda: self.lambda,
            accumulated: self.accumulated,
            error: self.error,
        });
        distance <= self.field.radius
    }

    pub(super) fn path(self) -> Path {
        Path {
            points: self.points,
            steps: self.steps,
            estimate: ErrorEstimate::LocalSum,
        }
    }
}

/// Reports the progress of one integration as its share of the whole computation.
#[derive(Clone, Copy)]
pub(super) struct Progress<'a> {
    pub(super) monitor: &'a Monitor<'a>,
    /// The start and the end of the integration, as shares of the whole computation.
    pub(super) part: (f64, f64),
}

impl Progress<'_> {
    /// Reports that this share of the integration is done, in thousandths of the whole computation. Returns an error if
    /// the computation was cancelled.
    pub(super) fn at(&self, share: f64) -> Result<()> {
        self.monitor.check()?;
        let (begin, end) = self.part;
        let share = begin + share * (end - begin);
        self.monitor.tell((1000.0 * share) as usize, 1000);
        Ok(())
    }
}
