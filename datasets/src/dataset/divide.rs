//! The division of a single split into two.

use std::collections::BTreeSet;

use super::{Division, Example, Split};
use crate::rng::{Stream, purpose};
use crate::sample::stratified;

/// Returns the part of `examples` that belongs to `split`, in the order of the file: 80 % to train on or 20 % to
/// evaluate on, stratified by class. Scores count as one class.
pub(super) fn divide(examples: Vec<Example>, split: Split, seed: u64) -> (Vec<Example>, Division) {
    let strata: Vec<usize> = examples
        .iter()
        .map(|e| e.label.class().unwrap_or(0))
        .collect();
    let dev = examples.len() / 5;
    let drawn = stratified(&strata, dev, &mut Stream::keyed(seed, purpose::DIVISION));
    let in_dev: BTreeSet<usize> = drawn.into_iter().collect();
    let division = Division {
        seed,
        train: examples.len() - dev,
        dev,
    };
    let part = examples
        .into_iter()
        .enumerate()
        .filter(|(i, _)| in_dev.contains(i) == (split == Split::Dev));
    (part.map(|(_, example)| example).collect(), division)
}
