//! Seeded draws that are the same on every platform: a stream of its own for everything that is drawn.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha20Rng;

/// Numbers of one stream of a seed.
pub(crate) struct Draws(ChaCha20Rng);

impl Draws {
    pub(crate) fn new(seed: u64, stream: u64) -> Self {
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        rng.set_stream(stream);
        Self(rng)
    }

    /// In $[0, 1)$, a multiple of $2^{-53}$.
    fn unit(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 * 2f64.powi(-53)
    }

    /// `count` draws, uniform in $[-bound, bound)$.
    pub(crate) fn uniform(&mut self, count: usize, bound: f64) -> Vec<f32> {
        (0..count)
            .map(|_| ((2.0 * self.unit() - 1.0) * bound) as f32)
            .collect()
    }

    /// `count` normal draws of mean 0 (Box and Muller).
    pub(crate) fn normal(&mut self, count: usize, deviation: f64) -> Vec<f32> {
        let mut draw = || {
            // 1 − u is in (0, 1], where the logarithm is finite.
            let radius = (-2.0 * libm::log(1.0 - self.unit())).sqrt();
            (deviation * radius * libm::cos(std::f64::consts::TAU * self.unit())) as f32
        };
        (0..count).map(|_| draw()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::Draws;

    #[test]
    fn moments_are_those_of_the_distributions() {
        let n = 100_000;
        let moments = |x: &[f32]| {
            let mean = x.iter().map(|&v| f64::from(v)).sum::<f64>() / n as f64;
            (
                mean,
                x.iter()
                    .map(|&v| (f64::from(v) - mean).powi(2))
                    .sum::<f64>()
                    / n as f64,
            )
        };
        // Five standard errors.
        let (mean, variance) = moments(&Draws::new(1, 0).uniform(n, 0.5));
        assert!(mean.abs() < 5.0 * (0.25 / 3.0 / n as f64).sqrt());
        assert!(
            (variance - 0.25 / 3.0).abs() < 5.0 * (0.5f64.powi(4) * 4.0 / 45.0 / n as f64).sqrt()
        );
        let (mean, variance) = moments(&Draws::new(1, 0).normal(n, 2.0));
        assert!(mean.abs() < 5.0 * 2.0 / (n as f64).sqrt());
        assert!((variance - 4.0).abs() < 5.0 * 4.0 * (2.0 / n as f64).sqrt());
    }

    #[test]
    fn streams_differ_and_repeat() {
        let draw = |seed, stream| Draws::new(seed, stream).uniform(8, 1.0);
        assert_eq!(draw(3, 1), draw(3, 1));
        assert_ne!(draw(3, 1), draw(3, 2));
        assert_ne!(draw(3, 1), draw(4, 1));
    }
}
