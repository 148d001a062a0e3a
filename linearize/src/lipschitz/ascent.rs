//! Projected ascent to the worst point of a ball.

use super::moved;
use super::probe::{Vectors, normalise};
use crate::Result;
use crate::random::Draws;

/// A value, and the vectors that it is attained at.
pub(super) struct Peak {
    pub(super) value: f64,
    pub(super) vectors: Vectors,
}

/// A supremum over unit vectors, as a function of $\theta$.
pub(super) trait Quantity {
    /// A lower estimate of its value, from vectors near those that attain it.
    fn peak(&self, theta: &[f64], from: &Vectors) -> Result<Peak>;

    /// Its gradient in $\theta$ where `at` attain it.
    fn uphill(&self, theta: &[f64], at: &Vectors) -> Result<Vec<f64>>;
}

/// The ball around $\theta_0$.
pub(super) struct Ball<'a> {
    pub(super) start: &'a [f64],
    pub(super) radius: f64,
}

impl Ball<'_> {
    /// A point drawn uniformly from the ball.
    pub(super) fn point(&self, draws: &mut Draws) -> Vec<f64> {
        let p = self.start.len();
        let share = draws.unit().powf(1.0 / p as f64);
        moved(self.start, self.radius * share, &draws.direction(p))
    }

    /// The nearest point of the ball.
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

/// The highest point found from `theta` in `rounds` tries, and the value there: steps of half the
/// radius at first, halved where they do not climb.
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
