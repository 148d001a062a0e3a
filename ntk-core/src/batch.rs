//! Micro-batches of examples of about equal size.

/// The number of micro-batches is a multiple of this if there are enough examples, so that a few
/// workers finish together although the batches don't depend on the number of workers.
const MULTIPLE: usize = 4;

/// Divides examples of the given sizes into micro-batches whose sizes sum to at most `max`; a
/// larger example is a batch of its own.
///
/// Examples are taken in descending order of size (equal sizes in the order given), so that the
/// examples of a batch have similar sizes and the largest come first. The batches have about equal
/// sums. The result holds every index once.
///
/// ```
/// use tangent_ntk_core::batches;
/// assert_eq!(batches(&[3, 9, 3, 8, 1], 10), [vec![1], vec![3], vec![0], vec![2, 4]]);
/// ```
pub fn batches(sizes: &[usize], max: usize) -> Vec<Vec<usize>> {
    let mut order: Vec<usize> = (0..sizes.len()).collect();
    order.sort_by_key(|&i| std::cmp::Reverse(sizes[i])); // stable
    let total: usize = sizes.iter().sum();
    let count = total.div_ceil(max.max(1)).next_multiple_of(MULTIPLE);

    let mut batches = Vec::new();
    let mut batch = Vec::new();
    let (mut before, mut sum) = (0, 0); // sizes in the finished batches and in the current batch
    for i in order {
        let full = sum + sizes[i] > max;
        let share = (before + sum) * count >= (batches.len() + 1) * total;
        if !batch.is_empty() && (full || share) {
            batches.push(std::mem::take(&mut batch));
            before += std::mem::take(&mut sum);
        }
        batch.push(i);
        sum += sizes[i];
    }
    if !batch.is_empty() {
        batches.push(batch);
    }
    batches
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::batches;

    #[test]
    fn nothing_gives_nothing() {
        assert!(batches(&[], 10).is_empty());
    }

    #[test]
    fn equal_examples_are_shared_evenly() {
        let lengths: Vec<usize> = batches(&[64; 32], 1024).iter().map(Vec::len).collect();
        assert_eq!(lengths, [8, 8, 8, 8]);
    }

    #[test]
    fn few_short_examples_still_occupy_several_workers() {
        assert_eq!(batches(&[11; 32], 1024).len(), 4);
    }

    proptest! {
        #[test]
        fn every_example_once_within_the_budget(
            sizes in prop::collection::vec(1_usize..200, 0..60),
            max in 1_usize..500,
        ) {
            let batches = batches(&sizes, max);
            let mut seen: Vec<usize> = batches.concat();
            prop_assert!(seen.windows(2).all(|w| sizes[w[0]] >= sizes[w[1]]));
            seen.sort_unstable();
            prop_assert_eq!(seen, (0..sizes.len()).collect::<Vec<_>>());
            for batch in batches {
                let sum: usize = batch.iter().map(|&i| sizes[i]).sum();
                prop_assert!(sum <= max || batch.len() == 1);
            }
        }
    }
}
