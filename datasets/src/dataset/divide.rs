//! One split made into two.

use super::{Division, Example, Split};
use crate::rng::{Stream, purpose};
use crate::sample::stratified;

/// The part of `examples` that is `split`: 80 % to train on, 20 % to judge on, each class apart
/// (scores all together), in the order of the file.
pub(super) fn divide(examples: Vec<Example>, split: Split, seed: u64) -> (Vec<Example>, Division) {
    let strata: Vec<usize> = examples
        .iter()
        .map(|e| e.label.class().unwrap_or(0))
        .collect();
    let dev = examples.len() / 5;
    let mut in_dev = vec![false; examples.len()];
    for i in stratified(&strata, dev, &mut Stream::new(seed, purpose::DIVISION)) {
        in_dev[i] = true;
    }
    let division = Division {
        seed,
        train: examples.len() - dev,
        dev,
    };
    let part = examples
        .into_iter()
        .zip(in_dev)
        .filter(|(_, dev)| *dev == (split == Split::Dev));
    (part.map(|(example, _)| example).collect(), division)
}
