//! The choices of layers and matrices that the study compares.

use crate::protocol::Adapted;

/// Returns every set of layers with every set of matrices, and all layers with two sets of matrices.
pub(super) fn choices() -> Vec<Adapted> {
    let each = LAYERS
        .iter()
        .flat_map(|&layers| MATRICES.iter().map(move |&targets| (layers, targets)));
    let all = [QUERY_VALUE, ATTENTION]
        .into_iter()
        .map(|targets| (ALL_LAYERS, targets));
    each.chain(all)
        .map(|(layers, targets)| Adapted { layers, targets })
        .collect()
}

const LAYERS: [&[usize]; 5] = [&[0], &[5], &[11], &[0, 11], &[0, 5, 11]];
const ALL_LAYERS: &[usize] = &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11];

const QUERY_VALUE: &[&str] = &["query", "value"];
const ATTENTION: &[&str] = &["query", "key", "value", "attention.output.dense"];
const MATRICES: [&[&str]; 6] = [
    &["query"],
    &["key"],
    &["value"],
    &["attention.output.dense"],
    QUERY_VALUE,
    ATTENTION,
];

/// The choice of all modules that any choice adapts.
pub(super) const UNION: Adapted = Adapted {
    layers: ALL_LAYERS,
    targets: ATTENTION,
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_more_than_thirty_and_they_differ_at_every_depth() {
        let choices = choices();
        assert_eq!(choices.len(), 32);
        for depth in [6, 12] {
            let mut modules: Vec<_> = choices
                .iter()
                .map(|c| (crate::protocol::scaled_layers(c.layers, depth), c.targets))
                .collect();
            modules.sort();
            modules.dedup();
            assert_eq!(modules.len(), 32);
        }
    }
}
