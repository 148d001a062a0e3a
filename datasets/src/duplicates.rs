//! Equal inputs, which make a kernel matrix singular.

use std::collections::BTreeMap;

/// Pairs (first, again) of positions that hold equal keys, in the order of `again`.
///
/// Two equal inputs have equal Jacobian rows, so K is singular: name them to the reader. Use it on
/// texts, or on token ids, which may be equal where the texts are not.
///
/// ```
/// use tangent_datasets::duplicates;
/// assert_eq!(duplicates(["a", "b", "a", "a"]), [(0, 2), (0, 3)]);
/// ```
pub fn duplicates<K: Ord>(keys: impl IntoIterator<Item = K>) -> Vec<(usize, usize)> {
    let mut first = BTreeMap::new();
    let mut found = Vec::new();
    for (position, key) in keys.into_iter().enumerate() {
        let earlier = *first.entry(key).or_insert(position);
        if earlier != position {
            found.push((earlier, position));
        }
    }
    found
}
