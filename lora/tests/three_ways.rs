//! Three ways to compute the same derivative agree: the pullback, burn's autodiff one example at a time, and finite
//! differences. The pushforward is the transpose of the pullback.

mod common;
#[path = "common/random.rs"]
mod random;

use burn::backend::Autodiff;
use burn::tensor::{DType, Tensor, TensorData, backend::Backend};
use burn_flex::Flex;
use burn_ndarray::NdArray;
use common::{assert_close, every_block, values};
use proptest::prelude::*;
use random::{Numbers, Parts, Recipe, recipes};
use tangent_lora::adapter::Adapter;
use tangent_lora::weights::HeadWeights;
use tangent_lora::{Architecture, Batch, Classifier, Sequence};
use tangent_ntk_core::{BlockKernels, Model, Monitor, Options, Readout};

type Oracle = NdArray<f64>;

/// Returns a tensor of the model's element type.
fn tensor<B: Backend, const D: usize>(
    values: Vec<f64>,
    shape: [usize; D],
    dtype: DType,
) -> Tensor<B, D> {
    Tensor::from_data(
        TensorData::new(values, shape).convert_dtype(dtype),
        (&Default::default(), dtype),
    )
}

fn identity<B: Backend>(size: usize, dtype: DType) -> Tensor<B, 2> {
    tensor(
        (0..size * size)
            .map(|i| f64::from(u8::from(i % (size + 1) == 0)))
            .collect(),
        [size, size],
        dtype,
    )
}

fn random_tangent<B: Backend>(model: &Classifier<B>, numbers: &mut Numbers) -> Vec<Vec<f64>> {
    model
        .blocks()
        .iter()
        .map(|block| (0..block.parameters).map(|_| numbers.unit()).collect())
        .collect()
}

fn as_tensors<B: Backend>(tangent: &[Vec<f64>], dtype: DType) -> Vec<Tensor<B, 1>> {
    tangent
        .iter()
        .map(|t| tensor(t.clone(), [t.len()], dtype))
        .collect()
}

/// Returns the rows of every output by autodiff, one example and one output at a time: `[example][block][output]`,
/// flat.
fn autodiff_rows(parts: &Parts, sequences: &[Sequence]) -> Vec<Vec<Vec<f64>>> {
    let model: Classifier<Autodiff<Oracle>> = parts.model(DType::F64);
    sequences
        .iter()
        .map(|sequence| {
            let mut blocks = vec![Vec::new(); model.blocks().len()];
            for output in 0..model.outputs() {
                let z = model.encoder().forward(&Batch::new(&[sequence]));
                let gradients = z.slice([0..1, output..output + 1]).sum().backward();
                for (target, flat) in model.targets().iter().zip(&mut blocks) {
                    let lora = model.encoder().map(target.place).lora.as_ref().unwrap();
                    for factor in [&lora.a, &lora.b] {
                        flat.extend(values(
                            &factor
                                .val()
                                .grad(&gradients)
                                .expect("adapted parameters have gradients"),
                        ));
                    }
                }
                if let Some(flat) = blocks.get_mut(model.targets().len()) {
                    let head = &model.encoder().head;
                    for map in head
                        .owns_dense
                        .then_some(&head.dense)
                        .into_iter()
                        .chain([&head.out])
                    {
                        let bias = map.bias.as_ref().expect("both maps of the head have one");
                        flat.extend(values(&bias.val().grad(&gradients).unwrap()));
                        let weight = map.weight.val().grad(&gradients).unwrap();
                        flat.extend(values(&weight.transpose()));
                    }
                }
            }
            blocks
        })
        .collect()
}

fn pullback_is_autodiff<B: Backend>(recipe: &Recipe, dtype: DType, tolerance: f64) {
    let parts = recipe.parts();
    let sequences = recipe.sequences(&parts.config);
    let references: Vec<&Sequence> = sequences.iter().collect();
    let model: Classifier<B> = parts.model(dtype);
    let rows = model.rows(
        &references,
        identity(recipe.classes, dtype),
        &every_block(&model),
    );
    let expected = autodiff_rows(&parts, &sequences);
    assert_eq!(rows.blocks.len(), model.blocks().len());
    for (index, block) in model.blocks().iter().enumerate() {
        let want: Vec<f64> = expected
            .iter()
            .flat_map(|blocks| blocks[index].clone())
            .collect();
        assert_close(&block.name, &values(&rows.blocks[index]), &want, tolerance);
    }
    let outputs: Vec<f64> = sequences
        .iter()
        .flat_map(|s| values(&model.forward(&[s])))
        .collect();
    assert_close("outputs", &values(&rows.outputs), &outputs, tolerance);
}

/// Returns $J\delta$ computed from the rows, entry by entry.
fn rows_times<B: Backend>(
    model: &Classifier<B>,
    references: &[&Sequence],
    delta: &[Vec<f64>],
    dtype: DType,
) -> Vec<f64> {
    let classes = model.outputs();
    let rows = model.rows(references, identity(classes, dtype), &every_block(model));
    let mut product = vec![0.0; references.len() * classes];
    for (block, delta) in rows.blocks.iter().zip(delta) {
        for (sum, row) in product.iter_mut().zip(values(block).chunks(delta.len())) {
            *sum += row.iter().zip(delta).map(|(a, b)| a * b).sum::<f64>();
        }
    }
    product
}

/// Checks that the rows of some blocks are the same, bit for bit, as when all blocks are computed.
fn rows_of_some_blocks<B: Backend>(recipe: &Recipe, choice: u64, dtype: DType) {
    let parts = recipe.parts();
    let sequences = recipe.sequences(&parts.config);
    let references: Vec<&Sequence> = sequences.iter().collect();
    let model: Classifier<B> = parts.model(dtype);
    let rows = |blocks: &[usize]| model.rows(&references, identity(recipe.classes, dtype), blocks);
    let every = every_block(&model);
    let all = rows(&every);
    let is_chosen = |block: &usize| choice >> (block % 64) & 1 == 1;
    let some: Vec<usize> = every.into_iter().filter(is_chosen).collect();
    let found = rows(&some);
    assert_eq!(values(&found.outputs), values(&all.outputs));
    assert_eq!(found.blocks.len(), some.len());
    for (&block, rows) in some.iter().zip(&found.blocks) {
        assert_eq!(values(rows), values(&all.blocks[block]), "block {block}");
    }
}

fn pushforward_is_the_transpose<B: Backend>(recipe: &Recipe, dtype: DType, tolerance: f64) {
    let parts = recipe.parts();
    let sequences = recipe.sequences(&parts.config);
    let references: Vec<&Sequence> = sequences.iter().collect();
    let model: Classifier<B> = parts.model(dtype);
    let mut numbers = Numbers::new(recipe.seed ^ 7);
    let delta = random_tangent(&model, &mut numbers);
    let (n, classes) = (sequences.len(), recipe.classes);
    let (_, pushed) = model.pushforward(&references, &as_tensors(&delta, dtype));
    let pushed = values(&pushed);

    let by_rows = rows_times(&model, &references, &delta, dtype);
    assert_close("J δ", &pushed, &by_rows, tolerance);

    // The two sides of ⟨pullback(ȳ), δ⟩ = ⟨ȳ, pushforward(δ)⟩.
    let z_bar: Vec<f64> = (0..n * classes).map(|_| numbers.unit()).collect();
    let cotangent = tensor::<B, 2>(z_bar.clone(), [n, classes], dtype);
    let (_, gradient) = model.gradient(&references, &|_| cotangent.clone());
    let left: f64 = gradient
        .iter()
        .zip(&delta)
        .map(|(g, d)| values(g).iter().zip(d).map(|(a, b)| a * b).sum::<f64>())
        .sum();
    let right: f64 = z_bar.iter().zip(&pushed).map(|(a, b)| a * b).sum();
    let scale: f64 = z_bar
        .iter()
        .zip(&pushed)
        .map(|(a, b)| (a * b).abs())
        .sum::<f64>()
        .max(1e-3);
    assert!(
        (left - right).abs() <= tolerance * scale * 10.0,
        "⟨Jᵀȳ, δ⟩ = {left}, ⟨ȳ, Jδ⟩ = {right}"
    );
}

/// Returns the adapter's factors, and the head if it is a block, in the order of the blocks.
fn parameters<'a>(
    adapter: &'a mut Adapter,
    head: &'a mut HeadWeights,
    parts: &Parts,
) -> Vec<Vec<&'a mut f32>> {
    let factors = adapter.factors.iter_mut();
    let mut blocks: Vec<Vec<&mut f32>> = factors
        .map(|factors| factors.a.iter_mut().chain(&mut factors.b).collect())
        .collect();
    if parts.head_block {
        let HeadWeights { dense, output, .. } = head;
        let own_dense = parts.config.architecture == Architecture::Roberta;
        let maps = own_dense.then_some(dense).into_iter().chain([output]);
        blocks.push(
            maps.flat_map(|map| map.bias.iter_mut().chain(&mut map.weight))
                .collect(),
        );
    }
    blocks
}

/// Compares rows and pushforward with central differences, with one step of Richardson's extrapolation.
fn derivatives_are_finite_differences(recipe: &Recipe) {
    // Parameters are stored in f32. Here all parameters and steps are multiples of 2⁻²², so that f32 represents the
    // moved parameters exactly.
    let rounded = |value: f64, bits: i32| (value * 2f64.powi(bits)).round() / 2f64.powi(bits);
    let step = 2f64.powi(-11);
    let parts = recipe.parts();
    let sequences = recipe.sequences(&parts.config);
    let references: Vec<&Sequence> = sequences.iter().collect();
    let (mut adapter, mut head) = (parts.adapter.clone(), parts.head.clone());
    for value in parameters(&mut adapter, &mut head, &parts)
        .into_iter()
        .flatten()
    {
        *value = rounded(f64::from(*value), 12) as f32;
    }
    let model: Classifier<Oracle> = parts.model_with(&adapter, &head, DType::F64);
    let mut delta = random_tangent(&model, &mut Numbers::new(recipe.seed ^ 11));
    for d in delta.iter_mut().flatten() {
        *d = rounded(*d, 10);
    }

    let outputs_at = |step: f64| {
        let (mut adapter, mut head) = (adapter.clone(), head.clone());
        for (block, delta) in parameters(&mut adapter, &mut head, &parts)
            .into_iter()
            .zip(&delta)
        {
            assert_eq!(block.len(), delta.len());
            for (value, d) in block.into_iter().zip(delta) {
                let moved = f64::from(*value) + step * d;
                *value = moved as f32;
                assert_eq!(f64::from(*value), moved);
            }
        }
        let model: Classifier<Oracle> = parts.model_with(&adapter, &head, DType::F64);
        values(&model.forward(&references))
    };
    let central = |step: f64| -> Vec<f64> {
        let (plus, minus) = (outputs_at(step), outputs_at(-step));
        plus.iter()
            .zip(minus)
            .map(|(p, m)| (p - m) / (2.0 * step))
            .collect()
    };
    let difference: Vec<f64> = central(step)
        .iter()
        .zip(central(step / 2.0))
        .map(|(wide, narrow)| (4.0 * narrow - wide) / 3.0)
        .collect();

    let (_, pushed) = model.pushforward(&references, &as_tensors(&delta, DType::F64));
    assert_close("pushforward", &values(&pushed), &difference, 1e-7);
    let by_rows = rows_times(&model, &references, &delta, DType::F64);
    assert_close("rows", &by_rows, &difference, 1e-7);
}

fn kernels_do_not_depend_on_threads_batches_or_order(recipe: &Recipe) {
    let parts = recipe.parts();
    let sequences = recipe.sequences(&parts.config);
    let model: Classifier<Flex> = parts.model(DType::F64);
    let compute = |examples: &[Sequence], threads: usize, batch: usize| {
        let options = Options {
            readout: Some(Readout::Trace),
            threads,
            batch,
            ..Options::default()
        };
        BlockKernels::compute(&model, examples, &[], &options, &Monitor::silent())
            .unwrap()
            .total()
            .train
    };
    let one = compute(&sequences, 1, 8);
    assert_eq!(
        one,
        compute(&sequences, 2, 8),
        "bit for bit the same on two threads"
    );
    let scale = one.amax();
    approx::assert_abs_diff_eq!(one, compute(&sequences, 1, 1), epsilon = 1e-10 * scale);
    approx::assert_abs_diff_eq!(one, compute(&sequences, 2, 1000), epsilon = 1e-10 * scale);
    let reversed: Vec<Sequence> = sequences.iter().rev().cloned().collect();
    let backwards = compute(&reversed, 1, 8);
    let n = sequences.len();
    let restored = nalgebra::DMatrix::from_fn(n, n, |i, j| backwards[(n - 1 - i, n - 1 - j)]);
    approx::assert_abs_diff_eq!(one, restored, epsilon = 1e-10 * scale);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn pullback_rows_are_those_of_autodiff(recipe in recipes()) {
        pullback_is_autodiff::<Oracle>(&recipe, DType::F64, 1e-9);
        pullback_is_autodiff::<Flex>(&recipe, DType::F64, 1e-9);
        pullback_is_autodiff::<Flex>(&recipe, DType::F32, 1e-3);
    }

    #[test]
    fn rows_of_some_blocks_are_those_of_all(recipe in recipes(), choice in any::<u64>()) {
        rows_of_some_blocks::<Oracle>(&recipe, choice, DType::F64);
        rows_of_some_blocks::<Flex>(&recipe, choice, DType::F32);
    }

    #[test]
    fn the_pushforward_is_the_transpose_of_the_pullback(recipe in recipes()) {
        pushforward_is_the_transpose::<Oracle>(&recipe, DType::F64, 1e-9);
        pushforward_is_the_transpose::<Flex>(&recipe, DType::F64, 1e-9);
        pushforward_is_the_transpose::<Flex>(&recipe, DType::F32, 1e-3);
    }

    #[test]
    fn rows_and_pushforward_are_the_limit_of_finite_differences(recipe in recipes()) {
        derivatives_are_finite_differences(&recipe);
    }

    #[test]
    fn kernels_are_the_same_for_any_threads_batches_and_order(recipe in recipes()) {
        kernels_do_not_depend_on_threads_batches_or_order(&recipe);
    }
}
