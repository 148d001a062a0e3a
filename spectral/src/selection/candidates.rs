//! Lists of choices.

use crate::{Error, Result};

/// Returns all sets of `k` of the numbers `0..n`, each ascending, in lexicographic order.
///
/// # Errors
/// If `k` is 0 or more than `n`.
///
/// # Example
/// ```
/// use tangent_spectral::selection::combinations;
///
/// let pairs: Vec<_> = combinations(3, 2)?.collect();
/// assert_eq!(pairs, [[0, 1], [0, 2], [1, 2]]);
/// # Ok::<(), tangent_spectral::Error>(())
/// ```
pub fn combinations(n: usize, k: usize) -> Result<Combinations> {
    if k == 0 || k > n {
        return Err(Error::Choose { k, n });
    }
    Ok(Combinations {
        n,
        next: Some((0..k).collect()),
    })
}

/// Returns $\binom nk$, the number of sets that [`combinations`] gives, without making any; `None`
/// if it exceeds a `usize`.
pub fn binomial(n: usize, k: usize) -> Option<usize> {
    if k > n {
        return Some(0);
    }
    let mut count: u128 = 1;
    for i in 0..k.min(n - k) {
        // The quotient is a binomial coefficient again, so the division is exact.
        count = count * (n - i) as u128 / (i + 1) as u128;
        if count > usize::MAX as u128 {
            return None;
        }
    }
    usize::try_from(count).ok()
}

/// The iterator that [`combinations`] returns.
#[derive(Debug, Clone)]
pub struct Combinations {
    n: usize,
    next: Option<Vec<usize>>,
}

impl Iterator for Combinations {
    type Item = Vec<usize>;

    fn next(&mut self) -> Option<Vec<usize>> {
        let current = self.next.take()?;
        let k = current.len();
        // The last number that can still grow does; the numbers after it are reset.
        if let Some(i) = (0..k).rev().find(|&i| current[i] < self.n - k + i) {
            let mut next = current.clone();
            for (step, number) in next[i..].iter_mut().enumerate() {
                *number = current[i] + 1 + step;
            }
            self.next = Some(next);
        }
        Some(current)
    }
}

/// Returns all choices of `k` units, each as the ascending union of their blocks. A unit is a set
/// of blocks that are adapted together, such as the chosen matrices of one layer.
///
/// # Errors
/// If a unit has no block, or `k` is 0 or more than the number of units.
///
/// # Example
/// ```
/// use tangent_spectral::selection::unions;
///
/// // Query and value of three layers, where every layer has four matrices.
/// let layers = [vec![0, 2], vec![4, 6], vec![8, 10]];
/// let choices: Vec<_> = unions(&layers, 2)?.collect();
/// assert_eq!(choices, [[0, 2, 4, 6], [0, 2, 8, 10], [4, 6, 8, 10]]);
/// # Ok::<(), tangent_spectral::Error>(())
/// ```
pub fn unions(units: &[Vec<usize>], k: usize) -> Result<impl Iterator<Item = Vec<usize>>> {
    units_with_blocks(units)?;
    let chosen = combinations(units.len(), k)?;
    Ok(chosen.map(|c| union(c.iter().flat_map(|&u| &units[u]))))
}

/// Returns all choices of `layers` layers and of `matrices` matrices that are the same in each of
/// these layers, as a PEFT configuration names them: `cells[layer][matrix]` has the blocks of that
/// matrix. The sets of layers come in lexicographic order, each with every set of matrices.
///
/// # Errors
/// If the layers do not have the same number of matrices, a cell has no block (the error names it
/// as a unit of its layer), or `layers` or `matrices` is 0 or more than there are.
pub fn grid(
    cells: &[Vec<Vec<usize>>],
    layers: usize,
    matrices: usize,
) -> Result<impl Iterator<Item = Vec<usize>>> {
    let expected = cells.first().map_or(0, Vec::len);
    for (layer, row) in cells.iter().enumerate() {
        let got = row.len();
        if got != expected {
            return Err(Error::UnevenGrid {
                layer,
                expected,
                got,
            });
        }
        units_with_blocks(row)?;
    }
    let rows = combinations(cells.len(), layers)?;
    let columns = combinations(expected, matrices)?;
    Ok(rows.flat_map(move |rows| {
        columns.clone().map(move |columns| {
            let chosen = rows.iter().flat_map(|&row| {
                let cells = &cells[row];
                columns.iter().flat_map(move |&column| &cells[column])
            });
            union(chosen)
        })
    }))
}

/// Returns the blocks in ascending order without duplicates.
pub(super) fn union<'a>(blocks: impl IntoIterator<Item = &'a usize>) -> Vec<usize> {
    let mut blocks: Vec<usize> = blocks.into_iter().copied().collect();
    blocks.sort_unstable();
    blocks.dedup();
    blocks
}

pub(super) fn units_with_blocks(units: &[Vec<usize>]) -> Result<()> {
    match units.iter().position(Vec::is_empty) {
        Some(unit) => Err(Error::EmptyUnit { unit }),
        None => Ok(()),
    }
}
