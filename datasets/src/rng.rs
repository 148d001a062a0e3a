//! Random numbers that are the same on every platform and in every release.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// A stream of random numbers, fixed by a seed and a purpose.
///
/// ChaCha8 with the key (seed, purpose, 0, 0) of four little-endian words. Nothing here depends on
/// the width of `usize`, and drawing from a range is written out because a library may change its
/// way between versions.
#[derive(Clone, Debug)]
pub(crate) struct Stream(ChaCha8Rng);

impl Stream {
    /// Streams of one seed with different purposes are independent.
    pub(crate) fn new(seed: u64, purpose: u64) -> Self {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        key[8..16].copy_from_slice(&purpose.to_le_bytes());
        Self(ChaCha8Rng::from_seed(key))
    }

    /// Uniform in `0..bound` (Lemire's multiplication with rejection).
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        debug_assert!(bound > 0);
        let threshold = bound.wrapping_neg() % bound;
        loop {
            let product = u128::from(self.0.next_u64()) * u128::from(bound);
            if product as u64 >= threshold {
                return (product >> 64) as u64;
            }
        }
    }

    /// Uniform in `0..bound`, for indices into memory.
    pub(crate) fn index(&mut self, bound: usize) -> usize {
        self.below(bound as u64) as usize
    }

    /// True `percent` times in a hundred.
    pub(crate) fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// One of `items`, of which there is one at least.
    #[expect(
        clippy::indexing_slicing,
        reason = "an index below the length that it was drawn for"
    )]
    pub(crate) fn pick<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.index(items.len())]
    }

    /// A permutation of `0..n` (Fisher–Yates, from the front).
    pub(crate) fn permutation(&mut self, n: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..n).collect();
        for i in 0..n.saturating_sub(1) {
            order.swap(i, i + self.index(n - i));
        }
        order
    }
}

/// Purposes of random streams: one number for each use, never reused.
pub(crate) mod purpose {
    pub(crate) const SAMPLE: u64 = 1;
    pub(crate) const DIVISION: u64 = 2;
    pub(crate) const CORPUS: u64 = 3;
    /// Generated tasks: this plus the task's own number.
    pub(crate) const GENERATED: u64 = 16;
}
