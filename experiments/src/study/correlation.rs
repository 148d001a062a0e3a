//! Rank correlations with bootstrap intervals.

use std::collections::{BTreeMap, BTreeSet};

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tangent_linearize::metrics::spearman;

use super::predictors::Predictor;
use super::record::{Among, Correlation, StudyRun};

/// An outcome: its name, and its value with a sign that makes larger better.
pub(super) type Outcome = (&'static str, fn(&StudyRun) -> f64);

pub(super) const OUTCOMES: [Outcome; 3] = [
    ("train_loss", |run| -run.train_loss),
    ("eval_loss", |run| -run.eval_loss),
    ("metric", |run| run.metric),
];

/// Every predictor against every outcome, for each task and over all of them.
pub(super) fn correlations(runs: &[StudyRun]) -> Vec<Correlation> {
    let mut tasks: Vec<&str> = runs.iter().map(|run| run.task.as_str()).collect();
    tasks.dedup();
    let equal = equal_in_size(runs);
    let mut all = Vec::new();
    for among in Among::BOTH {
        let of_it = |run: &&StudyRun| among == Among::All || equal.contains(run.choice.as_str());
        let runs: Vec<&StudyRun> = runs.iter().filter(of_it).collect();
        for (stream, (outcome, value)) in OUTCOMES.into_iter().enumerate() {
            for predictor in Predictor::all() {
                let mut correlation = |task: &str, pairs: &Pairs| {
                    let (rho, interval) = correlate(pairs, stream as u64)?;
                    all.push(Correlation {
                        among,
                        task: task.into(),
                        predictor: predictor.name().into(),
                        outcome: outcome.into(),
                        rho,
                        interval,
                    });
                    Some(())
                };
                let mut of_all_tasks = Pairs::new();
                for task in &tasks {
                    let pairs = pairs(&runs, task, predictor, value);
                    correlation(task, &pairs);
                    of_all_tasks.extend(pairs);
                }
                correlation(Correlation::ALL_TASKS, &of_all_tasks);
            }
        }
    }
    all
}

/// The largest set of choices that have one number of parameters.
fn equal_in_size(runs: &[StudyRun]) -> BTreeSet<&str> {
    let mut of_size: BTreeMap<u64, BTreeSet<&str>> = BTreeMap::new();
    for run in runs {
        if let Some(Some(parameters)) = run.scores.get(Predictor::Parameters.name()) {
            of_size
                .entry(*parameters as u64)
                .or_default()
                .insert(&run.choice);
        }
    }
    of_size
        .into_values()
        .max_by_key(BTreeSet::len)
        .unwrap_or_default()
}

/// Of every seed in which all choices are there.
fn pairs(
    runs: &[&StudyRun],
    task: &str,
    predictor: Predictor,
    value: fn(&StudyRun) -> f64,
) -> Pairs {
    let mut of_seed: BTreeMap<u64, (Vec<f64>, Vec<f64>)> = BTreeMap::new();
    for run in runs.iter().filter(|run| run.task == task) {
        let Some(Some(score)) = run.scores.get(predictor.name()) else {
            continue;
        };
        let (scores, values) = of_seed.entry(run.seed).or_default();
        scores.push(predictor.sign() * score);
        values.push(value(run));
    }
    let most = of_seed.values().map(|pair| pair.0.len()).max().unwrap_or(0);
    of_seed
        .into_values()
        .filter(|pair| pair.0.len() == most && most > 2)
        .collect()
}

/// Resamples of the bootstrap.
const RESAMPLES: usize = 1000;

/// A predictor's values and an outcome's, choice after choice, for each seed; larger is better in both.
type Pairs = Vec<(Vec<f64>, Vec<f64>)>;

/// The mean over seeds of Spearman's correlation, with its 95 % interval: choices drawn anew with replacement, the same
/// in all seeds.
fn correlate(pairs: &Pairs, stream: u64) -> Option<(f64, (f64, f64))> {
    let choices = pairs.first()?.0.len();
    let all: Vec<usize> = (0..choices).collect();
    let rho = mean_spearman(pairs, &all)?;
    let mut rng = ChaCha8Rng::seed_from_u64(0);
    rng.set_stream(stream);
    let mut resampled: Vec<f64> = (0..RESAMPLES)
        .filter_map(|_| {
            let draw: Vec<usize> = (0..choices)
                .map(|_| (rng.next_u64() % choices as u64) as usize)
                .collect();
            mean_spearman(pairs, &draw)
        })
        .collect();
    resampled.sort_by(f64::total_cmp);
    let at = |share: f64| resampled[((resampled.len() - 1) as f64 * share).round() as usize];
    let interval = match resampled.is_empty() {
        true => (rho, rho),
        false => (at(0.025), at(0.975)),
    };
    Some((rho, interval))
}

/// `None` where no seed has an order.
fn mean_spearman(pairs: &Pairs, draw: &[usize]) -> Option<f64> {
    let of = |(a, b): &(Vec<f64>, Vec<f64>)| {
        let pick = |v: &[f64]| draw.iter().map(|&i| v[i]).collect::<Vec<f64>>();
        spearman(&pick(a), &pick(b))
    };
    let rhos: Vec<f64> = pairs.iter().map(of).filter(|rho| rho.is_finite()).collect();
    (!rhos.is_empty()).then(|| rhos.iter().sum::<f64>() / rhos.len() as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_that_is_right_and_one_that_is_none() {
        let outcome: Vec<f64> = (0..32).map(f64::from).collect();
        let squares = outcome.iter().map(|x| x * x).collect();
        let (rho, (low, high)) = correlate(&vec![(squares, outcome.clone())], 0).unwrap();
        assert!((rho - 1.0).abs() < 1e-12 && low > 0.99 && high <= 1.0 + 1e-12);
        let noise = (0..32).map(|i| f64::from(i * 13 % 32)).collect();
        let (rho, (low, high)) = correlate(&vec![(noise, outcome)], 1).unwrap();
        assert!(low < 0.0 && 0.0 < high && low <= rho && rho <= high);
        assert_eq!(correlate(&Vec::new(), 0), None);
    }
}
