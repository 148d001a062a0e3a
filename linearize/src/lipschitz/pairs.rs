//! Pairs of examples.

use crate::{Error, Result};
use tangent_random::Draws;

/// Draws `count` distinct pairs $i < j$ of `n` examples uniformly, and returns them in ascending order of $j$, then
/// $i$.
///
/// # Errors
/// `count` exceeds the number of pairs, $n(n-1)/2$.
pub fn draw_pairs(n: usize, count: usize, seed: u64) -> Result<Vec<(usize, usize)>> {
    check_pairs(n, count)?;
    let mut numbers = Draws::new(seed, 0).distinct(pairs_of(n), count);
    numbers.sort_unstable();
    Ok(numbers.into_iter().map(pair).collect())
}

/// Checks that `n` examples have at least `count` pairs.
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

/// Returns the pair $(i, j)$ with the number $j(j-1)/2 + i$.
fn pair(number: usize) -> (usize, usize) {
    let mut j = (0.5 + (2.0 * number as f64 + 0.25).sqrt()) as usize;
    // The square root is rounded, so that j may be too large or too small.
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
