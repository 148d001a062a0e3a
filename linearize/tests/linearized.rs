//! Tests of the linearized model, on a model that is not a transformer.

mod common;
#[path = "common/two_waves.rs"]
mod two_waves;

use nalgebra::{DMatrix, DVector};
use tangent_linearize::train::{Recipe, Trainer};
use tangent_linearize::{
    Error, Full, FullOptions, KernelRidge, Linearized, LinearizedOptions, Objective, Predictor,
    Targets,
};
use tangent_ntk_core::{BlockKernels, Monitor, Options, Readout};
use two_waves::TwoWaves;

const OUTPUTS: usize = 2;
const INPUTS: usize = 3;
const PARAMETERS: usize = 2 * OUTPUTS * INPUTS;

fn theta() -> DVector<f64> {
    common::noise(PARAMETERS, 1, 11).column(0).into_owned()
}

fn model_at(theta: &DVector<f64>) -> TwoWaves {
    TwoWaves::new(OUTPUTS, INPUTS, theta.as_slice())
}

fn points(n: usize, seed: u64) -> Vec<Vec<f64>> {
    let x = common::noise(n, INPUTS, seed);
    x.row_iter()
        .map(|row| row.iter().copied().collect())
        .collect()
}

const NO_ROWS: LinearizedOptions = LinearizedOptions {
    threads: 2,
    batch: 2,
    memory: Some(0),
};

fn full<'a>(model: &'a TwoWaves, xs: &'a [Vec<f64>]) -> Full<'a, TwoWaves> {
    Full::new(model, xs, FullOptions::default()).unwrap()
}

fn linearized<'a>(
    model: &'a TwoWaves,
    xs: &'a [Vec<f64>],
    options: LinearizedOptions,
) -> Linearized<'a, TwoWaves> {
    Linearized::new(model, xs, options, &Monitor::silent()).unwrap()
}

/// Returns θ₀ and a displacement δ.
fn displaced(seed: u64, step: f64) -> Vec<f64> {
    let direction = common::noise(PARAMETERS, 1, seed).column(0) * step;
    (theta() + direction).as_slice().to_vec()
}

/// Returns all outputs at `theta`.
fn outputs(predictor: &impl Predictor, theta: &[f64]) -> DVector<f64> {
    DVector::from_vec(predictor.forward(theta, &predictor.all()).unwrap())
}

#[test]
fn it_is_affine_and_starts_at_the_model() {
    let (model, xs) = (model_at(&theta()), points(5, 1));
    let start = outputs(&full(&model, &xs), theta().as_slice());
    for options in [LinearizedOptions::default(), NO_ROWS] {
        let tangent = linearized(&model, &xs, options);
        assert_eq!(tangent.keeps_rows(), options.memory.is_none());
        assert_eq!(tangent.at_start(), start.as_slice());
        let f = |delta: &DVector<f64>| outputs(&tangent, (theta() + delta).as_slice());
        let both = common::noise(PARAMETERS, 2, 3);
        let (a, b) = (both.column(0).into_owned(), both.column(1).into_owned());
        assert_eq!(f(&DVector::zeros(PARAMETERS)), start);
        let mixed = f(&(&a * 2.0 - &b * 0.5));
        let want = &start + (f(&a) - &start) * 2.0 - (f(&b) - &start) * 0.5;
        assert!((mixed - want).amax() < 1e-13);
    }
}

#[test]
fn its_gap_to_the_model_is_of_second_order() {
    let (model, xs) = (model_at(&theta()), points(6, 2));
    let (full, tangent) = (full(&model, &xs), linearized(&model, &xs, NO_ROWS));
    let gap = |step: f64| {
        let at = displaced(5, step);
        (outputs(&full, &at) - outputs(&tangent, &at)).norm()
    };
    let order = (gap(1e-2) / gap(1e-3)).log10();
    assert!((order - 2.0).abs() < 0.02, "order {order}");
}

#[test]
fn kept_and_recomputed_rows_agree_on_any_batch() {
    let (model, xs) = (model_at(&theta()), points(7, 4));
    let kept = linearized(&model, &xs, LinearizedOptions::default());
    let recomputed = linearized(&model, &xs, NO_ROWS);
    let at = displaced(6, 0.5);
    let cotangent = |place: usize, z: &[f64], into: &mut [f64]| {
        into.copy_from_slice(&[z[1] + place as f64, -z[0]]);
    };
    let near = |a: Vec<f64>, b: Vec<f64>| {
        assert!((DVector::from_vec(a) - DVector::from_vec(b)).amax() < 1e-12);
    };
    for batch in [vec![3], vec![5, 0, 6], vec![2, 2, 1], kept.all()] {
        let (z, g) = kept.gradient(&at, &batch, &cotangent).unwrap();
        let (w, h) = recomputed.gradient(&at, &batch, &cotangent).unwrap();
        assert_eq!(z, kept.forward(&at, &batch).unwrap());
        near(z, w);
        near(g, h);
        let products = [
            kept.pushforward(&at, &batch, &at),
            recomputed.pushforward(&at, &batch, &at),
        ];
        let [a, b] = products.map(Result::unwrap);
        near(a, b);
    }
}

#[test]
fn rows_are_kept_from_the_planned_number_of_bytes_on() {
    let (model, xs) = (model_at(&theta()), points(7, 4));
    let needed = Linearized::plan(&model, &xs, NO_ROWS).unwrap();
    assert!(needed >= 7 * OUTPUTS * PARAMETERS * 8);
    for (memory, kept) in [(needed, true), (needed - 1, false)] {
        let memory = Some(memory);
        let options = LinearizedOptions { memory, ..NO_ROWS };
        let tangent = linearized(&model, &xs, options);
        assert_eq!(tangent.keeps_rows(), kept);
        let rows = if kept { 7 * OUTPUTS } else { 0 };
        assert_eq!(tangent.held(), rows * PARAMETERS * 8);
    }
}

#[test]
fn bits_do_not_depend_on_threads() {
    let (model, xs) = (model_at(&theta()), points(30, 4));
    let at = displaced(6, 0.5);
    let cotangent = |place: usize, z: &[f64], into: &mut [f64]| {
        into.copy_from_slice(&[z[1] + place as f64, -z[0]]);
    };
    for memory in [None, Some(0)] {
        let [one, three] = [1, 3].map(|threads| {
            let options = LinearizedOptions {
                threads,
                memory,
                ..NO_ROWS
            };
            let tangent = linearized(&model, &xs, options);
            tangent.gradient(&at, &tangent.all(), &cotangent).unwrap()
        });
        assert_eq!(one, three);
    }
}

#[test]
fn its_gradient_is_that_of_its_loss_and_the_full_models_that_of_its_own() {
    let (model, xs) = (model_at(&theta()), points(5, 9));
    let (full, tangent) = (full(&model, &xs), linearized(&model, &xs, NO_ROWS));
    let targets = Targets::Classes(vec![0, 1, 1, 0, 1]);
    check_gradient(&full, &targets);
    check_gradient(&tangent, &targets);
}

fn check_gradient(predictor: &impl Predictor, targets: &Targets) {
    let at = displaced(8, 0.4);
    let objective = Objective::Squared;
    let cotangent = |place: usize, z: &[f64], into: &mut [f64]| {
        objective.derivative(z, targets.label(place), into);
    };
    let (_, gradient) = predictor
        .gradient(&at, &predictor.all(), &cotangent)
        .unwrap();
    for (j, found) in gradient.into_iter().enumerate() {
        let loss = |step: f64| {
            let mut at = at.clone();
            at[j] += step;
            objective.total(outputs(predictor, &at).as_slice(), targets)
        };
        let want = (loss(1e-6) - loss(-1e-6)) / 2e-6;
        assert!((found - want).abs() < 1e-7, "{found}, not {want}");
    }
}

#[test]
fn at_the_ridge_solution_it_gives_the_ridge_predictions() {
    let (model, train, test) = (model_at(&theta()), points(4, 7), points(3, 8));
    let options = Options {
        readout: Some(Readout::Full),
        ..Options::default()
    };
    let kernels = BlockKernels::compute(&model, &train, &test, &options, &Monitor::silent());
    let total = kernels.unwrap().total();
    let cross: DMatrix<f64> = total.cross;

    let (on_train, on_test) = (
        linearized(&model, &train, NO_ROWS),
        linearized(&model, &test, NO_ROWS),
    );
    let [f0_train, f0_test] =
        [&on_train, &on_test].map(|f| DVector::from_column_slice(f.at_start()));
    let targets = common::noise(f0_train.len(), 1, 9).column(0).into_owned();
    let ridge = KernelRidge::fit(&total.train, &f0_train, &targets, 0.1).unwrap();
    let alpha = |place: usize, _: &[f64], into: &mut [f64]| {
        into.copy_from_slice(&ridge.coefficients().as_slice()[2 * place..2 * place + 2]);
    };
    let start = theta();
    let (_, offset) = on_train
        .gradient(start.as_slice(), &on_train.all(), &alpha)
        .unwrap();
    let offset = DVector::from_vec(offset);
    assert!((ridge.distance() - offset.norm()).abs() < 1e-12);
    let solution = start + offset;
    let fitted = outputs(&on_train, solution.as_slice());
    assert!((&targets - ridge.train_residual() - fitted).amax() < 1e-12);
    let predicted = outputs(&on_test, solution.as_slice());
    assert!((ridge.predict(&cross, &f0_test).unwrap() - predicted).amax() < 1e-12);
}

/// Under a strong pull both models stay so near to θ₀ that they agree.
#[test]
fn training_agrees_as_the_pull_grows() {
    let (model, xs) = (model_at(&theta()), points(8, 3));
    let (full, tangent) = (full(&model, &xs), linearized(&model, &xs, NO_ROWS));
    let targets = Targets::Classes((0..8).map(|i| i % 2).collect());
    let gap = |lambda: f64| {
        let recipe = Recipe {
            objective: Objective::Squared,
            rule: tangent_linearize::pull::Rule::Penalty,
            lambda,
            optimiser: tangent_linearize::train::Stepping::GradientDescent,
            schedule: tangent_linearize::optimiser::Schedule::Constant,
            rate: 5e-4,
            epochs: 2000,
            ..Recipe::default()
        };
        let mut of_full = Trainer::new(&full, &targets, recipe).unwrap();
        let mut of_tangent = Trainer::new(&tangent, &targets, recipe).unwrap();
        while of_full.step().unwrap().is_some() {}
        while of_tangent.step().unwrap().is_some() {}
        (outputs(&full, of_full.theta()) - outputs(&tangent, of_tangent.theta())).norm()
    };
    // δ is proportional to 1/λ, and the gap to δ².
    let order = (gap(300.0) / gap(1000.0)).ln() / (1000.0_f64 / 300.0).ln();
    assert!((order - 2.0).abs() < 0.3, "order {order}");
}

#[test]
fn the_kernel_moves_with_the_parameters() {
    let (model, xs) = (model_at(&theta()), points(4, 3));
    let full = full(&model, &xs);
    let kernel = |at: &[f64]| full.kernel(at, &xs, Readout::Full).unwrap();
    let jacobian = |at: &[f64]| {
        let rows = (0..8).map(|row| {
            let unit = |_: usize, _: &[f64], into: &mut [f64]| into[row % 2] = 1.0;
            full.gradient(at, &[row / 2], &unit).unwrap().1
        });
        DMatrix::from_row_iterator(8, PARAMETERS, rows.flatten())
    };
    let at = displaced(2, 0.3);
    let j = jacobian(&at);
    assert!((kernel(&at) - &j * j.transpose()).amax() < 1e-12);
    assert!((kernel(&at) - kernel(theta().as_slice())).amax() > 1e-2);
}

#[test]
fn what_cannot_be_run_is_refused() {
    let (model, xs) = (model_at(&theta()), points(2, 3));
    let with = |dropout| {
        let options = FullOptions {
            dropout,
            ..FullOptions::default()
        };
        Full::new(&model, &xs, options).map(|_| ())
    };
    assert_eq!(with(0.1), Err(Error::NoDropout));
    assert!(matches!(
        with(1.0),
        Err(Error::Recipe {
            what: "dropout",
            ..
        })
    ));
    let tangent = linearized(&model, &xs, NO_ROWS);
    assert_eq!(
        tangent.forward(&[0.0; 3], &[0]).unwrap_err().to_string(),
        "parameters θ̄: 3 given, 12 expected"
    );
    let silent = Monitor::silent();
    assert!(Linearized::new(&model, &[], LinearizedOptions::default(), &silent).is_err());
}
