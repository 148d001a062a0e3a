//! Tests of the data terms: closed forms, finite differences, and the labels that they reject.

use tangent_linearize::{Error, Label, Objective, Targets};

const STEP: f64 = 1e-6;

#[test]
fn derivatives_are_those_of_the_losses() {
    let cases = [
        (Objective::Squared, vec![0.7], Label::Score(2.5)),
        (Objective::Squared, vec![0.3, -0.8], Label::Class(0)),
        (Objective::Squared, vec![0.3, -0.8], Label::Class(1)),
        (Objective::Squared, vec![0.3, -0.8, 1.1], Label::Class(2)),
        (Objective::CrossEntropy, vec![0.3, -0.8], Label::Class(1)),
        (
            Objective::CrossEntropy,
            vec![0.3, -0.8, 40.0],
            Label::Class(0),
        ),
    ];
    for (objective, z, label) in cases {
        let mut found = vec![0.0; z.len()];
        objective.derivative(&z, label, &mut found);
        for (c, found) in found.into_iter().enumerate() {
            let moved = |step| {
                let mut z = z.clone();
                z[c] += step;
                objective.loss(&z, label)
            };
            let difference = (moved(STEP) - moved(-STEP)) / (2.0 * STEP);
            assert!((found - difference).abs() < 1e-7, "{objective:?} {z:?} {c}");
        }
    }
}

#[test]
fn squared_is_a_sum_and_cross_entropy_a_mean() {
    let targets = Targets::Classes(vec![1, 0]);
    let outputs = [0.5, 1.5, 0.5, 1.5];
    // The margins are 1 and 1, the targets 1 and −1.
    assert_eq!(Objective::Squared.total(&outputs, &targets), 4.0);
    let (right, wrong) = ((1.0 + (-1.0_f64).exp()).ln(), (1.0 + 1.0_f64.exp()).ln());
    let mean = Objective::CrossEntropy.total(&outputs, &targets);
    assert!((mean - (right + wrong) / 2.0).abs() < 1e-15);
    let scores = Targets::Scores(vec![1.0, 4.0]);
    assert_eq!(Objective::Squared.total(&[0.0, 2.0], &scores), 5.0);
    let three = Targets::Classes(vec![2]);
    assert_eq!(Objective::Squared.total(&[1.0, 0.0, 3.0], &three), 5.0);
}

#[test]
fn large_outputs_do_not_overflow() {
    let loss = Objective::CrossEntropy.loss(&[1000.0, -1000.0], Label::Class(1));
    assert_eq!(loss, 2000.0);
}

#[test]
fn labels_that_do_not_fit_are_refused() {
    let classes = |c: &[usize]| Targets::Classes(c.to_vec());
    let check = Objective::check;
    assert!(check(Objective::Squared, &classes(&[0, 1]), 2, 2).is_ok());
    assert!(matches!(
        check(Objective::CrossEntropy, &classes(&[0, 2]), 2, 2),
        Err(Error::Class {
            example: 1,
            class: 2,
            outputs: 2
        })
    ));
    assert!(matches!(
        check(Objective::Squared, &classes(&[0]), 2, 2),
        Err(Error::Length {
            expected: 2,
            got: 1,
            ..
        })
    ));
    assert!(matches!(
        check(Objective::Squared, &classes(&[0]), 1, 1),
        Err(Error::OutputsForClasses { outputs: 1 })
    ));
    for (objective, outputs) in [(Objective::CrossEntropy, 1), (Objective::Squared, 2)] {
        let scores = Targets::Scores(vec![0.5]);
        assert!(matches!(
            objective.check(&scores, 1, outputs),
            Err(Error::Scores { .. })
        ));
    }
    let bad = Targets::Scores(vec![0.5, f64::NAN]);
    assert!(matches!(
        Objective::Squared.check(&bad, 2, 1),
        Err(Error::NotFinite { index: 1, .. })
    ));
}
