//! Projected ascent to the worst point of a ball.

use super::moved;
use super::probe::{Vectors, normalise};
use crate::Result;
use tangent_random::Draws;

/// A value, and the vectors that attain it.
pub(super) struct Peak {
    pub(super) value: f64,
    pub(super) vectors: Vectors,
}

/// A supremum over unit vectors, as a function of $\theta$.
pub(super) trait Quantity {
    /// Returns a lower estimate of the supremum, starting from the vectors `from` near those that attain it.
    fn peak(&self, theta: &[f64], from: &Vectors) -> Result<Peak>;

    /// Returns the gradient of the supremum in $\theta$, where the vectors `at` attain it.
    fn uphill(&self, theta: &[f64], at: &Vectors) -> Result<Vec<f64>>;
}

/// The ball around $\theta_0$.
pub(super) struct Ball<'a> {
    pub(super) start: &'a [f64],
    pub(super) radius: f64,
}

impl Ball<'_> {
    /// Returns a point drawn uniformly from the ball.
    pub(super) fn point(&self, draws: &mut Draws) -> Vec<f64> {
        let p = self.start.len();
        let share = draws.unit().powf(1.0 / p as f64);
        moved(self.start, self.radius * share, &draws.direction(p))
    }

    /// Returns the point of the ball that is nearest to `theta`.
    fn project(&self, theta: Vec<f64>) -> Vec<f64> {
        let distance = self.distance(&theta);
        if distance <= self.radius {
            return theta;
        }
        let scale = self.radius / distance;
        let each = theta.iter().zip(self.start);
        each.map(|(x, start)| start + scale * (x - start)).collect()
    }

    pub(super) fn distance(&self, theta: &[f64]) -> f64 {
        let squares = theta.iter().zip(self.start).map(|(x, s)| (x - s).powi(2));
        squares.sum::<f64>().sqrt()
    }
}

/// The shortest step of an ascent, as a share of the radius.
const SHORTEST: f64 = 1e-3;

/// Returns the highest point found from `theta` in `rounds` tries, and the value there. The first step is half the
/// radius; a step that does not increase the value is halved.
pub(super) fn climb(
    quantity: &impl Quantity,
    ball: &Ball,
    mut theta: Vec<f64>,
    vectors: &Vectors,
    rounds: usize,
) -> Result<(Vec<f64>, f64)> {
    let mut peak = quantity.peak(&theta, vectors)?;
    if ball.radius == 0.0 {
        return Ok((theta, peak.value));
    }
    let mut share = 0.5;
    let mut direction = None;
    for _ in 0..rounds {
        let uphill = match &direction {
            Some(uphill) => uphill,
            None => {
                let mut unit = Vec::new();
                let slope = quantity.uphill(&theta, &peak.vectors)?;
                if normalise(slope, &mut unit) == 0.0 {
                    break;
                }
                direction.insert(unit)
            }
        };
        let there = ball.project(moved(&theta, share * ball.radius, uphill));
        let found = quantity.peak(&there, &peak.vectors)?;
        if found.value > peak.value {
            (theta, peak, direction) = (there, found, None);
        } else {
            share /= 2.0;
            if share < SHORTEST {
                break;
            }
        }
    }
    Ok((theta, peak.value))
}
