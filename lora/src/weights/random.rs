//! Matrices of seeded draws.

use std::collections::TryReserveError;

use rand_chacha::ChaCha20Rng;

/// The random numbers of one stream of a seed. Everything that is drawn has its own stream.
pub(crate) struct Draws(tangent_random::Draws<ChaCha20Rng>);

impl Draws {
    pub(crate) fn new(seed: u64, stream: u64) -> Self {
        Self(tangent_random::Draws::chacha20(seed, stream))
    }

    /// Returns a matrix of draws, uniform in $[-bound, bound)$; an error if memory cannot hold it.
    pub(crate) fn uniform(
        &mut self,
        shape: [usize; 2],
        bound: f64,
    ) -> Result<Vec<f32>, TryReserveError> {
        matrix(shape, || ((2.0 * self.0.unit() - 1.0) * bound) as f32)
    }

    /// Returns a matrix of normal draws with mean 0; an error if memory cannot hold it.
    pub(crate) fn normal(
        &mut self,
        shape: [usize; 2],
        deviation: f64,
    ) -> Result<Vec<f32>, TryReserveError> {
        matrix(shape, || self.0.normal_of(deviation) as f32)
    }
}

/// Returns the entries of a matrix, row by row; an error if memory cannot hold them.
pub(crate) fn matrix(
    [rows, columns]: [usize; 2],
    entry: impl FnMut() -> f32,
) -> Result<Vec<f32>, TryReserveError> {
    // If the product overflows, the count is more than any memory holds.
    let count = rows.saturating_mul(columns);
    let mut entries = Vec::new();
    entries.try_reserve_exact(count)?;
    entries.extend(std::iter::repeat_with(entry).take(count));
    Ok(entries)
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
        // The tolerance is five standard errors.
        let (mean, variance) = moments(&Draws::new(1, 0).uniform([n, 1], 0.5).unwrap());
        assert!(mean.abs() < 5.0 * (0.25 / 3.0 / n as f64).sqrt());
        assert!(
            (variance - 0.25 / 3.0).abs() < 5.0 * (0.5f64.powi(4) * 4.0 / 45.0 / n as f64).sqrt()
        );
        let (mean, variance) = moments(&Draws::new(1, 0).normal([n, 1], 2.0).unwrap());
        assert!(mean.abs() < 5.0 * 2.0 / (n as f64).sqrt());
        assert!((variance - 4.0).abs() < 5.0 * 4.0 * (2.0 / n as f64).sqrt());
    }

    #[test]
    fn a_matrix_that_no_memory_holds_is_an_error() {
        for shape in [[usize::MAX, 2], [1 << 40, 1 << 40], [usize::MAX / 4, 1]] {
            assert!(Draws::new(1, 0).uniform(shape, 1.0).is_err());
            assert!(Draws::new(1, 0).normal(shape, 1.0).is_err());
        }
    }

    #[test]
    fn streams_differ_and_repeat() {
        let draw = |seed, stream| Draws::new(seed, stream).uniform([2, 4], 1.0).unwrap();
        assert_eq!(draw(3, 1), draw(3, 1));
        assert_ne!(draw(3, 1), draw(3, 2));
        assert_ne!(draw(3, 1), draw(4, 1));
    }
}
