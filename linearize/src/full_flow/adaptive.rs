//! Flow under constant $\lambda$, integrated in steps as long as the tolerance allows.

use super::path::Path;
use super::rate::{Field, apart, is_overflow};
use super::walk::{Progress, Walk};
use crate::optimiser::norm;
use crate::{Error, Predictor, Result};

/// How a flow under constant $\lambda$ is integrated: by the Dormand–Prince pair of orders 5 and 4, with a step that
/// ends at each requested time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Adaptive {
    /// The tolerance for each step's error in $\theta$, as a share of the largest $\lVert\theta_s - \theta_0\rVert$ up
    /// to the end of the step.
    pub tolerance: f64,
    /// The largest number of steps, whether accepted or rejected; each takes six pullbacks over all examples.
    pub max_steps: usize,
    /// Whether to integrate a second time to a tenth of the tolerance, which measures the error as
    /// [`TwoTolerances`](super::ErrorEstimate::TwoTolerances) and costs about two and a half times as much.
    pub check: bool,
}

impl Default for Adaptive {
    /// Tolerance 1e-8, 10,000 steps, with the check. Models in `f32` need a tolerance of about 1e-6 or more.
    fn default() -> Self {
        Self {
            tolerance: 1e-8,
            max_steps: 10_000,
            check: true,
        }
    }
}

impl Adaptive {
    pub(super) fn check(&self) -> Result<()> {
        if self.tolerance > 0.0 && self.tolerance < 1.0 {
            return Ok(());
        }
        Err(Error::Recipe {
            what: "the flow's tolerance",
            value: self.tolerance,
            wanted: "in (0, 1)",
        })
    }
}

pub(super) fn integrate<P: Predictor + ?Sized>(
    field: &Field<P>,
    lambda: f64,
    times: &[f64],
    options: &Adaptive,
    progress: Progress,
) -> Result<Path> {
    let mut walk = Walk::new(field, field.predictor.start().to_vec(), lambda)?;
    let end = times.last().copied().unwrap_or(0.0);
    let mut width = first_width(&walk, end, options.tolerance)?;
    let mut farthest = 0.0_f64;
    let (mut tried, mut overflow) = (0, false);
    for &time in times {
        while walk.time < time {
            progress.at(walk.time / end)?;
            if tried == options.max_steps {
                return Err(Error::FlowSteps {
                    steps: tried,
                    time: walk.time,
                    end,
                });
            }
            tried += 1;
            // The last two steps before a requested time have the same length, so that none is tiny.
            let left = time - walk.time;
            let lands = width >= left;
            let this = if lands { left } else { width.min(left / 2.0) };
            if this < SHORTEST * end && !lands {
                return Err(match overflow {
                    true => Error::FlowDiverged { time: walk.time },
                    false => Error::FlowStalled {
                        time: walk.time,
                        width: this,
                    },
                });
            }
            let trial = walk.try_step(this)?;
            overflow = trial.is_none();
            let Some(trial) = trial else {
                width = this / 10.0;
                continue;
            };
            let reach = farthest.max(field.distance(&trial.theta));
            let allowed = options.tolerance * reach;
            let next = this * growth(allowed, trial.error);
            if trial.error > allowed {
                width = next.min(0.9 * this);
                continue;
            }
            walk.take(trial, this, if lands { time } else { walk.time + this });
            farthest = reach;
            // A step that was cut to end at a requested time is no reason for shorter steps after it.
            width = if this < width { next.max(width) } else { next };
        }
        if !walk.note() {
            break;
        }
    }
    progress.at(1.0)?;
    Ok(walk.path())
}

/// The shortest step, as a share of the last requested time.
const SHORTEST: f64 = 1e-14;

/// Returns the factor by which the length of a step should change, given that its error is of order 5.
fn growth(allowed: f64, error: f64) -> f64 {
    if error == 0.0 {
        5.0
    } else {
        (0.9 * (allowed / error).powf(0.2)).clamp(0.2, 5.0)
    }
}

/// Returns a length for the first step, from how fast the velocity changes along its own direction.
fn first_width<P: Predictor + ?Sized>(walk: &Walk<P>, end: f64, tolerance: f64) -> Result<f64> {
    let velocity = &walk.rate.velocity;
    let speed = norm(velocity);
    if speed == 0.0 || end == 0.0 {
        return Ok(end);
    }
    let mut width = 1e-3 * end;
    while width >= SHORTEST * end {
        let at: Vec<f64> = walk
            .theta
            .iter()
            .zip(velocity)
            .map(|(x, v)| x + width * v)
            .collect();
        match walk.field.at(&at, walk.lambda) {
            Ok(there) => {
                let change = apart(&there.velocity, velocity) / (width * speed);
                return Ok((0.5 * tolerance.powf(0.2) / change).min(end));
            }
            Err(error) if is_overflow(&error) => width *= 1e-3,
            Err(error) => return Err(error),
        }
    }
    Err(Error::FlowDiverged { time: 0.0 })
}
