//! Kernels agree with plain loops over the Jacobian, for every readout, kind and way of dividing
//! the work.

mod common;

use burn::tensor::{DType, backend::Backend};
use burn_ndarray::NdArray;
use common::{Network, Point, distance, numbers, plain_jacobian, points};
use nalgebra::DMatrix;
use proptest::prelude::*;
use tangent_ntk_core::{
    BlockKernels, JacobianOperator, Keep, Kernel, KernelKind, Model, Monitor, Options, Readout,
};

on_every_backend!(
    kernels_are_the_plain_ones,
    bits_do_not_depend_on_threads_or_groups,
    batches_and_order_matter_to_rounding_only,
    the_operator_is_the_kernel,
);

fn compute<M: Model>(
    model: &M,
    train: &[M::Input],
    test: &[M::Input],
    options: &Options,
) -> BlockKernels {
    BlockKernels::compute(model, train, test, options, &Monitor::silent()).unwrap()
}

/// Computes $L\,g(R)^\top$ by one loop, where $g$ is the identity or the sign.
fn plain_product(left: &DMatrix<f64>, right: &DMatrix<f64>, kind: KernelKind) -> DMatrix<f64> {
    let g = |x: f64| match kind {
        KernelKind::SignGradient if x == 0.0 => 0.0,
        KernelKind::SignGradient => x.signum(),
        KernelKind::Gradient => x,
    };
    DMatrix::from_fn(left.nrows(), right.nrows(), |i, j| {
        (0..left.ncols())
            .map(|p| left[(i, p)] * g(right[(j, p)]))
            .sum()
    })
}

/// Computes one block's kernel for a readout, from Jacobian rows `[nC, p_l]`.
fn plain_kernel(
    [left, right]: [&DMatrix<f64>; 2],
    outputs: usize,
    readout: Readout,
    kind: KernelKind,
) -> DMatrix<f64> {
    let of_output = |j: &DMatrix<f64>, c: usize| {
        DMatrix::from_fn(j.nrows() / outputs, j.ncols(), |i, p| {
            j[(i * outputs + c, p)]
        })
    };
    let product = |c: usize| plain_product(&of_output(left, c), &of_output(right, c), kind);
    match readout {
        Readout::Full => plain_product(left, right, kind),
        Readout::Trace => (0..outputs).map(product).reduce(|a, b| a + b).unwrap(),
        Readout::Logit(c) => product(c),
        Readout::Margin => {
            let margin = |j| of_output(j, 1) - of_output(j, 0);
            plain_product(&margin(left), &margin(right), kind)
        }
    }
}

fn readouts(outputs: usize) -> Vec<Readout> {
    let mut all = vec![Readout::Trace, Readout::Full, Readout::Logit(outputs - 1)];
    if outputs == 2 {
        all.push(Readout::Margin);
    }
    all
}

fn kernels_are_the_plain_ones<B: Backend>(dtype: DType, tolerance: f64) {
    for outputs in [1, 2, 3] {
        let widths = [4, 5, outputs];
        let model = Network::<B>::new(widths, dtype, 3);
        let (train, test) = (points(7, 4, 5), points(3, 4, 6));
        let blocks = |xs: &[Point]| {
            let j = plain_jacobian(widths, &model.w, &model.v, xs);
            [
                j.columns(0, 20).into_owned(),
                j.columns(20, 5 * outputs).into_owned(),
            ]
        };
        let (j, t) = (blocks(&train), blocks(&test));
        for readout in readouts(outputs) {
            for kind in [KernelKind::Gradient, KernelKind::SignGradient] {
                let options = Options {
                    readout: Some(readout),
                    kind,
                    threads: 2,
                    batch: 6,
                    ..Options::default()
                };
                let kernels = compute(&model, &train, &test, &options);
                assert_eq!(kernels.names(), ["hidden", "output"]);
                for (l, Kernel { train, cross }) in kernels.blocks().unwrap().iter().enumerate() {
                    let plain = plain_kernel([&j[l], &j[l]], outputs, readout, kind);
                    assert!(distance(train, &plain) < tolerance, "{readout} {kind} {l}");
                    let plain = plain_kernel([&t[l], &j[l]], outputs, readout, kind);
                    assert!(
                        distance(cross, &plain) < tolerance,
                        "{readout} {kind} {l} cross"
                    );
                    assert_eq!(*train == train.transpose(), kind == KernelKind::Gradient);
                }
                assert_eq!(
                    kernels.clone().into_blocks().unwrap(),
                    kernels.blocks().unwrap()
                );
                for (xs, outputs) in [
                    (&train, kernels.train_outputs()),
                    (&test, kernels.test_outputs()),
                ] {
                    outputs_are_the_forward(&model, xs, outputs, tolerance);
                }
            }
        }
    }
}

fn outputs_are_the_forward<M: Model>(
    model: &M,
    xs: &[M::Input],
    outputs: &DMatrix<f64>,
    tolerance: f64,
) {
    let refs: Vec<_> = xs.iter().collect();
    let values: Vec<f64> = model.forward(&refs).into_data().iter().collect();
    let forward = DMatrix::from_row_slice(xs.len(), model.outputs(), &values);
    assert!(distance(outputs, &forward) < tolerance);
}

/// Returns the least memory with which the kernels can be computed, as a refusal reports it.
fn least_memory<M: Model>(
    model: &M,
    train: &[M::Input],
    test: &[M::Input],
    options: &Options,
) -> usize {
    let with = |memory| {
        let memory = Some(memory);
        let options = Options {
            memory,
            ..options.clone()
        };
        BlockKernels::plan(model, train, test, &options)
    };
    match with(1) {
        Err(tangent_ntk_core::Error::Memory { needed, .. }) => needed,
        other => panic!("{other:?} within one byte"),
    }
}

fn bits_do_not_depend_on_threads_or_groups<B: Backend>(dtype: DType, _: f64) {
    let model = Network::<B>::new([4, 300, 2], dtype, 3);
    let (train, test) = (points(23, 4, 5), points(9, 4, 6));
    for kind in [KernelKind::Gradient, KernelKind::SignGradient] {
        for keep in [Keep::Blocks, Keep::Sum] {
            let one = Options {
                kind,
                keep,
                batch: 16,
                ..Options::default()
            };
            let whole = compute(&model, &train, &test, &one);
            for threads in [2, 3] {
                let options = Options {
                    threads,
                    ..one.clone()
                };
                assert!(
                    compute(&model, &train, &test, &options) == whole,
                    "{threads} threads"
                );
            }
            let least = least_memory(&model, &train, &test, &one);
            for memory in [least, least + 40_000] {
                let options = Options {
                    memory: Some(memory),
                    ..one.clone()
                };
                let plan = BlockKernels::plan(&model, &train, &test, &options).unwrap();
                assert!(plan.groups() > 1 && plan.bytes() <= memory, "{plan}");
                assert!(compute(&model, &train, &test, &options) == whole, "{plan}");
            }
        }
    }
}

fn batches_and_order_matter_to_rounding_only<B: Backend>(dtype: DType, tolerance: f64) {
    let model = Network::<B>::new([4, 30, 2], dtype, 3);
    let (train, test) = (points(23, 4, 5), points(9, 4, 6));
    let whole = compute(&model, &train, &test, &Options::default()).total();
    for batch in [1, 5, 1000] {
        let options = Options {
            batch,
            ..Options::default()
        };
        let other = compute(&model, &train, &test, &options).total();
        assert!(distance(&other.train, &whole.train) < tolerance);
        assert!(distance(&other.cross, &whole.cross) < tolerance);
    }
    let order: Vec<usize> = (0..23).map(|i| i * 7 % 23).collect();
    let permuted: Vec<Point> = order.iter().map(|&i| train[i].clone()).collect();
    let other = compute(&model, &permuted, &test, &Options::default()).total();
    let expected = DMatrix::from_fn(23, 23, |i, j| whole.train[(order[i], order[j])]);
    assert!(distance(&other.train, &expected) < tolerance);
    let expected = DMatrix::from_fn(9, 23, |i, j| whole.cross[(i, order[j])]);
    assert!(distance(&other.cross, &expected) < tolerance);
}

fn the_operator_is_the_kernel<B: Backend>(dtype: DType, tolerance: f64) {
    let model = Network::<B>::new([4, 6, 2], dtype, 3);
    let train = points(12, 4, 5);
    for readout in readouts(2) {
        let options = Options {
            readout: Some(readout),
            batch: 8,
            threads: 2,
            ..Options::default()
        };
        let k = compute(&model, &train, &[], &options).total().train;
        let operator = JacobianOperator::new(&model, &train, &options).unwrap();
        assert_eq!(operator.kernel_rows(), k.nrows());
        let v = DMatrix::from_vec(k.nrows(), 1, numbers(k.nrows(), 8));
        let kv = operator.kernel(v.as_slice(), &Monitor::silent()).unwrap();
        let kv = DMatrix::from_vec(k.nrows(), 1, kv);
        // f32: the vector J'v between the two maps is rounded too.
        assert!(distance(&kv, &(&k * &v)) < 4.0 * tolerance, "{readout}");
    }
}

#[test]
fn a_product_of_several_stripes_and_segments_is_the_plain_one() {
    // 1100 × 1100 is cut into five stripes and two segments; 520 columns into two tiles.
    let model = Network::<NdArray<f64>>::new([4, 104, 1], DType::F64, 3);
    let (train, test) = (points(1100, 4, 5), points(300, 4, 6));
    let j = |xs: &[Point]| plain_jacobian([4, 104, 1], &model.w, &model.v, xs);
    let options = Options {
        threads: 2,
        ..Options::default()
    };
    let kernel = compute(&model, &train, &test, &options).total();
    let (j, t) = (j(&train), j(&test));
    assert!(distance(&kernel.train, &(&j * j.transpose())) < 1e-12);
    assert!(distance(&kernel.cross, &(&t * j.transpose())) < 1e-12);
    assert_eq!(kernel.train, kernel.train.transpose());
}

#[test]
fn a_kept_sum_is_the_sum_of_what_would_be_kept() {
    let model = Network::<NdArray<f64>>::new([4, 5, 2], DType::F64, 3);
    let (train, test) = (points(12, 4, 5), points(5, 4, 6));
    let blocks = compute(&model, &train, &test, &Options::default());
    let keep = Keep::Sum;
    let sum = compute(
        &model,
        &train,
        &test,
        &Options {
            keep,
            ..Options::default()
        },
    );
    assert_eq!(sum.total(), blocks.total());
    assert_eq!(blocks.sum(&[0, 1]).unwrap(), blocks.total());
    assert_eq!(blocks.sum(&[1]).unwrap(), blocks.blocks().unwrap()[1]);
    assert_eq!(blocks.sum(&[]).unwrap().train, DMatrix::zeros(12, 12));
    assert_eq!(blocks.select(&["output", "hidden"]).unwrap(), [1, 0]);

    let chosen = Options {
        blocks: Some(vec![1]),
        keep,
        ..Options::default()
    };
    let chosen = compute(&model, &train, &test, &chosen);
    assert_eq!(chosen.names(), ["output"]);
    assert_eq!(chosen.total(), blocks.blocks().unwrap()[1]);
}

#[test]
fn trace_and_margin_follow_from_full() {
    let model = Network::<NdArray<f64>>::new([4, 5, 2], DType::F64, 3);
    let (train, n) = (points(9, 4, 5), 9);
    let of = |readout| {
        let readout = Some(readout);
        compute(
            &model,
            &train,
            &[],
            &Options {
                readout,
                ..Options::default()
            },
        )
        .total()
        .train
    };
    let full = of(Readout::Full);
    let by = |d: [[f64; 2]; 2]| {
        DMatrix::from_fn(n, n, |i, j| {
            let pairs = [(0, 0), (0, 1), (1, 0), (1, 1)];
            pairs
                .iter()
                .map(|&(a, b)| d[a][b] * full[(2 * i + a, 2 * j + b)])
                .sum()
        })
    };
    assert!(distance(&of(Readout::Trace), &by([[1.0, 0.0], [0.0, 1.0]])) < 1e-13);
    assert!(distance(&of(Readout::Margin), &by([[1.0, -1.0], [-1.0, 1.0]])) < 1e-12);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_shape_gives_the_plain_kernels(
        d in 1_usize..5, h in 1_usize..6, outputs in 1_usize..4,
        n in 1_usize..10, m in 0_usize..5, batch in 1_usize..20, threads in 1_usize..4,
        pick in 0_usize..4, sign in any::<bool>(), seed in 0_usize..1000, scarce in any::<bool>(),
    ) {
        let widths = [d, h, outputs];
        let model = Network::<NdArray<f64>>::new(widths, DType::F64, seed);
        let (train, test) = (points(n, d, seed + 1), points(m, d, seed + 2));
        let readouts = readouts(outputs);
        let readout = readouts[pick % readouts.len()];
        let kind = if sign { KernelKind::SignGradient } else { KernelKind::Gradient };
        let mut options = Options {
            readout: Some(readout), kind, batch, threads, ..Options::default()
        };
        if scarce {
            options.memory = Some(least_memory(&model, &train, &test, &options));
        }
        let kernel = compute(&model, &train, &test, &options).total();
        let j = |xs: &[Point]| plain_jacobian(widths, &model.w, &model.v, xs);
        let (j, t) = (j(&train), j(&test));
        let plain = plain_kernel([&j, &j], outputs, readout, kind);
        prop_assert!((&kernel.train - &plain).amax() <= 1e-12 * plain.amax());
        let plain = plain_kernel([&t, &j], outputs, readout, kind);
        prop_assert_eq!(kernel.cross.shape(), plain.shape());
        prop_assert!(plain.is_empty() || (&kernel.cross - &plain).amax() <= 1e-12 * kernel.train.amax());
    }
}
