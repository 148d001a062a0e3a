//! Scores of a choice of blocks, by their plain definitions.

#[path = "common/blocks.rs"]
mod blocks;
mod common;

use approx::assert_relative_eq;
use blocks::{blocks, message, one, problem, problems};
use common::gram;
use nalgebra::{DMatrix, dmatrix, dvector};
use proptest::prelude::*;
use tangent_spectral::selection::{Problem, Score, combinations};
use tangent_spectral::{Cholesky, Precision, eigenvalues};

#[test]
fn diagonal_kernels_have_scores_in_closed_form() {
    let blocks = [
        DMatrix::from_diagonal(&dvector![1.0, 0.0, 2.0]),
        DMatrix::from_diagonal(&dvector![3.0, 1.0, 0.0]),
        DMatrix::from_diagonal(&dvector![0.0, 7.0, 7.0]),
    ];
    let y = dvector![1.0, -2.0, 0.5];
    let problem = problem(&blocks, &y, 0.5).with_base(&[0]).unwrap();
    // K_C = diag(4, 1, 2), the base's λmax is 2.
    let got = problem.score(&[1], &Score::ALL).unwrap();
    let entropy: f64 = [4.0, 1.0, 2.0]
        .map(|l: f64| -(l / 7.0) * (l / 7.0).ln())
        .iter()
        .sum();
    let want = [
        4.5 / 1.5,
        4.5 / 2.5,
        (0.5_f64 / 4.5).powi(2) + (1.0_f64 / 1.5).powi(2) + (0.25_f64 / 2.5).powi(2),
        // K_C is diagonal: without its own row, the prediction for an example is 0.
        y.norm_squared(),
        (4.0 + 4.0 + 0.5) / (21_f64.sqrt() * y.norm_squared()),
        entropy.exp(),
        7.0,
    ];
    for ((score, got), want) in Score::ALL.iter().zip(got).zip(want) {
        assert!(
            (got - want).abs() < 1e-13 * want,
            "{}: {got}, not {want}",
            score.name()
        );
    }
}

/// Compares each score with its formula, by a dense inverse and all eigenvalues.
#[test]
fn scores_are_what_their_formulas_say() {
    let (n, sigma) = (12, 0.3);
    let (blocks, y) = blocks(5, n, 4, 1);
    let problem = problem(&blocks, &y, sigma).with_base(&[4]).unwrap();
    for choice in combinations(4, 2).unwrap() {
        let k = &blocks[choice[0]] + &blocks[choice[1]] + &blocks[4];
        let inverse = (&k + DMatrix::identity(n, n) * sigma)
            .try_inverse()
            .unwrap();
        let alpha = &inverse * &y;
        let values = eigenvalues(&k).unwrap();
        let base = eigenvalues(&blocks[4]).unwrap();
        let shares = &values / values.sum();
        let entropy: f64 = shares
            .iter()
            .filter(|&&p| p > 0.0)
            .map(|p| -p * p.ln())
            .sum();
        let want = [
            (values[n - 1] + sigma) / (values[0].max(0.0) + sigma),
            (values[n - 1] + sigma) / (base[n - 1] + sigma),
            (&alpha * sigma).norm_squared(),
            (0..n).map(|i| (alpha[i] / inverse[(i, i)]).powi(2)).sum(),
            k.dot(&(&y * y.transpose())) / (k.norm() * y.norm_squared()),
            entropy.exp(),
            k.trace(),
        ];
        let got = problem.score(&choice, &Score::ALL).unwrap();
        for ((score, got), want) in Score::ALL.iter().zip(got).zip(want) {
            assert!(
                (got - want).abs() < 1e-10 * want,
                "{}: {got}, not {want}",
                score.name()
            );
        }
    }
}

/// With one and with several rows per example.
#[test]
fn leave_one_out_is_the_error_of_fits_without_the_example() {
    let sigma = 0.2;
    for outputs in [1, 2, 3] {
        let (blocks, y) = blocks(3, 12, 5, 2);
        let problem = problem(&blocks, &y, sigma).with_outputs(outputs).unwrap();
        let k = problem.kernel(&[0, 2]).unwrap();
        let mut want = 0.0;
        for example in 0..problem.examples() {
            let out: Vec<usize> = (example * outputs..(example + 1) * outputs).collect();
            let kept: Vec<usize> = (0..12).filter(|i| !out.contains(i)).collect();
            let train = k.select_rows(&kept).select_columns(&kept);
            let cross = k.select_rows(&out).select_columns(&kept);
            let targets = DMatrix::from_fn(kept.len(), 1, |i, _| y[kept[i]]);
            let solved = Cholesky::of_ridge(&train, sigma)
                .unwrap()
                .solve(&targets)
                .unwrap();
            let predicted = cross * solved;
            for (i, &row) in out.iter().enumerate() {
                want += (y[row] - predicted[i]).powi(2);
            }
        }
        assert_relative_eq!(
            one(&problem, &[0, 2], Score::LeaveOneOut),
            want,
            max_relative = 1e-11
        );
    }
}

#[test]
fn a_score_has_the_same_bits_alone_in_any_company_and_on_any_thread() {
    let (blocks, y) = blocks(6, 40, 9, 3);
    let problem = problem(&blocks, &y, 1e-3);
    let together = problem.score(&[1, 4, 5], &Score::ALL).unwrap();
    let mut backwards = Score::ALL;
    backwards.reverse();
    let mut other = problem.clone().score(&[5, 1, 4], &backwards).unwrap();
    other.reverse();
    assert_eq!(together, other);
    std::thread::scope(|scope| {
        for (score, &want) in Score::ALL.iter().zip(&together) {
            let problem = &problem;
            scope.spawn(move || assert_eq!(one(problem, &[4, 1, 5], *score), want));
        }
    });
}

#[test]
fn a_base_is_in_every_choice_and_counts_once() {
    let (blocks, y) = blocks(3, 6, 3, 4);
    let based = problem(&blocks, &y, 0.1).with_base(&[2, 0]).unwrap();
    let sum = &blocks[0] + &blocks[1] + &blocks[2];
    assert_eq!(based.kernel(&[1]).unwrap(), sum);
    assert_eq!(based.kernel(&[1, 0]).unwrap(), sum);
    assert_eq!(based.kernel(&[]).unwrap(), &blocks[0] + &blocks[2]);
    assert_eq!(one(&based, &[], Score::LambdaRatio), 1.0);
    // Without a base, the ratio is relative to the kernel of all blocks; the order is the same.
    let free = problem(&blocks, &y, 0.1);
    assert_eq!(one(&free, &[0, 1, 2], Score::LambdaRatio), 1.0);
    // A base that is set later has a λmax of its own.
    let moved = free.with_base(&[1]).unwrap();
    assert_eq!(one(&moved, &[], Score::LambdaRatio), 1.0);
}

#[test]
fn a_subsample_is_the_problem_of_the_submatrices() {
    let (blocks, y) = blocks(3, 12, 5, 5);
    let whole = problem(&blocks, &y, 0.1)
        .with_base(&[1])
        .unwrap()
        .with_outputs(3)
        .unwrap();
    let part = whole.subsample(&[2, 0]).unwrap();
    assert_eq!((part.examples(), part.blocks()), (2, 3));
    let rows = [6, 7, 8, 0, 1, 2];
    let cut: Vec<_> = blocks
        .iter()
        .map(|s| s.select_rows(&rows).select_columns(&rows))
        .collect();
    let targets = y.select_rows(&rows);
    let plain = problem(&cut, &targets, 0.1)
        .with_base(&[1])
        .unwrap()
        .with_outputs(3)
        .unwrap();
    assert_eq!(
        part.score(&[0], &Score::ALL).unwrap(),
        plain.score(&[0], &Score::ALL).unwrap()
    );
}

#[test]
fn without_a_ridge_a_singular_kernel_has_no_ridge_score() {
    let singular = [gram(6, 2, 9), gram(6, 9, 10)];
    let y = dvector![1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
    let problem = problem(&singular, &y, 0.0);
    assert_eq!(one(&problem, &[0], Score::Condition), f64::INFINITY);
    for score in [Score::RidgeRisk, Score::LeaveOneOut] {
        assert_eq!(
            message(problem.score(&[0], &[score])),
            "K + σI with σ = 0e0 is not positive definite to rounding: raise σ, or remove \
             duplicate examples"
        );
    }
    assert!(one(&problem, &[0], Score::LambdaRatio) > 0.0);
    // Ridge regression with a positive definite kernel and σ = 0 interpolates.
    assert_eq!(one(&problem, &[1], Score::RidgeRisk), 0.0);
    assert!(one(&problem, &[1], Score::LeaveOneOut) > 0.0);
}

/// The inverse is monotone in a positive definite matrix (it reverses the order), but its square is
/// not.
#[test]
fn the_ridge_risk_may_rise_with_a_block() {
    let blocks = [
        dmatrix![0.7, -1.0; -1.0, 1.7],
        dmatrix![0.1, 1.0; 1.0, 18.0],
    ];
    let y = dvector![2.0, -3.0];
    let problem = problem(&blocks, &y, 0.3);
    let risk = |choice: &[usize]| one(&problem, choice, Score::RidgeRisk);
    assert_relative_eq!(risk(&[0]), 0.18, max_relative = 1e-13);
    let more = 0.09 * ((2.0_f64 / 1.1).powi(2) + (3.0_f64 / 20.0).powi(2));
    assert_relative_eq!(risk(&[0, 1]), more, max_relative = 1e-13);
}

/// A Cholesky factor exists, but with 32-bit rows it consists of noise.
#[test]
fn without_a_ridge_noise_of_the_rows_counts_as_singular() {
    let blocks = [DMatrix::from_diagonal(&dvector![1.0, 1e-8])];
    let y = dvector![1.0, 1.0];
    for (rows, singular) in [(Precision::F32, true), (Precision::F64, false)] {
        let problem = Problem::new(&blocks, &y, 0.0, rows).unwrap();
        assert_eq!(
            one(&problem, &[0], Score::Condition).is_infinite(),
            singular
        );
        let loo = problem.score(&[0], &[Score::LeaveOneOut]);
        assert_eq!(loo.is_err(), singular);
    }
}

#[test]
fn what_would_divide_by_zero_is_undefined() {
    let zero = [DMatrix::zeros(2, 2)];
    let y = dvector![1.0, 0.0];
    let plain = problem(&zero, &y, 0.0);
    assert_eq!(
        message(plain.score(&[0], &[Score::LambdaRatio])),
        "the score lambda_ratio is undefined: λmax(K + σI) is 0: raise σ"
    );
    assert_eq!(
        message(plain.score(&[0], &[Score::Alignment])),
        "the score alignment is undefined: the kernel or the residual Y − f₀(X) is 0"
    );
    assert_eq!(one(&problem(&zero, &y, 0.1), &[0], Score::LambdaRatio), 1.0);
}

#[test]
fn wrong_problems_and_choices_are_refused() {
    let kernels = [DMatrix::identity(4, 4), DMatrix::identity(4, 4)];
    let y = dvector![1.0, 2.0, 3.0, 4.0];
    let new = |blocks, y, sigma| Problem::new(blocks, y, sigma, Precision::F64);
    let no_block = "no block is given: K_C would be zero; name at least one block";
    assert_eq!(message(new(&[], &y, 0.1)), no_block);
    let short = dvector![1.0];
    assert_eq!(
        message(new(&kernels, &short, 0.1)),
        "a block's kernel has 4 rows, expected 1"
    );
    let with_nan = dvector![1.0, f64::NAN, 3.0, 4.0];
    assert!(message(new(&kernels, &with_nan, 0.1)).starts_with("entry (1, 0) is NaN"));
    assert!(message(new(&kernels, &y, -1.0)).starts_with("σ = -1: the ridge"));
    let problem = new(&kernels, &y, 0.1).unwrap();
    assert_eq!(message(problem.kernel(&[])), no_block);
    assert_eq!(
        message(problem.kernel(&[0, 2])),
        "there is no block 2: the problem has 2, counted from 0"
    );
    assert_eq!(
        message(problem.score(&[1, 0, 1], &Score::ALL)),
        "block 1 is named twice: name each once"
    );
    let base = problem.clone().with_base(&[7]);
    assert!(message(base).starts_with("there is no block 7"));
    for outputs in [0, 3] {
        let bad = problem.clone().with_outputs(outputs);
        assert_eq!(
            message(bad),
            format!(
                "4 rows do not divide into examples of {outputs}: give the number of rows that \
                 each example has"
            )
        );
    }
    assert_eq!(
        message(problem.subsample(&[])),
        "no example is given: a subsample needs at least one"
    );
    assert!(
        message(problem.subsample(&[4])).starts_with("there is no example 4: the problem has 4")
    );
    assert!(message(problem.subsample(&[3, 3])).starts_with("example 3 is named twice"));
}

#[test]
fn scores_are_named_as_they_are_serialised() {
    for score in Score::ALL {
        let json = serde_json::to_value(score).unwrap();
        assert_eq!(json, score.name());
        assert_eq!(serde_json::from_value::<Score>(json).unwrap(), score);
        assert!(score.ignores().starts_with("Ignores ") && score.ignores().ends_with('.'));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Erratum 6: no block lowers r_C.
    #[test]
    fn adding_a_block_never_lowers_the_ratio((blocks, y, sigma, based) in problems()) {
        let mut problem = problem(&blocks, &y, sigma);
        if based {
            problem = problem.with_base(&[0]).unwrap();
        }
        for k in 1..blocks.len() {
            for choice in combinations(blocks.len(), k).unwrap() {
                let value = one(&problem, &choice, Score::LambdaRatio);
                for block in (0..blocks.len()).filter(|l| !choice.contains(l)) {
                    let more = [&choice[..], &[block]].concat();
                    prop_assert!(one(&problem, &more, Score::LambdaRatio) >= value * (1.0 - 1e-12));
                }
            }
        }
    }

    /// Every score is in its range, and the leave-one-out error is not below the ridge risk.
    #[test]
    fn scores_are_in_range((blocks, y, sigma, _) in problems()) {
        let problem = problem(&blocks, &y, sigma);
        let n = y.len() as f64;
        for choice in combinations(blocks.len(), 2).unwrap() {
            let s = problem.score(&choice, &Score::ALL).unwrap();
            prop_assert!(s[0] >= 1.0);
            prop_assert!(s[1] > 0.0 && s[1] <= 1.0 + 1e-12);
            prop_assert!(s[2] <= y.norm_squared() * (1.0 + 1e-9));
            prop_assert!(s[3] >= s[2] * (1.0 - 1e-6), "leaving out helps: {} {}", s[3], s[2]);
            prop_assert!((0.0..=1.0 + 1e-12).contains(&s[4]));
            prop_assert!((1.0..=n).contains(&s[5]));
            prop_assert!(s[6] > 0.0);
        }
    }
}
