//! Tests of a classifier with adapters, both the full model and its linearization.

#[path = "../../lora/tests/common/mod.rs"]
mod golden;

use burn::tensor::DType;
use burn::tensor::backend::Backend;
use burn_flex::Flex;
use burn_ndarray::NdArray;
use golden::cases::CASES;
use golden::{Golden, assert_close, tolerance};
use tangent_linearize::{
    Full, FullOptions, Linearized, LinearizedOptions, Objective, Predictor, Targets,
};
use tangent_lora::{Classifier, Sequence};
use tangent_ntk_core::Monitor;

/// A case's model, its training examples and their classes.
struct Case<B: Backend> {
    golden: Golden,
    model: Classifier<B>,
    train: Vec<Sequence>,
    targets: Targets,
}

impl<B: Backend> Case<B> {
    fn open(name: &'static str, dtype: DType) -> Self {
        let golden = Golden::open(name, dtype);
        let model = golden.model::<B>(dtype);
        Self {
            train: golden.sequences("train", model.config()),
            targets: Targets::Classes(golden.labels("train")),
            golden,
            model,
        }
    }

    fn full(&self, threads: usize, dropout: f64) -> Full<'_, Classifier<B>> {
        let options = FullOptions {
            threads,
            batch: 16,
            dropout,
        };
        Full::new(&self.model, &self.train, options).unwrap()
    }

    /// Returns the linearized model with kept rows and with rows that every step computes.
    fn both_ways(&self) -> [Linearized<'_, Classifier<B>>; 2] {
        [None, Some(0)].map(|memory| {
            let options = LinearizedOptions {
                threads: 2,
                batch: 16,
                memory,
            };
            let (model, train) = (&self.model, &self.train);
            Linearized::new(model, train, options, &Monitor::silent()).unwrap()
        })
    }

    /// Returns the gradient of the mean cross-entropy.
    fn gradient(&self, predictor: &impl Predictor, theta: &[f64], seed: Option<u64>) -> Vec<f64> {
        let objective = Objective::CrossEntropy;
        let weight = objective.weight(self.train.len());
        let cotangent = |place: usize, z: &[f64], into: &mut [f64]| {
            objective.derivative(z, self.targets.label(place), into);
            into.iter_mut().for_each(|x| *x *= weight);
        };
        let all = predictor.all();
        let found = match seed {
            Some(seed) => predictor.gradient_with_dropout(theta, &all, &cotangent, seed),
            None => predictor.gradient(theta, &all, &cotangent),
        };
        found.unwrap().1
    }
}

/// Returns θ₀ plus a displacement of length `step`.
fn displaced(start: &[f64], step: f64) -> Vec<f64> {
    let delta: Vec<f64> = (0..start.len()).map(|i| (1.7 * i as f64).sin()).collect();
    let norm = delta.iter().map(|d| d * d).sum::<f64>().sqrt();
    start
        .iter()
        .zip(delta)
        .map(|(x, d)| x + step * d / norm)
        .collect()
}

fn at_its_start_it_has_the_models_gradient<B: Backend>(dtype: DType) {
    for name in CASES {
        let case = Case::<B>::open(name, dtype);
        let want = case.golden.array("gradient.cross_entropy").values;
        for tangent in case.both_ways() {
            let found = case.gradient(&tangent, tangent.start(), None);
            assert_close(name, &found, &want, tolerance(dtype));
        }
    }
}

fn kept_and_recomputed_rows_agree<B: Backend>(dtype: DType) {
    for name in CASES {
        let case = Case::<B>::open(name, dtype);
        let [kept, recomputed] = case.both_ways();
        assert!(kept.keeps_rows() && !recomputed.keeps_rows());
        let theta = displaced(kept.start(), 0.5);
        let outputs = |f: &Linearized<_>| f.forward(&theta, &f.all()).unwrap();
        let bound = tolerance(dtype);
        assert_close(name, &outputs(&kept), &outputs(&recomputed), bound);
        let gradient = |f| case.gradient(f, &theta, None);
        assert_close(name, &gradient(&kept), &gradient(&recomputed), bound);
    }
}

#[test]
fn the_linearized_gradient_at_the_start_is_pytorchs_in_f64() {
    at_its_start_it_has_the_models_gradient::<Flex>(DType::F64);
    at_its_start_it_has_the_models_gradient::<NdArray<f64>>(DType::F64);
}

#[test]
fn the_linearized_gradient_at_the_start_is_pytorchs_in_f32() {
    at_its_start_it_has_the_models_gradient::<Flex>(DType::F32);
}

#[test]
fn kept_and_recomputed_rows_agree_away_from_the_start() {
    kept_and_recomputed_rows_agree::<Flex>(DType::F64);
    kept_and_recomputed_rows_agree::<Flex>(DType::F32);
    kept_and_recomputed_rows_agree::<NdArray<f64>>(DType::F64);
}

#[test]
fn the_gap_to_the_model_is_of_second_order() {
    for name in CASES {
        let case = Case::<Flex>::open(name, DType::F64);
        let full = case.full(2, 0.0);
        for tangent in case.both_ways() {
            let gap = |step: f64| {
                let theta = displaced(full.start(), step);
                let f = full.forward(&theta, &full.all()).unwrap();
                let f_bar = tangent.forward(&theta, &full.all()).unwrap();
                let apart = f.iter().zip(f_bar).map(|(a, b)| (a - b).powi(2));
                apart.sum::<f64>().sqrt()
            };
            let order = (gap(2e-2) / gap(1e-2)).log2();
            assert!((order - 2.0).abs() < 0.1, "{name}: order {order}");
        }
    }
}

#[test]
fn dropout_is_drawn_by_the_seed_alone_and_only_where_it_is_asked_for() {
    let case = Case::<Flex>::open("roberta_all_3l", DType::F64);
    let (one, three) = (case.full(1, 0.2), case.full(3, 0.2));
    let theta = displaced(one.start(), 0.1);
    let drawn = |full: &Full<_>, seed| case.gradient(full, &theta, Some(seed));
    assert_eq!(drawn(&one, 5), drawn(&three, 5));
    assert_ne!(drawn(&one, 5), drawn(&one, 6));
    // The plain gradient and a model with dropout rate 0 drop nothing.
    let plain = case.full(2, 0.0);
    let want = case.gradient(&plain, &theta, None);
    assert_eq!(case.gradient(&one, &theta, None), want);
    assert_eq!(drawn(&plain, 5), want);
    assert_ne!(drawn(&one, 5), want);
}
