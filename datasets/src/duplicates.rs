//! Equal inputs, which make a kernel matrix singular.

use std::collections::BTreeMap;

/// Returns the pairs (first, again) of indices that hold equal keys, in the order of `again`.
///
/// Two equal inputs have equal Jacobian rows, so K is singular: report the pairs to the user. The keys can be texts,
/// or token ids, which may be equal even if the texts differ.
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
