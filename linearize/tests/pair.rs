//! The two runs side by side.

mod common;

use common::Affine;
use tangent_linearize::train::{Observed, Pair, Recipe};
use tangent_linearize::{Objective, Predictor, Targets};

#[test]
fn a_linear_model_is_its_linearization() {
    let model = Affine::random(9, 2, 12, 1);
    let targets = Targets::Classes((0..9).map(|i| i % 2).collect());
    let mut pair = Pair::new(&model, &model, &targets, Recipe::default()).unwrap();
    while pair.step().unwrap().is_some() {}
    let observed =
        Observed::at(&model, pair.full.theta(), &model, pair.linearized.theta()).unwrap();
    assert_eq!(
        (observed.gap(), observed.gap_norm(), observed.kl()),
        (0.0, 0.0, 0.0)
    );
    let [full, linearized] = observed.losses(Objective::CrossEntropy, &targets);
    assert_eq!(full, linearized);
    assert!(full < Objective::CrossEntropy.total(model.at_start.as_slice(), &targets));
}

#[test]
fn observed_outputs_are_compared_by_example_and_as_a_whole() {
    let (a, b) = (Affine::random(4, 3, 5, 1), Affine::random(4, 3, 5, 2));
    let observed = Observed::at(&a, &[0.1; 5], &b, &[0.2; 5]).unwrap();
    let squares: Vec<f64> = (0..4)
        .map(|i| {
            (0..3)
                .map(|c| (observed.full[3 * i + c] - observed.linearized[3 * i + c]).powi(2))
                .sum()
        })
        .collect();
    let mean = squares.iter().map(|s| s.sqrt()).sum::<f64>() / 4.0;
    assert!((observed.gap() - mean).abs() < 1e-14);
    assert!((observed.gap_norm() - squares.iter().sum::<f64>().sqrt()).abs() < 1e-14);
    assert_eq!(observed.full, a.forward(&[0.1; 5], &[0, 1, 2, 3]).unwrap());
    assert!(observed.kl() > 0.0);
}

#[test]
fn both_go_on_from_their_states() {
    let (a, b) = (Affine::random(6, 2, 5, 1), Affine::random(6, 2, 5, 2));
    let targets = Targets::Classes(vec![0, 1, 0, 1, 1, 0]);
    let recipe = Recipe {
        batch: 2,
        ..Recipe::default()
    };
    let mut whole = Pair::new(&a, &b, &targets, recipe).unwrap();
    let mut half = Pair::new(&a, &b, &targets, recipe).unwrap();
    for _ in 0..11 {
        half.step().unwrap();
    }
    let mut rest = Pair::new(&a, &b, &targets, recipe).unwrap();
    rest.restore(half.states()).unwrap();
    for pair in [&mut whole, &mut rest] {
        while pair.step().unwrap().is_some() {}
    }
    assert_eq!(rest.states(), whole.states());
}
