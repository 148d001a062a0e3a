//! A classifier at other parameters than its own, with and without dropout, and saved to files again.

mod common;
#[path = "common/random.rs"]
mod random;

use burn::tensor::{DType, Tensor, TensorData, backend::Backend};
use burn_flex::Flex;
use burn_ndarray::NdArray;
use common::{Golden, assert_close, cases::CASES, every_block, values};
use proptest::prelude::*;
use random::{Numbers, Recipe, recipes};
use tangent_lora::adapter::Adapter;
use tangent_lora::weights::HeadWeights;
use tangent_lora::{Classifier, Sequence};
use tangent_ntk_core::{Model, Trainable, tensor};

type Oracle = NdArray<f64>;

fn references(sequences: &[Sequence]) -> Vec<&Sequence> {
    sequences.iter().collect()
}

fn outputs<B: Backend>(model: &Classifier<B>, sequences: &[Sequence]) -> Vec<f64> {
    values(&model.forward(&references(sequences)))
}

/// Returns θ with a number added to every entry, rounded to f32.
fn displaced<B: Backend>(model: &Classifier<B>, seed: u64) -> Vec<f64> {
    let mut numbers = Numbers::new(seed);
    let theta = model.theta().into_iter();
    theta
        .map(|x| f64::from((x + 0.1 * numbers.unit()) as f32))
        .collect()
}

/// Returns the gradient of ⟨ȳ, f(X)⟩ in all parameters, with ȳ drawn from `seed`, and ȳ.
fn gradient<B: Backend>(
    model: &Classifier<B>,
    sequences: &[Sequence],
    seed: u64,
) -> (Vec<f64>, Vec<f64>) {
    let shape = [sequences.len(), model.outputs()];
    let mut numbers = Numbers::new(seed);
    let y_bar: Vec<f64> = (0..shape[0] * shape[1]).map(|_| numbers.unit()).collect();
    let (_, blocks) = model.gradient(&references(sequences), &|_| {
        tensor(model, y_bar.clone(), shape)
    });
    (blocks.iter().flat_map(values).collect(), y_bar)
}

fn pushforward<B: Backend>(
    model: &Classifier<B>,
    sequences: &[Sequence],
    delta: &[f64],
) -> Vec<f64> {
    let mut at = 0;
    let blocks = model.blocks().iter().map(|block| {
        at += block.parameters;
        let part = delta[at - block.parameters..at].to_vec();
        let data = TensorData::new(part, [block.parameters]).convert_dtype(model.dtype());
        Tensor::from_data(data, (&model.device(), model.dtype()))
    });
    let tangent: Vec<Tensor<B, 1>> = blocks.collect();
    values(&model.pushforward(&references(sequences), &tangent).1)
}

fn at_its_own_parameters<B: Backend>(recipe: &Recipe, dtype: DType) {
    let parts = recipe.parts();
    let sequences = recipe.sequences(&parts.config);
    let model: Classifier<B> = parts.model(dtype);
    let same = model.at(&model.theta());
    assert_eq!(outputs(&same, &sequences), outputs(&model, &sequences));
    assert_eq!(
        gradient(&same, &sequences, 1),
        gradient(&model, &sequences, 1)
    );

    let tensors = model.tensors();
    let total = |blocks: &[tangent_ntk_core::Block]| -> usize {
        blocks.iter().map(|block| block.parameters).sum()
    };
    let mut rest = &tensors[..];
    for block in model.blocks() {
        let of_block = match block.name.as_str() {
            tangent_lora::HEAD_BLOCK => rest.len(),
            _ => 2,
        };
        let (here, after) = rest.split_at(of_block);
        assert_eq!(total(here), block.parameters, "{}", block.name);
        rest = after;
    }
    assert!(rest.is_empty());
}

/// Checks that moving a model gives the same bits as building it from moved files.
fn moved_is_built<B: Backend>(recipe: &Recipe, dtype: DType) {
    let parts = recipe.parts();
    let sequences = recipe.sequences(&parts.config);
    let model: Classifier<B> = parts.model(dtype);
    let moved = model.at(&displaced(&model, recipe.seed));
    assert_ne!(outputs(&moved, &sequences), outputs(&model, &sequences));
    let adapter = moved.adapter(&parts.adapter);

    let folder = tempfile::tempdir().unwrap();
    adapter.save(folder.path(), &parts.config).unwrap();
    let read = Adapter::load(folder.path(), &parts.config).unwrap();
    let (classes, trained) = (Some(parts.head.classes), read.head.as_ref());
    let head = HeadWeights::load(&parts.config, &parts.weights, trained, classes, 0).unwrap();
    let built: Classifier<B> = parts.model_with(&read, &head, dtype);
    assert_eq!(built.theta(), moved.theta());
    assert_eq!(outputs(&built, &sequences), outputs(&moved, &sequences));
    assert_eq!(
        gradient(&built, &sequences, 1),
        gradient(&moved, &sequences, 1)
    );
}

/// Checks that one forward pass gives the same bits as two.
fn one_pass_gives_both<B: Backend>(recipe: &Recipe, dtype: DType) {
    let parts = recipe.parts();
    let sequences = recipe.sequences(&parts.config);
    let xs = references(&sequences);
    let model: Classifier<B> = parts.model(dtype);
    let mut numbers = Numbers::new(recipe.seed ^ 9);
    let tangent: Vec<Tensor<B, 1>> = model
        .blocks()
        .iter()
        .map(|block| {
            let values = (0..block.parameters).map(|_| numbers.unit()).collect();
            tensor(&model, values, [block.parameters])
        })
        .collect();
    for model in [model.with_dropout(0.2, 3).unwrap(), model] {
        let cotangent = |change: Tensor<B, 2>| change.clone() * change + 1.0;
        let (change, gradient) = model.tangent_gradient(&xs, &tangent, &cotangent);
        let (_, want) = model.pushforward(&xs, &tangent);
        assert_eq!(values(&change), values(&want));
        let (_, wanted) = model.gradient(&xs, &|_| cotangent(want.clone()));
        let flat = |blocks: &[Tensor<B, 1>]| blocks.iter().flat_map(values).collect::<Vec<_>>();
        assert_eq!(flat(&gradient), flat(&wanted));
    }
}

/// Checks the derivatives of one draw against finite differences at that draw.
fn a_draw_is_differentiated(recipe: &Recipe) {
    let (rate, seed) = (0.3, recipe.seed ^ 5);
    let parts = recipe.parts();
    let sequences = recipe.sequences(&parts.config);
    let model: Classifier<Oracle> = parts.model(DType::F64);
    let theta = model.theta();
    let mut numbers = Numbers::new(seed);
    let delta: Vec<f64> = theta.iter().map(|_| numbers.unit()).collect();
    let drawn = |step: f64| {
        let moved: Vec<f64> = theta
            .iter()
            .zip(&delta)
            .map(|(x, d)| x + step * d)
            .collect();
        model.at(&moved).with_dropout(rate, seed).unwrap()
    };
    let here = drawn(0.0);
    let (plus, minus) = (drawn(1e-5), drawn(-1e-5));
    let slopes: Vec<f64> = outputs(&plus, &sequences)
        .iter()
        .zip(outputs(&minus, &sequences))
        .map(|(a, b)| (a - b) / 2e-5)
        .collect();
    let change = pushforward(&here, &sequences, &delta);
    assert_close("pushforward", &change, &slopes, 1e-5);

    let (gradient, y_bar) = gradient(&here, &sequences, 2);
    let dot = |a: &[f64], b: &[f64]| -> f64 { a.iter().zip(b).map(|(a, b)| a * b).sum() };
    let (back, forth) = (dot(&gradient, &delta), dot(&y_bar, &change));
    let scale: f64 = gradient
        .iter()
        .zip(&delta)
        .map(|(a, b)| (a * b).abs())
        .sum();
    assert!((back - forth).abs() <= 1e-12 * scale, "{back} {forth}");

    // Fast loops and plain tensors, rows and gradients all use the same draw.
    let fast: Classifier<Flex> = parts.model(DType::F64);
    let fast = fast.with_dropout(rate, seed).unwrap();
    let want = self::gradient(&fast, &sequences, 2).0;
    assert_close("Flex", &want, &gradient, 1e-10);
    let classes = here.outputs();
    let unit = (0..classes * classes).map(|i| f64::from(i % (classes + 1) == 0));
    let directions = tensor(&here, unit.collect(), [classes, classes]);
    let rows = here.rows(&references(&sequences), directions, &every_block(&here));
    let summed = rows.blocks.iter().flat_map(|rows| {
        let p = rows.dims()[2];
        let mut sum = vec![0.0; p];
        for (row, y) in values(rows).chunks(p).zip(&y_bar) {
            sum.iter_mut().zip(row).for_each(|(sum, x)| *sum += y * x);
        }
        sum
    });
    assert_close("rows", &summed.collect::<Vec<_>>(), &gradient, 1e-10);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn at_its_own_parameters_a_model_is_the_same_bit_for_bit(recipe in recipes()) {
        at_its_own_parameters::<Flex>(&recipe, DType::F32);
        at_its_own_parameters::<Flex>(&recipe, DType::F64);
        at_its_own_parameters::<Oracle>(&recipe, DType::F64);
    }

    #[test]
    fn a_moved_model_saved_and_read_is_the_moved_model(recipe in recipes()) {
        moved_is_built::<Flex>(&recipe, DType::F32);
        moved_is_built::<Flex>(&recipe, DType::F64);
        moved_is_built::<Oracle>(&recipe, DType::F64);
    }

    #[test]
    fn a_tangent_and_a_gradient_from_one_pass_are_those_of_two(recipe in recipes()) {
        one_pass_gives_both::<Flex>(&recipe, DType::F32);
        one_pass_gives_both::<Oracle>(&recipe, DType::F64);
    }

    #[test]
    fn one_draw_of_dropout_has_the_derivatives_of_finite_differences(recipe in recipes()) {
        a_draw_is_differentiated(&recipe);
    }
}

#[test]
fn the_golden_models_moved_are_saved_as_peft_names_them() {
    for name in CASES {
        let golden = Golden::open(name, DType::F64);
        let (config, weights, _, adapter) = golden.parts();
        let model: Classifier<Flex> = golden.model(DType::F64);
        let sequences = golden.sequences("test", &config);
        let moved = model.at(&displaced(&model, 3));
        let folder = tempfile::tempdir().unwrap();
        let trained = moved.adapter(&adapter);
        trained.save(folder.path(), &config).unwrap();
        let read = Adapter::load(folder.path(), &config).unwrap();
        assert_eq!(
            (&read.factors, &read.head),
            (&trained.factors, &trained.head)
        );

        let head = match &read.head {
            Some(head) => Some(head.clone()),
            None => golden.parts().3.head,
        };
        let Some(head) = head else { continue };
        let classes = Some(golden.classes());
        let head = HeadWeights::load(&config, &weights, Some(&head), classes, 0).unwrap();
        let built = Classifier::<Flex>::build(
            &config,
            &weights,
            &head,
            &read,
            golden.head_trained(),
            &Default::default(),
            DType::F64,
        );
        assert_eq!(
            outputs(&built.unwrap(), &sequences),
            outputs(&moved, &sequences),
            "{name}"
        );
    }
}

#[test]
fn seeds_decide_a_draw_of_dropout_and_rate_0_drops_nothing() {
    let golden = Golden::open("roberta_all_3l", DType::F64);
    let model: Classifier<Flex> = golden.model(DType::F64);
    let sequences = golden.sequences("train", model.config());
    let draw = |rate, seed| outputs(&model.with_dropout(rate, seed).unwrap(), &sequences);
    assert_eq!(draw(0.0, 1), outputs(&model, &sequences));
    assert_eq!(draw(0.2, 1), draw(0.2, 1));
    assert_ne!(draw(0.2, 1), draw(0.2, 2));
    assert_ne!(draw(0.2, 1), draw(0.0, 1));
    // Only the adapters are drawn for: where B = 0, dropout changes nothing.
    let mut theta = model.theta();
    let mut at = 0;
    for tensor in model.tensors() {
        if tensor.name.ends_with("lora_B") {
            theta[at..at + tensor.parameters].fill(0.0);
        }
        at += tensor.parameters;
    }
    let bare = model.at(&theta);
    let dropped = bare.with_dropout(0.5, 1).unwrap();
    assert_eq!(outputs(&dropped, &sequences), outputs(&bare, &sequences));
}
