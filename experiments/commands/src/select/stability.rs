//! Measures how much the order of the choices varies between subsamples of the examples.

use std::thread;

use tangent_linearize::metrics::spearman;
use tangent_random::Draws;
use tangent_spectral::selection::{Problem, Score};

use super::choices::Choice;
use super::record::Ranks;
use tangent_base::Result;
use tangent_base::cli::Interrupt;
use tangent_linearize::statistics::mean;

/// The share of the examples that a subsample has.
const SHARE: f64 = 0.8;

/// How many subsamples are drawn, by which seed, and on how many threads they are scored.
pub(super) struct Resampling {
    pub(super) subsamples: usize,
    pub(super) seed: u64,
    pub(super) threads: usize,
}

/// How stable the order of the choices is.
pub(super) struct Stability {
    /// The number of examples in each subsample.
    pub(super) examples: usize,
    /// Spearman's correlation between the order on a subsample and the order on all examples: its mean and its smallest
    /// value; `None` for a single choice, or without subsamples.
    pub(super) correlation: Option<(f64, f64)>,
    /// For each choice, its ranks on the subsamples.
    pub(super) ranks: Vec<Ranks>,
    /// For each choice, the share of the subsamples in which it is the best.
    pub(super) best: Vec<f64>,
}

impl Stability {
    /// Orders the choices again on subsamples drawn without replacement: a bootstrap would repeat examples, so that
    /// leave-one-out would find a copy of the example that it leaves out.
    ///
    /// # Errors
    /// A score cannot be computed; an interruption.
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
            let some = Draws::new(seed, index as u64).subsample(n, examples);
            let problem = problem.subsample(&some)?;
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
                // Choices with equal scores share the rank of the first.
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
