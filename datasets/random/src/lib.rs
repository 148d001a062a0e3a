//! Random numbers that a seed and a stream determine, the same on every platform and in every release.
//!
//! Every purpose has a stream of its own, so that one more draw for one purpose changes nothing of another. Drawing from
//! a range is implemented here because a library may change its method between versions.

use rand::seq::{SliceRandom, index};
use rand::{Rng, SeedableRng};
use rand_chacha::{ChaCha8Rng, ChaCha20Rng};

/// The random numbers of one stream of a seed.
///
/// # Example
/// ```
/// use tangent_random::Draws;
///
/// let draw = |stream| Draws::new(7, stream).normals(3);
/// assert_eq!(draw(0), draw(0));
/// assert_ne!(draw(0), draw(1));
/// ```
#[derive(Clone, Debug)]
pub struct Draws<R = ChaCha8Rng>(R);

impl Draws {
    /// Returns a stream of a seed, by ChaCha8.
    pub fn new(seed: u64, stream: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(stream);
        Self(rng)
    }

    /// Returns the stream of a seed and a purpose, by ChaCha8 with the key (seed, purpose, 0, 0) of four little-endian
    /// words. Streams of one seed with different purposes are independent.
    pub fn keyed(seed: u64, purpose: u64) -> Self {
        let mut key = [0; 32];
        for (bytes, word) in key.chunks_exact_mut(8).zip([seed, purpose]) {
            bytes.copy_from_slice(&word.to_le_bytes());
        }
        Self(ChaCha8Rng::from_seed(key))
    }
}

impl Draws<ChaCha20Rng> {
    /// Returns a stream of a seed, by ChaCha20.
    pub fn chacha20(seed: u64, stream: u64) -> Self {
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        rng.set_stream(stream);
        Self(rng)
    }
}

impl<R: Rng> Draws<R> {
    /// Returns the generator itself, for the distributions of `rand`.
    pub fn rng(&mut self) -> &mut R {
        &mut self.0
    }

    /// Returns 64 random bits.
    pub fn bits(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// Returns a uniform draw from $[0, 1)$, a multiple of $2^{-53}$.
    pub fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 * 2f64.powi(-53)
    }

    /// Returns a normal draw of mean 0 and variance 1 (Box and Muller).
    pub fn normal(&mut self) -> f64 {
        self.normal_of(1.0)
    }

    /// Returns a normal draw of mean 0 and that deviation.
    pub fn normal_of(&mut self, deviation: f64) -> f64 {
        // 1 − u is in (0, 1], where the logarithm is finite.
        let radius = (-2.0 * libm::log(1.0 - self.unit())).sqrt();
        deviation * radius * libm::cos(std::f64::consts::TAU * self.unit())
    }

    /// Returns `count` normal draws.
    pub fn normals(&mut self, count: usize) -> Vec<f64> {
        (0..count).map(|_| self.normal()).collect()
    }

    /// Returns a direction $v/\lVert v\rVert$ with $v \sim N(0, I)$, which is uniform on the unit sphere in
    /// $\mathbb{R}^{count}$.
    pub fn direction(&mut self, count: usize) -> Vec<f64> {
        let mut v = self.normals(count);
        let norm = v.iter().map(|x| x * x).sum::<f64>().sqrt();
        if norm > 0.0 {
            v.iter_mut().for_each(|x| *x /= norm);
        }
        v
    }

    /// Returns a number that is uniform in `0..bound` (Lemire's multiplication with rejection).
    ///
    /// # Panics
    /// Where `bound` is 0.
    pub fn below(&mut self, bound: u64) -> u64 {
        let threshold = bound.wrapping_neg() % bound;
        loop {
            let product = u128::from(self.bits()) * u128::from(bound);
            if product as u64 >= threshold {
                return (product >> 64) as u64;
            }
        }
    }

    /// Returns an index that is uniform in `0..bound`.
    ///
    /// # Panics
    /// Where `bound` is 0.
    pub fn index(&mut self, bound: usize) -> usize {
        self.below(bound as u64) as usize
    }

    /// Returns an index in `0..bound` as the remainder of 64 bits: uniform to within $bound/2^{64}$.
    ///
    /// # Panics
    /// Where `bound` is 0.
    pub fn remainder(&mut self, bound: usize) -> usize {
        (self.bits() % bound as u64) as usize
    }

    /// Returns true with a probability of `percent` percent.
    pub fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// Returns one of `items` uniformly.
    ///
    /// # Panics
    /// Where there are none.
    pub fn pick<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.index(items.len())]
    }

    /// Returns a permutation of `0..n` (Fisher–Yates, from the front).
    pub fn permutation(&mut self, n: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..n).collect();
        for i in 0..n.saturating_sub(1) {
            order.swap(i, i + self.index(n - i));
        }
        order
    }

    /// Returns a permutation of `0..n`, by `rand`'s shuffle.
    pub fn shuffled(&mut self, n: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..n).collect();
        order.shuffle(&mut self.0);
        order
    }

    /// Returns `k` of `0..n` without replacement, ascending: the first of a shuffle by [`remainder`](Self::remainder).
    ///
    /// # Panics
    /// Where `k` exceeds `n`.
    pub fn subsample(&mut self, n: usize, k: usize) -> Vec<usize> {
        let mut all: Vec<usize> = (0..n).collect();
        for place in 0..k {
            let other = place + self.remainder(n - place);
            all.swap(place, other);
        }
        all.truncate(k);
        all.sort_unstable();
        all
    }

    /// Returns `k` of `0..n` without replacement, in the order of `rand`'s index sampling.
    ///
    /// # Panics
    /// Where `k` exceeds `n`.
    pub fn distinct(&mut self, n: usize, k: usize) -> Vec<usize> {
        index::sample(&mut self.0, n, k).into_vec()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        assert_ne!(Draws::new(1, 0).bits(), Draws::keyed(1, 0).bits());
        assert_ne!(Draws::new(1, 0).bits(), Draws::chacha20(1, 0).bits());
        let direction = Draws::new(2, 0).direction(7);
        let norm = direction.iter().map(|x| x * x).sum::<f64>().sqrt();
        assert!((norm - 1.0).abs() < 1e-15);
    }

    #[test]
    fn samples_are_without_replacement_and_permutations_whole() {
        let mut draws = Draws::new(3, 0);
        let first = draws.subsample(50, 40);
        assert_eq!(first.len(), 40);
        assert!(first.windows(2).all(|w| w[0] < w[1]) && first[39] < 50);
        assert_ne!(first, draws.subsample(50, 40));
        assert_eq!(draws.subsample(5, 5), [0, 1, 2, 3, 4]);
        for mut all in [
            draws.permutation(9),
            draws.shuffled(9),
            draws.distinct(9, 9),
        ] {
            all.sort_unstable();
            assert!(all.into_iter().eq(0..9));
        }
    }

    #[test]
    fn indices_are_below_their_bound_and_reach_it() {
        let mut draws = Draws::keyed(5, 1);
        for bound in [1, 2, 7] {
            let mut seen = vec![false; bound];
            for _ in 0..200 {
                seen[draws.index(bound)] = true;
                seen[draws.remainder(bound)] = true;
            }
            assert!(seen.iter().all(|seen| *seen));
        }
        assert!(!draws.chance(0) && draws.chance(100));
    }
}
