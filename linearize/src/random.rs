//! Seeded random draws that are the same on every platform. Every purpose has its own stream.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// The random numbers of one stream of a seed.
pub(crate) struct Draws(ChaCha8Rng);

impl Draws {
    pub(crate) fn new(seed: u64, stream: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(stream);
        Self(rng)
    }

    /// Returns a uniform draw from $[0, 1)$, a multiple of $2^{-53}$.
    pub(crate) fn unit(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 * 2f64.powi(-53)
    }

    /// Returns a normal draw of mean 0 and variance 1 (Box and Muller).
    pub(crate) fn normal(&mut self) -> f64 {
        // 1 − u is in (0, 1], where the logarithm is finite.
        let radius = (-2.0 * libm::log(1.0 - self.unit())).sqrt();
        radius * libm::cos(std::f64::consts::TAU * self.unit())
    }

    /// Returns `count` normal draws.
    pub(crate) fn normals(&mut self, count: usize) -> Vec<f64> {
        (0..count).map(|_| self.normal()).collect()
    }

    /// Returns a direction $v/\lVert v\rVert$ with $v \sim N(0, I)$, which is uniform on the unit sphere in
    /// $\mathbb{R}^{count}$.
    pub(crate) fn direction(&mut self, count: usize) -> Vec<f64> {
        let mut v = self.normals(count);
        let norm = crate::optimiser::norm(&v);
        if norm > 0.0 {
            v.iter_mut().for_each(|x| *x /= norm);
        }
        v
    }
}

#[cfg(test)]
mod tests {
    use super::Draws;

    #[test]
    fn normal_draws_have_mean_0_and_variance_1() {
        let n = 100_000;
        let draws = Draws::new(1, 0).normals(n);
        let mean = draws.iter().sum::<f64>() / n as f64;
        let variance = draws.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n as f64;
        // Five standard errors.
        assert!(mean.abs() < 5.0 / (n as f64).sqrt());
        assert!((variance - 1.0).abs() < 5.0 * (2.0 / n as f64).sqrt());
    }

    #[test]
    fn streams_differ_and_directions_have_length_1() {
        assert_ne!(Draws::new(1, 0).normals(3), Draws::new(1, 1).normals(3));
        assert_eq!(Draws::new(1, 1).normals(3), Draws::new(1, 1).normals(3));
        let norm = crate::optimiser::norm(&Draws::new(2, 0).direction(7));
        assert!((norm - 1.0).abs() < 1e-15);
    }
}
