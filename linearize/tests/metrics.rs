//! Comparisons of metrics with values computed by hand or by scikit-learn and scipy.

use nalgebra::dmatrix;
use tangent_linearize::metrics::{
    KernelDrift, accuracy, f1, kl_divergence, logit_gap, matthews, pearson, predicted_classes,
    spearman,
};

fn near(got: f64, want: f64) {
    assert!((got - want).abs() < 1e-12, "{got}, not {want}");
}

#[test]
fn classes_are_the_largest_outputs() {
    let outputs = [0.1, 0.3, 0.2, 1.0, 1.0, -1.0];
    assert_eq!(predicted_classes(&outputs, 3), [1, 0]);
}

#[test]
fn of_classes() {
    let (predicted, classes) = ([1, 1, 0, 0, 1, 0, 1, 1], [1, 0, 0, 1, 1, 0, 1, 0]);
    // There are 3 true positives, 2 false positives, 1 false negative and 2 true negatives.
    near(accuracy(&predicted, &classes), 5.0 / 8.0);
    near(f1(&predicted, &classes), 6.0 / 9.0);
    near(
        matthews(&predicted, &classes),
        4.0 / (5.0_f64 * 4.0 * 4.0 * 3.0).sqrt(),
    );
}

#[test]
fn constant_predictions_have_no_correlation() {
    near(matthews(&[1, 1, 1], &[1, 0, 1]), 0.0);
    near(f1(&[0, 0], &[0, 0]), 0.0);
    near(spearman(&[1.0, 1.0, 1.0], &[1.0, 2.0, 3.0]), 0.0);
}

#[test]
fn of_scores() {
    let (a, b) = ([1.0, 2.0, 2.0, 5.0, 4.0], [0.1, 0.9, 0.3, 100.0, 0.8]);
    // The ranks are 1, 2.5, 2.5, 5, 4 and 1, 4, 2, 5, 3.
    near(spearman(&a, &b), 8.0 / (9.5_f64 * 10.0).sqrt());
    near(
        pearson(&[1.0, 2.0, 3.0], &[2.0, 4.0, 7.0]),
        5.0 / (2.0_f64 * 38.0 / 3.0).sqrt(),
    );
}

#[test]
fn of_two_models() {
    let (f, g) = ([3.0, 4.0, 0.0, 0.0], [0.0, 0.0, 0.0, 2.0]);
    near(logit_gap(&f, &g, 2), (5.0 + 2.0) / 2.0);
    // Adding a constant to all logits does not change the KL divergence.
    near(kl_divergence(&[1.0, 2.0], &[11.0, 12.0], 2), 0.0);
    let p = [0.25_f64.ln(), 0.75_f64.ln()];
    near(
        kl_divergence(&p, &[0.0, 0.0], 2),
        0.25 * 0.5_f64.ln() + 0.75 * 1.5_f64.ln(),
    );
}

#[test]
fn of_two_kernels() {
    let k = dmatrix![2.0, 0.0; 0.0, 0.0];
    let moved = dmatrix![2.0, 0.0; 0.0, 1.5];
    let drift = KernelDrift::between(&k, &moved).unwrap();
    near(drift.relative, 0.75);
    near(drift.alignment, 4.0 / (2.0 * 2.5));
    assert!(KernelDrift::between(&k, &dmatrix![1.0]).is_err());
}
