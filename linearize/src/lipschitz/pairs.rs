//! Pairs of examples.

use crate::{Error, Result};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

/// `count` distinct pairs $i < j$ among `n` examples, uniformly drawn without repetition, in
/// ascending order of $j$, then $i$.
///
/// # Errors
/// More than the $n(n-1)/2$ pairs that there are.
pub fn draw_pairs(n: usize, count: usize, seed: u64) -> Result<Vec<(usize, usize)>> {
    check_pairs(n, count)?;
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut numbers = rand::seq::index::sample(&mut rng, pairs_of(n), count).into_vec();
    numbers.sort_unstable();
    Ok(numbers.into_iter().map(pair).collect())
}

/// That many pairs exist.
pub(super) fn check_pairs(n: usize, count: usize) -> Result<()> {
    let pairs = pairs_of(n);
    if count <= pairs {
        Ok(())
    } else {
        Err(Error::Pairs { count, n, pairs })
    }
}

fn pairs_of(n: usize) -> usize {
    n * n.saturating_sub(1) / 2
}

/// The pair number $j(j-1)/2 + i$.
fn pair(number: usize) -> (usize, usize) {
    let mut j = (0.5 + (2.0 * number as f64 + 0.25).sqrt()) as usize;
    // The root is rounded.
    while j * (j - 1) / 2 > number {
        j -= 1;
    }
    while (j + 1) * j / 2 <= number {
        j += 1;
    }
    (number - j * (j - 1) / 2, j)
}

#[cfg(test)]
mod tests {
    use super::pair;

    #[test]
    fn pairs_are_numbered_column_by_column() {
        let mut number = 0;
        for j in 1..200 {
            for i in 0..j {
                assert_eq!(pair(number), (i, j));
                number += 1;
            }
        }
        let j = 3_000_000_000_usize;
        let first = j * (j - 1) / 2;
        assert_eq!(pair(first), (0, j));
        assert_eq!(pair(first - 1), (j - 2, j - 1));
    }
}
