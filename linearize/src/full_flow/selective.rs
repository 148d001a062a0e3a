//! Flow under the selective rule, integrated in steps of fixed length with constant $\lambda_t$.

use super::path::Path;
use super::rate::Field;
use super::walk::{Progress, Walk};
use crate::{Error, Predictor, Result};

/// How a flow under the selective rule is integrated.
///
/// The right-hand side jumps on the surface where the inner product changes its sign. Where the flow is driven onto
/// that surface from both sides, it slides along the surface, and no step meets the tolerance. Therefore
/// $\lambda_t$ is decided at the start of each step and kept during the step. Up to the pair's fifth order, the path is
/// then the exact flow under a piecewise constant $\lambda_t$, for which (9) holds with the recorded
/// [`pieces`](Path::pieces). It approximates the rule's own flow to first order.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FixedStep {
    /// The largest length of a step; between two requested times all steps have the same length. It must be well below
    /// $3/(2\lambda_{\max}(K) + \lambda)$, above which the formula is unstable.
    pub step: f64,
    /// The largest number of steps, not counting those of the check. If the flow needs more, it fails before it starts.
    /// Each step takes six pullbacks over all examples.
    pub max_steps: usize,
    /// Whether to integrate a second time in steps of half the length, which measures the error as
    /// [`StepHalving`](super::ErrorEstimate::StepHalving) and costs three times as much.
    pub check: bool,
}

impl FixedStep {
    /// Returns at most 100,000 steps no longer than `step`, with the check.
    pub fn of(step: f64) -> Self {
        Self {
            step,
            max_steps: 100_000,
            check: true,
        }
    }

    pub(super) fn check(&self) -> Result<()> {
        if self.step > 0.0 && self.step.is_finite() {
            return Ok(());
        }
        Err(Error::Recipe {
            what: "the flow's step",
            value: self.step,
            wanted: "finite and above 0",
        })
    }
}

/// Returns the path from `start`, in steps `finer` times shorter than `options` asks for.
pub(super) fn integrate<P: Predictor + ?Sized>(
    field: &Field<P>,
    (start, lambda): (&[f64], f64),
    times: &[f64],
    (options, finer): (&FixedStep, usize),
    progress: Progress,
) -> Result<Path> {
    // Each step is divided into `finer` steps, so that both paths of a check have all step ends of the coarse one.
    let steps = steps(times, options)?;
    let rule = |inner: f64| if inner >= 0.0 { lambda } else { 0.0 };
    let mut walk = Walk::new(field, start.to_vec(), lambda)?;
    walk.pull(rule(walk.rate.inner));
    let end = times.last().copied().unwrap_or(0.0);
    for (&time, &steps) in times.iter().zip(&steps) {
        let (begin, steps) = (walk.time, steps * finer);
        let width = (time - begin) / steps as f64;
        for k in 1..=steps {
            progress.at(walk.time / end)?;
            let Some(trial) = walk.try_step(width)? else {
                return Err(Error::FlowDiverged { time: walk.time });
            };
            let reached = if k == steps {
                time
            } else {
                begin + k as f64 * width
            };
            walk.take(trial, width, reached);
            walk.pull(rule(walk.rate.inner));
        }
        if !walk.note() {
            break;
        }
    }
    progress.at(1.0)?;
    Ok(walk.path())
}

/// Returns the number of steps from each time to the next.
fn steps(times: &[f64], options: &FixedStep) -> Result<Vec<usize>> {
    let mut begin = 0.0;
    let mut left = options.max_steps;
    let mut all = Vec::with_capacity(times.len());
    for &time in times {
        let steps = ((time - begin) / options.step).ceil() as usize;
        if steps > left {
            return Err(Error::FlowSteps {
                steps: options.max_steps,
                time: begin + left as f64 * options.step,
                end: times.last().copied().unwrap_or(time),
            });
        }
        left -= steps;
        begin = time;
        all.push(steps);
    }
    Ok(all)
}
