//! Sampling without replacement. A seed gives the same sample on every platform.

use std::collections::BTreeMap;

use crate::error::{Error, Result};
use crate::rng::{Stream, purpose};

/// How a sample is drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sampling {
    /// Every subset is equally likely.
    #[default]
    Plain,
    /// Each class keeps its share, to within one example. A task whose labels are scores has no classes and is refused.
    Stratified,
}

/// Draws `n` of `0..population` without replacement, in random order.
///
/// The sample is the beginning of one permutation that the seed determines, so a sample of 64 begins with the sample
/// of 32.
///
/// # Errors
/// [`Error::TooFewExamples`] when `n > population`.
///
/// ```
/// let few = tangent_datasets::sample(1000, 3, 7)?;
/// assert_eq!(tangent_datasets::sample(1000, 5, 7)?[..3], few);
/// # Ok::<(), tangent_datasets::Error>(())
/// ```
pub fn sample(population: usize, n: usize, seed: u64) -> Result<Vec<usize>> {
    enough(n, population)?;
    let mut order = Stream::keyed(seed, purpose::SAMPLE).permutation(population);
    order.truncate(n);
    Ok(order)
}

/// Draws `n` indices into `strata` without replacement so that each stratum keeps its share.
///
/// Stratum $s$ with $m_s$ of $m$ members gets $n\,m_s/m$ rounded down. The remaining draws go to the strata with the
/// largest remainders, one each; among equal remainders the lower stratum comes first. The order is random.
///
/// # Errors
/// [`Error::TooFewExamples`] when `n > strata.len()`.
pub fn sample_stratified(strata: &[usize], n: usize, seed: u64) -> Result<Vec<usize>> {
    enough(n, strata.len())?;
    Ok(stratified(
        strata,
        n,
        &mut Stream::keyed(seed, purpose::SAMPLE),
    ))
}

pub(crate) fn stratified(strata: &[usize], n: usize, stream: &mut Stream) -> Vec<usize> {
    let mut left = quotas(strata, n);
    let order = stream.permutation(strata.len());
    order
        .into_iter()
        .filter(|&i| {
            let quota = strata.get(i).and_then(|stratum| left.get_mut(stratum));
            quota.is_some_and(|quota| {
                let taken = *quota > 0;
                *quota -= usize::from(taken);
                taken
            })
        })
        .collect()
}

/// Returns the number of members that are drawn from each stratum.
fn quotas(strata: &[usize], n: usize) -> BTreeMap<usize, usize> {
    let mut members: BTreeMap<usize, u128> = BTreeMap::new();
    for &stratum in strata {
        *members.entry(stratum).or_default() += 1;
    }
    let (drawn, total) = (n as u128, strata.len().max(1) as u128);
    let share = |(&stratum, &m): (&usize, &u128)| (stratum, (drawn * m / total) as usize);
    let mut quotas: BTreeMap<usize, usize> = members.iter().map(share).collect();
    let mut by_remainder: Vec<_> = members.into_iter().collect();
    by_remainder.sort_by_key(|&(stratum, m)| (std::cmp::Reverse(drawn * m % total), stratum));
    let missing = n - quotas.values().sum::<usize>();
    for (stratum, _) in by_remainder.into_iter().take(missing) {
        *quotas.entry(stratum).or_default() += 1;
    }
    quotas
}

fn enough(wanted: usize, available: usize) -> Result<()> {
    if wanted <= available {
        return Ok(());
    }
    Err(Error::TooFewExamples {
        wanted,
        population: "the data".into(),
        available,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn pinned_indices() {
        // Computed independently of this crate, from the definition of ChaCha8.
        assert_eq!(sample(10, 10, 0).unwrap(), [2, 3, 4, 7, 5, 6, 1, 9, 0, 8]);
        assert_eq!(
            sample(8551, 6, 42).unwrap(),
            [4483, 1293, 4266, 7228, 8401, 7418]
        );
        let strata = [0, 1, 1, 0, 1, 1, 2, 0, 1, 1];
        assert_eq!(sample_stratified(&strata, 5, 3).unwrap(), [9, 2, 5, 0, 3]);
    }

    #[test]
    fn too_many_is_an_error() {
        let error = sample(3, 4, 0).unwrap_err().to_string();
        assert_eq!(error, "4 examples asked for, but the data has only 3");
        assert!(sample_stratified(&[0, 1], 3, 0).is_err());
    }

    proptest! {
        #[test]
        fn without_replacement(population in 0usize..200, part in 0.0f64..=1.0, seed: u64) {
            let n = (population as f64 * part) as usize;
            let mut drawn = sample(population, n, seed).unwrap();
            drawn.sort_unstable();
            drawn.dedup();
            prop_assert_eq!(drawn.len(), n);
            prop_assert!(drawn.iter().all(|&i| i < population));
        }

        #[test]
        fn strata_keep_their_share(strata in prop::collection::vec(0usize..4, 1..200), part in 0.0f64..=1.0, seed: u64) {
            let n = (strata.len() as f64 * part) as usize;
            let mut drawn = sample_stratified(&strata, n, seed).unwrap();
            for s in 0..4 {
                let members = strata.iter().filter(|&&x| x == s).count() as f64;
                let got = drawn.iter().filter(|&&i| strata[i] == s).count() as f64;
                prop_assert!((got - n as f64 * members / strata.len() as f64).abs() < 1.0);
            }
            drawn.sort_unstable();
            drawn.dedup();
            prop_assert_eq!(drawn.len(), n);
        }
    }
}
