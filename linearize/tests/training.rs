//! Tests of the training loop: closed forms, kernel space, continuing from a state, divergence.

mod common;

use common::Affine;
use nalgebra::DVector;
use tangent_linearize::optimiser::Schedule;
use tangent_linearize::pull::Rule;
use tangent_linearize::train::{KernelSpace, Recipe, State, Stepping, Trainer};
use tangent_linearize::{Error, GradientFlow, KernelRidge, Objective, Predictor, Targets};

const DESCENT: Recipe = Recipe {
    objective: Objective::Squared,
    rule: Rule::None,
    lambda: 0.0,
    optimiser: Stepping::GradientDescent,
    rate: 1e-2,
    schedule: Schedule::Constant,
    batch: 4,
    accumulate: 1,
    epochs: 1,
    clip: None,
    seed: 3,
};

fn scores(n: usize) -> Targets {
    Targets::Scores((0..n).map(|i| (i as f64 * 1.7).sin()).collect())
}

fn vector(targets: &Targets) -> DVector<f64> {
    match targets {
        Targets::Scores(scores) => DVector::from_column_slice(scores),
        Targets::Classes(_) => panic!("these are classes"),
    }
}

fn run<P: Predictor>(predictor: &P, targets: &Targets, recipe: Recipe) -> Vec<f64> {
    let mut trainer = Trainer::new(predictor, targets, recipe).unwrap();
    while trainer.step().unwrap().is_some() {}
    trainer.theta().to_vec()
}

fn outputs<P: Predictor>(predictor: &P, theta: &[f64]) -> DVector<f64> {
    DVector::from_vec(predictor.forward(theta, &predictor.all()).unwrap())
}

#[test]
fn descent_converges_to_ridge_at_the_rate_of_theory() {
    let model = Affine::random(6, 1, 9, 1);
    let (targets, lambda) = (scores(6), 0.8);
    let ridge = KernelRidge::fit(
        &model.kernel(),
        &model.at_start,
        &vector(&targets),
        lambda / 2.0,
    )
    .unwrap();
    let limit = &vector(&targets) - ridge.train_residual();
    let eigenvalues = tangent_spectral::eigenvalues(&model.kernel()).unwrap();
    let recipe = Recipe {
        rule: Rule::Penalty,
        lambda,
        ..DESCENT
    };
    let gap = |epochs| {
        let theta = run(&model, &targets, Recipe { epochs, ..recipe });
        (outputs(&model, &theta) - &limit).norm()
    };
    // In the end only the slowest direction remains, which every step multiplies by 1 − η(2λmin + λ).
    let factor = 1.0 - recipe.rate * (2.0 * eigenvalues[0] + lambda);
    let (early, late) = (gap(600), gap(700));
    assert!(late > 1e-9 && late < 1e-2 * gap(1), "{late:e}");
    let measured = (late / early).powf(0.01);
    assert!((measured - factor).abs() < 1e-4, "{measured}, not {factor}");
}

#[test]
fn descent_is_flow_to_first_order() {
    let model = Affine::random(6, 1, 9, 2);
    let (targets, lambda, time) = (scores(6), 0.8, 0.4);
    for (rule, lambda) in [
        (Rule::None, 0.0),
        (Rule::Penalty, lambda),
        (Rule::Always, lambda),
    ] {
        let flow =
            GradientFlow::new(&model.kernel(), &model.at_start, &vector(&targets), lambda).unwrap();
        let want = flow.outputs(time).unwrap();
        let gap = |steps: usize| {
            let rate = time / steps as f64;
            let recipe = Recipe {
                rule,
                lambda,
                rate,
                epochs: steps,
                ..DESCENT
            };
            (outputs(&model, &run(&model, &targets, recipe)) - &want).norm()
        };
        let order = (gap(400) / gap(800)).log2();
        assert!((order - 1.0).abs() < 0.02, "{rule:?}: order {order}");
    }
}

#[test]
fn kernel_space_takes_the_same_steps() {
    let rules = [(Rule::None, 0.0), (Rule::Always, 0.7), (Rule::Penalty, 0.7)];
    let steppings = [
        Stepping::GradientDescent,
        Stepping::Sgd { momentum: 0.0 },
        Stepping::Sgd { momentum: 0.9 },
    ];
    for (outputs_each, objective) in [
        (1, Objective::Squared),
        (2, Objective::Squared),
        (3, Objective::Squared),
        (2, Objective::CrossEntropy),
    ] {
        let n = 7;
        let model = Affine::random(n, outputs_each, 30, 5);
        let targets = match outputs_each {
            1 => scores(n),
            c => Targets::Classes((0..n).map(|i| i * 2 % c).collect()),
        };
        let at_start = model.at_start.as_slice().to_vec();
        let kernel = KernelSpace::new(model.kernel(), at_start, outputs_each).unwrap();
        for (rule, lambda) in rules {
            for optimiser in steppings {
                let recipe = Recipe {
                    objective,
                    rule,
                    lambda,
                    optimiser,
                    epochs: 3,
                    ..DESCENT
                };
                let mut both = (
                    Trainer::new(&model, &targets, recipe).unwrap(),
                    Trainer::new(&kernel, &targets, recipe).unwrap(),
                );
                while let Some(step) = both.0.step().unwrap() {
                    let other = both.1.step().unwrap().unwrap();
                    assert!((step.loss - other.loss).abs() < 1e-11 * step.loss);
                    assert!(
                        (step.gradient_norm - other.gradient_norm).abs()
                            < 1e-10 * step.gradient_norm
                    );
                }
                assert_eq!(both.1.step().unwrap(), None);
                let gap = outputs(&model, both.0.theta()) - outputs(&kernel, both.1.theta());
                assert!(gap.amax() < 1e-12, "{rule:?} {optimiser:?}");
                assert!((both.0.distance() - both.1.distance()).abs() < 1e-12);
                let delta = model
                    .jacobian
                    .tr_mul(&DVector::from_column_slice(both.1.theta()));
                assert!((delta - DVector::from_column_slice(both.0.theta())).amax() < 1e-12);
            }
        }
    }
}

#[test]
fn kernel_space_refuses_what_is_not_linear() {
    let kernel = KernelSpace::new(nalgebra::dmatrix![1.0], vec![0.0], 1).unwrap();
    let targets = Targets::Scores(vec![1.0]);
    for recipe in [
        Recipe {
            optimiser: Stepping::AdamW { weight_decay: 0.0 },
            ..DESCENT
        },
        Recipe {
            rule: Rule::SelectiveGlobal,
            ..DESCENT
        },
        Recipe {
            rule: Rule::Spd,
            ..DESCENT
        },
        Recipe {
            clip: Some(1.0),
            ..DESCENT
        },
    ] {
        let refused = Trainer::new(&kernel, &targets, recipe).map(|_| ());
        assert_eq!(refused, Err(Error::NotLinear));
    }
}

#[test]
fn accumulated_batches_are_one_batch() {
    let model = Affine::random(12, 2, 8, 4);
    let targets = Targets::Classes((0..12).map(|i| i % 2).collect());
    for objective in [Objective::CrossEntropy, Objective::Squared] {
        let recipe = Recipe {
            objective,
            optimiser: Stepping::Sgd { momentum: 0.5 },
            epochs: 4,
            ..DESCENT
        };
        let one = run(&model, &targets, Recipe { batch: 9, ..recipe });
        let parts = run(
            &model,
            &targets,
            Recipe {
                batch: 3,
                accumulate: 3,
                ..recipe
            },
        );
        let gap = one.iter().zip(&parts).map(|(a, b)| (a - b).abs());
        assert!(gap.fold(0.0, f64::max) < 1e-14);
        assert_ne!(one, run(&model, &targets, Recipe { batch: 3, ..recipe }));
    }
}

#[test]
fn a_run_goes_on_from_any_state_bit_for_bit() {
    let model = Affine::random(10, 2, 8, 6);
    let targets = Targets::Classes((0..10).map(|i| i % 2).collect());
    for optimiser in [
        Stepping::AdamW { weight_decay: 0.01 },
        Stepping::Sgd { momentum: 0.9 },
        Stepping::GradientDescent,
    ] {
        for rule in Rule::ALL {
            let recipe = Recipe {
                rule,
                lambda: 0.5,
                optimiser,
                epochs: 5,
                ..Recipe::default()
            };
            let mut whole = Trainer::new(&model, &targets, recipe).unwrap();
            let mut states: Vec<State> = vec![whole.state()];
            while whole.step().unwrap().is_some() {
                states.push(whole.state());
            }
            for state in states {
                let mut part = Trainer::new(&model, &targets, recipe).unwrap();
                part.restore(state).unwrap();
                while part.step().unwrap().is_some() {}
                assert_eq!(part.state(), whole.state());
            }
        }
    }
}

#[test]
fn the_seed_decides_the_order() {
    let model = Affine::random(10, 1, 8, 6);
    let of = |seed| {
        let optimiser = Stepping::Sgd { momentum: 0.0 };
        run(
            &model,
            &scores(10),
            Recipe {
                seed,
                optimiser,
                ..DESCENT
            },
        )
    };
    assert_eq!(of(1), of(1));
    assert_ne!(of(1), of(2));
}

#[test]
fn divergence_is_told_with_its_step_and_leaves_the_last_good_state() {
    let model = Affine::random(6, 1, 9, 1);
    let recipe = Recipe {
        rate: 1e10,
        epochs: 100,
        ..DESCENT
    };
    let targets = scores(6);
    let mut trainer = Trainer::new(&model, &targets, recipe).unwrap();
    let error = loop {
        match trainer.step() {
            Ok(step) => assert!(step.is_some(), "it should diverge"),
            Err(error) => break error,
        }
    };
    let state = trainer.state();
    assert!(state.theta.iter().all(|x| x.is_finite()));
    assert!(state.step > 1);
    match error {
        Error::Diverged { step, rate, .. } => assert_eq!((step, rate), (state.step + 1, 1e10)),
        other => panic!("{other}"),
    }
    assert_eq!(trainer.step().map(|_| ()), Err(error));
}

#[test]
fn recipes_that_make_no_sense_are_refused() {
    let adamw = |weight_decay| Stepping::AdamW { weight_decay };
    for (recipe, what) in [
        (
            Recipe {
                rate: -1.0,
                ..DESCENT
            },
            "learning rate η_step",
        ),
        (
            Recipe {
                rate: f64::NAN,
                ..DESCENT
            },
            "learning rate η_step",
        ),
        (
            Recipe {
                batch: 0,
                ..DESCENT
            },
            "batch",
        ),
        (
            Recipe {
                accumulate: 0,
                ..DESCENT
            },
            "number of batches to a step",
        ),
        (
            Recipe {
                epochs: 0,
                ..DESCENT
            },
            "number of epochs",
        ),
        (
            Recipe {
                optimiser: Stepping::Sgd { momentum: 1.0 },
                ..DESCENT
            },
            "momentum",
        ),
        (
            Recipe {
                optimiser: adamw(-0.1),
                ..DESCENT
            },
            "weight decay",
        ),
        (
            Recipe {
                schedule: Schedule::Linear { warmup: 1.5 },
                ..DESCENT
            },
            "warm-up",
        ),
        (
            Recipe {
                clip: Some(0.0),
                ..DESCENT
            },
            "largest norm of the gradient",
        ),
    ] {
        match recipe.check() {
            Err(Error::Recipe { what: found, .. }) => assert_eq!(found, what),
            other => panic!("{what}: {other:?}"),
        }
    }
    let negative = Recipe {
        lambda: -1.0,
        ..DESCENT
    };
    assert!(matches!(negative.check(), Err(Error::BadPull { .. })));
}

#[test]
fn warm_up_rises_and_decay_falls() {
    let schedule = Schedule::Linear { warmup: 0.06 };
    // The factors are those of transformers' get_linear_schedule_with_warmup(optimizer, 6, 100).
    for (step, factor) in [
        (0, 0.0),
        (3, 0.5),
        (6, 1.0),
        (53, 0.5),
        (99, 1.0 / 94.0),
        (100, 0.0),
    ] {
        assert_eq!(schedule.factor(step, 100), factor, "step {step}");
    }
    assert_eq!(Schedule::Linear { warmup: 0.0 }.factor(0, 10), 1.0);
    assert_eq!(Schedule::Constant.factor(7, 10), 1.0);
}
