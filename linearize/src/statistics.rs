//! Means, deviations, and rank correlations with their intervals.

use tangent_random::Draws;

use crate::metrics::spearman;

/// Returns the mean of the values; `None` if there are none.
pub fn mean(values: impl IntoIterator<Item = f64>) -> Option<f64> {
    let values: Vec<f64> = values.into_iter().collect();
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

/// Returns the sample deviation $\sqrt{\sum_i (x_i - \bar x)^2 / (n - 1)}$; `None` for fewer than two numbers.
pub fn deviation(values: &[f64]) -> Option<f64> {
    let mean = mean(values.iter().copied())?;
    let squares: f64 = values.iter().map(|v| (v - mean).powi(2)).sum();
    (values.len() > 1).then(|| (squares / (values.len() - 1) as f64).sqrt())
}

/// The number of resamples of the bootstrap.
const RESAMPLES: usize = 1000;

/// Returns the mean of Spearman's $\rho$ over several problems, and its 95 % bootstrap interval. Each resample draws
/// items with replacement, the same items in every problem; `stream` selects the stream of random numbers.
///
/// Each problem is two lists with one number for each item, in the same order of items. Problems in which all numbers
/// of a list are equal are left out; `None` if no problem remains.
///
/// # Panics
/// If a list is shorter than the first list of the first problem.
pub fn rank_correlation(
    problems: &[(Vec<f64>, Vec<f64>)],
    stream: u64,
) -> Option<(f64, (f64, f64))> {
    let items = problems.first()?.0.len();
    let all: Vec<usize> = (0..items).collect();
    let rho = mean_spearman(problems, &all)?;
    let mut draws = Draws::new(0, stream);
    let mut resampled: Vec<f64> = (0..RESAMPLES)
        .filter_map(|_| {
            let draw: Vec<usize> = (0..items).map(|_| draws.remainder(items)).collect();
            mean_spearman(problems, &draw)
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

/// Returns the mean over the problems in which neither list is constant; `None` if there is no such problem.
fn mean_spearman(problems: &[(Vec<f64>, Vec<f64>)], draw: &[usize]) -> Option<f64> {
    let of = |(a, b): &(Vec<f64>, Vec<f64>)| {
        let pick = |v: &[f64]| draw.iter().map(|&i| v[i]).collect::<Vec<f64>>();
        let (a, b) = (pick(a), pick(b));
        let ordered = |v: &[f64]| v.iter().any(|x| *x != v[0]);
        (ordered(&a) && ordered(&b)).then(|| spearman(&a, &b))
    };
    mean(problems.iter().filter_map(of))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_that_is_right_and_one_that_is_none() {
        let outcome: Vec<f64> = (0..32).map(f64::from).collect();
        let squares = outcome.iter().map(|x| x * x).collect();
        let (rho, (low, high)) = rank_correlation(&[(squares, outcome.clone())], 0).unwrap();
        assert!((rho - 1.0).abs() < 1e-12 && low > 0.99 && high <= 1.0 + 1e-12);
        let noise = (0..32).map(|i| f64::from(i * 13 % 32)).collect();
        let (rho, (low, high)) = rank_correlation(&[(noise, outcome)], 1).unwrap();
        assert!(low < 0.0 && 0.0 < high && low <= rho && rho <= high);
        assert_eq!(rank_correlation(&[], 0), None);
    }

    #[test]
    fn what_does_not_tell_choices_apart_has_no_correlation() {
        let outcome: Vec<f64> = (0..12).map(f64::from).collect();
        assert_eq!(rank_correlation(&[(vec![3.0; 12], outcome)], 0), None);
    }
}
