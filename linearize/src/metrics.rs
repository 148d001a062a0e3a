//! Metrics of how well outputs fit labels, and of how far two models' outputs differ.

use crate::objective::log_sum_exp;
use crate::{Error, Result};
use nalgebra::DMatrix;

/// Returns the class with the largest output for every example; of equal outputs, the first. `outputs`: `[n, C]`.
pub fn predicted_classes(outputs: &[f64], classes: usize) -> Vec<usize> {
    let largest = |z: &[f64]| {
        let first = |best, c| if z[c] > z[best] { c } else { best };
        (1..z.len()).fold(0, first)
    };
    outputs.chunks_exact(classes).map(largest).collect()
}

/// Returns the share of correct predictions.
pub fn accuracy(predicted: &[usize], classes: &[usize]) -> f64 {
    let right = predicted.iter().zip(classes).filter(|(a, b)| a == b);
    right.count() as f64 / classes.len() as f64
}

/// The numbers of correct and wrong predictions of two classes, where class 1 is the positive one.
#[derive(Debug, Clone, Copy, Default)]
struct Confusion {
    true_positive: f64,
    false_positive: f64,
    false_negative: f64,
    true_negative: f64,
}

impl Confusion {
    fn of(predicted: &[usize], classes: &[usize]) -> Self {
        let mut counts = Self::default();
        for (&p, &c) in predicted.iter().zip(classes) {
            *match (p == 1, c == 1) {
                (true, true) => &mut counts.true_positive,
                (true, false) => &mut counts.false_positive,
                (false, true) => &mut counts.false_negative,
                (false, false) => &mut counts.true_negative,
            } += 1.0;
        }
        counts
    }
}

/// Returns Matthews' correlation coefficient of two classes, CoLA's metric; 0 if a class never occurs in the
/// predictions or in the labels.
pub fn matthews(predicted: &[usize], classes: &[usize]) -> f64 {
    let Confusion {
        true_positive: tp,
        false_positive: fp,
        false_negative: fn_,
        true_negative: tn,
    } = Confusion::of(predicted, classes);
    let product = (tp + fp) * (tp + fn_) * (tn + fp) * (tn + fn_);
    if product == 0.0 {
        0.0
    } else {
        (tp * tn - fp * fn_) / product.sqrt()
    }
}

/// Returns $F_1$ of class 1, the metric of MRPC and QQP; 0 if class 1 occurs neither in the predictions nor in the
/// labels.
pub fn f1(predicted: &[usize], classes: &[usize]) -> f64 {
    let counts = Confusion::of(predicted, classes);
    let twice = 2.0 * counts.true_positive;
    let all = twice + counts.false_positive + counts.false_negative;
    if all == 0.0 { 0.0 } else { twice / all }
}

/// Returns Pearson's correlation; 0 if one of the lists is constant.
///
/// # Panics
/// If the lengths differ.
pub fn pearson(a: &[f64], b: &[f64]) -> f64 {
    assert_eq!(a.len(), b.len(), "a correlation needs equal lengths");
    let mean = |v: &[f64]| v.iter().sum::<f64>() / v.len() as f64;
    let (mean_a, mean_b) = (mean(a), mean(b));
    let (mut ab, mut aa, mut bb) = (0.0, 0.0, 0.0);
    for (a, b) in a.iter().zip(b) {
        let (a, b) = (a - mean_a, b - mean_b);
        ab += a * b;
        aa += a * a;
        bb += b * b;
    }
    let scale = (aa * bb).sqrt();
    if scale == 0.0 { 0.0 } else { ab / scale }
}

/// Returns Spearman's rank correlation, STS-B's metric: Pearson's correlation of the ranks, where equal values share
/// the mean of their ranks.
///
/// # Panics
/// If the lengths differ.
pub fn spearman(a: &[f64], b: &[f64]) -> f64 {
    pearson(&ranks(a), &ranks(b))
}

fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
    let mut ranks = vec![0.0; values.len()];
    let mut first = 0;
    while first < order.len() {
        let same = |&&i: &&usize| values[i] == values[order[first]];
        let count = order[first..].iter().take_while(same).count().max(1);
        let rank = first as f64 + (count - 1) as f64 / 2.0;
        order[first..first + count]
            .iter()
            .for_each(|&i| ranks[i] = rank);
        first += count;
    }
    ranks
}

/// Returns the mean over examples of $\lVert f(x) - \bar f(x)\rVert$, the norm over the $C$ outputs: the logit gap of
/// Table 1.
pub fn logit_gap(f: &[f64], f_bar: &[f64], outputs: usize) -> f64 {
    let each = f.chunks_exact(outputs).zip(f_bar.chunks_exact(outputs));
    let n = each.len() as f64;
    let distance = |(f, g): (&[f64], &[f64])| {
        let squares = f.iter().zip(g).map(|(f, g)| (f - g).powi(2));
        squares.sum::<f64>().sqrt()
    };
    each.map(distance).sum::<f64>() / n
}

/// Returns the mean over examples of
/// $\mathrm{KL}(\mathrm{softmax}\,f(x) \,\Vert\, \mathrm{softmax}\,\bar f(x))$, in nats: the KL divergence of
/// Table 1.
pub fn kl_divergence(f: &[f64], f_bar: &[f64], outputs: usize) -> f64 {
    let each = f.chunks_exact(outputs).zip(f_bar.chunks_exact(outputs));
    let n = each.len() as f64;
    let divergence = |(f, g): (&[f64], &[f64])| {
        let (log_f, log_g) = (log_sum_exp(f), log_sum_exp(g));
        let term = |(f, g): (&f64, &f64)| (f - log_f).exp() * ((f - log_f) - (g - log_g));
        f.iter().zip(g).map(term).sum::<f64>().max(0.0)
    };
    each.map(divergence).sum::<f64>() / n
}

/// The change of a kernel from $k_0$ to $k_t$.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct KernelDrift {
    /// $\lVert k_t - k_0\rVert_F / \lVert k_0\rVert_F$; not finite if $k_0 = 0$.
    pub relative: f64,
    /// $\langle k_t, k_0\rangle_F / (\lVert k_t\rVert_F \lVert k_0\rVert_F)$; NaN if one of the kernels is 0.
    pub alignment: f64,
}

impl KernelDrift {
    /// Returns the drift between two kernels on the same examples.
    ///
    /// # Errors
    /// The kernels have different sizes.
    pub fn between(k_0: &DMatrix<f64>, k_t: &DMatrix<f64>) -> Result<Self> {
        if k_0.shape() != k_t.shape() {
            return Err(Error::Length {
                what: "rows of the kernel k_t",
                expected: k_0.nrows(),
                got: k_t.nrows(),
            });
        }
        Ok(Self {
            relative: (k_t - k_0).norm() / k_0.norm(),
            alignment: k_t.dot(k_0) / (k_t.norm() * k_0.norm()),
        })
    }
}
