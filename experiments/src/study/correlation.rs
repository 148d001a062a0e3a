//! Rank correlations with bootstrap intervals.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tangent_linearize::metrics::spearman;

/// Resamples of the bootstrap.
const RESAMPLES: usize = 1000;

/// A predictor's values and an outcome's, choice after choice, for each seed; larger is better in both.
pub(super) type Pairs = Vec<(Vec<f64>, Vec<f64>)>;

/// The mean over seeds of Spearman's correlation, with its 95 % interval: choices drawn anew with replacement, the same
/// in all seeds.
pub(super) fn correlate(pairs: &Pairs, stream: u64) -> Option<(f64, (f64, f64))> {
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
