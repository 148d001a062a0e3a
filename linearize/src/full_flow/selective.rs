//! The selective rule: steps of fixed length, $\lambda_t$ constant along each.

use super::path::Path;
use super::rate::Field;
use super::walk::{Progress, Walk};
use crate::{Error, Predictor, Result};

/// How a flow under the selective rule is integrated.
///
/// Its right-hand side jumps where the inner product changes sign, and where the flow is driven
/// from both sides onto that surface it slides along it: no adaptive step is short enough. So
/// $\lambda_t$ is decided at the begin of each step and kept all along it. The path is then, to the
/// pair's fifth order, the exact flow under a piecewise constant $\lambda_t$, for which (9) holds
/// with the recorded [`pieces`](Path::pieces); against the rule's own flow it is of first order.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FixedStep {
    /// The longest step; between two times asked for all steps are of one length. It has to be well
    /// below $3/(2\lambda_{\max}(K) + \lambda)$, beyond which the formula is unstable.
    pub step: f64,
    /// More steps than that are refused beforehand, those of the check not counted; each is six
    /// pullbacks over all examples.
    pub max_steps: usize,
    /// Whether to integrate a second time in steps of half the length, and so measure the error:
    /// [`StepHalving`](super::ErrorEstimate::StepHalving). Costs three times as much.
    pub check: bool,
}

impl FixedStep {
    /// Steps no longer than `step`, at most 100,000 of them, checked.
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

/// The path from `start`, in steps of the length that is asked for divided by `finer`.
pub(super) fn integrate<P: Predictor + ?Sized>(
    field: &Field<P>,
    (start, lambda): (&[f64], f64),
    times: &[f64],
    (options, finer): (&FixedStep, usize),
    progress: Progress,
) -> Result<Path> {
    // The same divisions, `finer` times each: the paths of a check have all ends of steps in common.
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

/// How many steps lead from each time to the next.
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
