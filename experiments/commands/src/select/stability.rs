//! Whether an order of choices is the same on other examples.

use std::thread;

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tangent_linearize::metrics::spearman;
use tangent_spectral::selection::{Problem, Score};

use super::choices::Choice;
use super::record::Ranks;
use tangent_base::Result;
use tangent_base::cli::Interrupt;
use tangent_linearize::statistics::mean;

/// The share of the examples that a subsample has.
const SHARE: f64 = 0.8;

/// How choices are looked at again.
pub(super) struct Resampling {
    pub(super) subsamples: usize,
    pub(super) seed: u64,
    pub(super) threads: usize,
}

/// How stable the order of the choices is.
pub(super) struct Stability {
    /// Examples of each subsample.
    pub(super) examples: usize,
    /// Spearman's correlation of a subsample's order with the order on all examples: the mean, and the least; none of
    /// a single choice, or of no subsample.
    pub(super) correlation: Option<(f64, f64)>,
    /// Of each choice, its ranks on the subsamples.
    pub(super) ranks: Vec<Ranks>,
    /// Of each choice, the share of the subsamples in which it is the best.
    pub(super) best: Vec<f64>,
}

impl Stability {
    /// Orders the choices anew on samples without replacement: a bootstrap would repeat rows, and leave-one-out would
    /// find the example left out among the others.
    ///
    /// # Errors
    /// A score that cannot be computed; an interruption.
    pub(super) fn measure(
        problem: &Problem,
        choices: &[Choice],
        score: Score,
        values: &[f64],
        resampling: &Resampling,
        interrupt: &Interrupt,
    ) -> Result<Self> {
        let &Resampling {
            subsamples,
            seed,
            threads,
        } = resampling;
        let n = problem.examples();
        let examples = ((SHARE * n as f64).round() as usize).clamp(1, n);
        let of = |index: usize| -> Result<Vec<f64>> {
            let mut rng = ChaCha8Rng::seed_from_u64(seed);
            rng.set_stream(index as u64);
            let problem = problem.subsample(&draw(n, examples, &mut rng))?;
            let value = |choice: &Choice| {
                interrupt.check()?;
                Ok(problem.score(&choice.blocks, &[score])?[0])
            };
            choices.iter().map(value).collect()
        };
        let workers = threads.clamp(1, subsamples.max(1));
        let of_worker = |worker: usize| -> Result<Vec<(usize, Vec<f64>)>> {
            let mine = (worker..subsamples).step_by(workers);
            mine.map(|index| Ok((index, of(index)?))).collect()
        };
        let mut all: Vec<(usize, Vec<f64>)> = thread::scope(|scope| {
            let spawned: Vec<_> = (0..workers)
                .map(|worker| {
                    let of_worker = &of_worker;
                    scope.spawn(move || of_worker(worker))
                })
                .collect();
            let joined = spawned.into_iter().map(|worker| match worker.join() {
                Ok(values) => values,
                Err(panic) => std::panic::resume_unwind(panic),
            });
            joined.collect::<Result<Vec<_>>>()
        })?
        .into_iter()
        .flatten()
        .collect();
        all.sort_by_key(|(index, _)| *index);

        let mut ranks = vec![Vec::with_capacity(subsamples); choices.len()];
        for (_, values) in &all {
            let order = score.order(values);
            let mut rank = 0;
            for (place, &choice) in order.iter().enumerate() {
                // Equal ones share the rank of the first.
                if place == 0 || values[choice] != values[order[place - 1]] {
                    rank = place + 1;
                }
                ranks[choice].push(rank);
            }
        }
        let best = ranks.iter().map(|ranks| {
            let first = ranks.iter().filter(|&&rank| rank == 1).count();
            first as f64 / ranks.len().max(1) as f64
        });
        let best = best.collect();
        let spread = |ranks: &mut Vec<usize>| {
            ranks.sort_unstable();
            let at = |place: usize| ranks.get(place).copied().unwrap_or(0);
            Ranks {
                least: at(0),
                median: at(ranks.len() / 2),
                greatest: ranks.last().copied().unwrap_or(0),
            }
        };
        let several = choices.len() > 1;
        let correlations: Vec<f64> = all
            .iter()
            .filter(|_| several)
            .map(|(_, other)| spearman(other, values))
            .collect();
        let least = correlations.iter().copied().min_by(f64::total_cmp);
        Ok(Self {
            examples,
            correlation: mean(correlations).zip(least),
            ranks: ranks.iter_mut().map(spread).collect(),
            best,
        })
    }
}

/// `k` of `n` examples without replacement, ascending: the begin of a shuffle.
fn draw(n: usize, k: usize, rng: &mut ChaCha8Rng) -> Vec<usize> {
    let mut all: Vec<usize> = (0..n).collect();
    for place in 0..k {
        let other = place + (rng.next_u64() % (n - place) as u64) as usize;
        all.swap(place, other);
    }
    all.truncate(k);
    all.sort_unstable();
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_are_without_replacement_and_differ() {
        let mut rng = ChaCha8Rng::seed_from_u64(3);
        let first = draw(50, 40, &mut rng);
        assert_eq!(first.len(), 40);
        assert!(first.windows(2).all(|w| w[0] < w[1]) && first[39] < 50);
        assert_ne!(first, draw(50, 40, &mut rng));
        assert_eq!(first, draw(50, 40, &mut ChaCha8Rng::seed_from_u64(3)));
        assert_eq!(draw(5, 5, &mut rng), [0, 1, 2, 3, 4]);
    }
}
