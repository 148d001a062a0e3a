//! Tests of the full model and its linearization, trained side by side.

mod common;
#[path = "common/two_waves.rs"]
mod two_waves;

use tangent_linearize::metrics::{kl_divergence, logit_gap};
use tangent_linearize::train::{
    Labelled, Metric, Recipe, Row, Setup, Stage, States, Watch, Watched,
};
use tangent_linearize::{Error, Predictor, Targets, metrics};
use tangent_ntk_core::Monitor;
use two_waves::TwoWaves;

const OUTPUTS: usize = 2;
const INPUTS: usize = 3;

fn model() -> TwoWaves {
    let theta = common::noise(2 * OUTPUTS * INPUTS, 1, 11);
    TwoWaves::new(OUTPUTS, INPUTS, theta.as_slice())
}

fn points(n: usize, seed: u64) -> Vec<Vec<f64>> {
    let x = common::noise(n, INPUTS, seed);
    x.row_iter()
        .map(|row| row.iter().copied().collect())
        .collect()
}

fn labelled(xs: &[Vec<f64>]) -> Labelled<'_, Vec<f64>> {
    Labelled {
        examples: xs,
        targets: Targets::Classes((0..xs.len()).map(|i| usize::from(i % 3 == 0)).collect()),
    }
}

const METRIC: &Metric<'static> = &|outputs, targets| match targets {
    Targets::Classes(classes) => {
        metrics::accuracy(&metrics::predicted_classes(outputs, OUTPUTS), classes)
    }
    Targets::Scores(_) => 0.0,
};

const SETUP: Setup = Setup {
    threads: 1,
    dropout: 0.0,
    linearized: true,
    memory: 1 << 20,
    rows_kept: None,
};

const RECIPE: fn() -> Recipe = || Recipe {
    batch: 3,
    rate: 0.05,
    epochs: 4,
    ..Recipe::default()
};

const WATCHED: Watched = Watched {
    every: Some(2),
    train_n: 5,
    kernel_n: 4,
};

fn with_stage<T>(setup: Setup, work: impl FnOnce(&Stage<'_, TwoWaves>) -> T) -> T {
    let (model, train, eval) = (model(), points(8, 2), points(6, 3));
    let (train, eval) = (labelled(&train), labelled(&eval));
    let stage = Stage::new(
        &model,
        train,
        eval,
        Box::new(METRIC),
        setup,
        &Monitor::silent(),
    );
    work(&stage.unwrap())
}

fn run(stage: &Stage<'_, TwoWaves>, from: Option<States>) -> (Vec<Row>, States) {
    let mut rows: Vec<Row> = Vec::new();
    let states = stage.run(RECIPE(), WATCHED, from, &mut rows).unwrap();
    (rows, states)
}

#[test]
fn both_start_alike_and_part() {
    let (rows, _) = with_stage(SETUP, |stage| run(stage, None));
    let (first, last) = (rows[0], rows[rows.len() - 1]);
    // 8 examples in batches of 3 give three steps in each of the four epochs.
    assert_eq!((first.step, last.step, last.epoch), (0, 12, 4.0));
    assert_eq!(rows.len(), 7);
    assert_eq!(first.train_loss_linearized, Some(first.train_loss));
    assert_eq!(
        (first.gap, first.kl, first.distance),
        (Some(0.0), Some(0.0), 0.0)
    );
    assert_eq!(first.kernel_drift, Some(0.0));
    assert!((first.kernel_alignment.unwrap() - 1.0).abs() < 1e-14);
    assert!(last.train_loss < first.train_loss);
    assert!(last.gap.unwrap() > 0.0 && last.kernel_drift.unwrap() > 0.0);
    assert!(last.farthest >= last.distance && last.distance > 0.0);
}

#[test]
fn a_row_is_what_the_two_models_say_at_their_parameters() {
    with_stage(SETUP, |stage| {
        let (rows, states) = run(stage, None);
        let (last, classes) = (rows[rows.len() - 1], 5);
        let theta_bar = states.linearized.unwrap().theta;
        let (on_train, on_eval) = stage.linearized.as_ref().unwrap();
        let some: Vec<usize> = (0..classes).collect();
        let f = stage.full.forward(&states.full.theta, &some).unwrap();
        let g = on_train.forward(&theta_bar, &some).unwrap();
        let margins = |z: &[f64]| -> Vec<f64> { z.chunks(2).map(|z| z[1] - z[0]).collect() };
        let fitted = logit_gap(&margins(&f), &margins(&g), classes);
        assert_eq!(last.gap_train, Some(logit_gap(&f, &g, OUTPUTS)));
        assert_eq!(last.gap_fitted, Some(fitted));
        let g_eval = on_eval.forward(&theta_bar, &on_eval.all()).unwrap();
        let eval = labelled(&points(6, 3)).targets;
        assert_eq!(last.metric_linearized, Some(METRIC(&g_eval, &eval)));
        let objective = RECIPE().objective;
        assert_eq!(
            last.eval_loss_linearized,
            Some(objective.total(&g_eval, &eval))
        );
        // The evaluation set has its own full model; the KL divergence uses the same outputs.
        let (model, xs) = (model(), points(6, 3));
        let of_eval = tangent_linearize::Full::new(&model, &xs, Default::default()).unwrap();
        let f_eval = of_eval.forward(&states.full.theta, &of_eval.all()).unwrap();
        assert_eq!(last.kl, Some(kl_divergence(&f_eval, &g_eval, OUTPUTS)));
        assert_eq!(last.metric, METRIC(&f_eval, &eval));
    });
}

/// Keeps the states after the number of steps in the first field.
struct Keep(usize, usize, Option<States>);

impl Watch for Keep {
    fn stepped(&mut self, step: &tangent_linearize::train::Step, of: usize) {
        assert_eq!(of, 12);
        self.1 = step.step;
    }

    fn observed(&mut self, _row: Row) -> Result<(), Error> {
        Ok(())
    }

    fn between(&mut self, states: &dyn Fn() -> States) -> Result<(), Error> {
        if self.1 == self.0 {
            self.2 = Some(states());
        }
        Ok(())
    }
}

#[test]
fn a_run_goes_on_from_its_states_bit_for_bit() {
    with_stage(SETUP, |stage| {
        let (rows, end) = run(stage, None);
        for stop in [1, 5, 6, 11] {
            let mut keep = Keep(stop, 0, None);
            stage.run(RECIPE(), WATCHED, None, &mut keep).unwrap();
            let (rest, again) = run(stage, keep.2);
            assert_eq!(again, end, "{stop}");
            let expected: Vec<Row> = rows.iter().filter(|row| row.step > stop).copied().collect();
            assert_eq!(rest, expected, "{stop}");
        }
    });
}

#[test]
fn without_a_linearization_its_columns_are_empty() {
    let setup = Setup {
        linearized: false,
        ..SETUP
    };
    let (rows, states) = with_stage(setup, |stage| run(stage, None));
    assert_eq!((states.linearized, states.rows_kept), (None, None));
    let last = rows[rows.len() - 1];
    assert_eq!(
        (last.gap, last.kl, last.metric_linearized),
        (None, None, None)
    );
    let both = with_stage(SETUP, |stage| run(stage, None)).0;
    assert_eq!(last.train_loss, both[both.len() - 1].train_loss);
}

/// Ends the run with an error of a type that is not the crate's.
struct Impatient;

#[derive(Debug, PartialEq)]
enum Ended {
    Impatiently,
    Else(Error),
}

impl From<Error> for Ended {
    fn from(error: Error) -> Self {
        Self::Else(error)
    }
}

impl Watch<Ended> for Impatient {
    fn observed(&mut self, row: Row) -> Result<(), Ended> {
        match row.step {
            4.. => Err(Ended::Impatiently),
            _ => Ok(()),
        }
    }
}

#[test]
fn who_looks_on_may_end_the_run() {
    let ended = with_stage(SETUP, |stage| {
        stage.run(RECIPE(), WATCHED, None, &mut Impatient)
    });
    assert_eq!(ended, Err(Ended::Impatiently));
}

#[test]
fn a_loss_that_is_no_number_is_divergence() {
    let recipe = Recipe {
        rate: 1e308,
        ..RECIPE()
    };
    let mut rows: Vec<Row> = Vec::new();
    let ended = with_stage(SETUP, |stage| stage.run(recipe, WATCHED, None, &mut rows));
    assert!(matches!(ended, Err(Error::Diverged { .. })), "{ended:?}");
}
