//! The operations by themselves: Flex's loops in both precisions, compared with plain tensor operations on NdArray in
//! f64.

mod common;
#[path = "common/random.rs"]
mod random;

use burn::tensor::{DType, Tensor, TensorData, backend::Backend};
use burn_flex::Flex;
use burn_ndarray::NdArray;
use common::values;
use proptest::prelude::*;
use random::Numbers;
use tangent_lora::Activation;
use tangent_lora::ops::{
    Heads, Outer, Product, Qkv, Reach, Spans, Turns, activate, activate_with_derivative, attention,
    attention_pullback, attention_pushforward, layer_norm, norm_pullback, norm_pushforward,
    outer_sums, products, rms_norm, turn, turn_back,
};

type Oracle = NdArray<f64>;

/// The layout of a matrix in memory.
#[derive(Clone, Copy, Debug)]
enum Layout {
    Rows,
    /// The matrix is stored column by column.
    Transposed,
    /// The matrix is a part of a larger one, whose other entries are NaN.
    Sliced,
}

fn layouts() -> impl Strategy<Value = Layout> {
    prop_oneof![
        Just(Layout::Rows),
        Just(Layout::Transposed),
        Just(Layout::Sliced)
    ]
}

/// Returns widths below and above 32, the number of partial sums of a reduction, and its multiples.
fn widths() -> impl Strategy<Value = usize> {
    prop_oneof![4usize..=31, 32usize..=34, 35usize..=100]
}

/// A matrix of numbers that f32 represents exactly, so that both precisions get the same input.
#[derive(Clone, Debug)]
struct Matrix {
    shape: [usize; 2],
    values: Vec<f64>,
    layout: Layout,
}

impl Matrix {
    fn on<B: Backend>(&self, dtype: DType) -> Tensor<B, 2> {
        let [n, m] = self.shape;
        let tensor = |values: Vec<f64>, shape: [usize; 2]| {
            let data = TensorData::new(values, shape).convert_dtype(dtype);
            Tensor::<B, 2>::from_data(data, (&Default::default(), dtype))
        };
        match self.layout {
            Layout::Rows => tensor(self.values.clone(), [n, m]),
            Layout::Transposed => {
                let columns = (0..n * m).map(|i| self.values[i % n * m + i / n]);
                tensor(columns.collect(), [m, n]).transpose()
            }
            Layout::Sliced => {
                let [rows, columns] = [n + 2, m + 3];
                let mut larger = vec![f64::NAN; rows * columns];
                for (i, row) in self.values.chunks(m).enumerate() {
                    larger[(i + 1) * columns + 2..][..m].copy_from_slice(row);
                }
                tensor(larger, [rows, columns]).slice([1..n + 1, 2..m + 2])
            }
        }
    }

    fn largest(&self) -> f64 {
        largest(&self.values)
    }
}

fn matrix(numbers: &mut Numbers, shape: [usize; 2], scale: f64, layout: Layout) -> Matrix {
    let values = numbers.vector(shape[0] * shape[1], scale);
    Matrix {
        shape,
        values: values.into_iter().map(f64::from).collect(),
        layout,
    }
}

fn row<B: Backend>(matrix: &Matrix, dtype: DType) -> Tensor<B, 1> {
    matrix.on::<B>(dtype).reshape([matrix.shape[1]])
}

fn largest(values: &[f64]) -> f64 {
    values.iter().fold(0.0f64, |m, v| m.max(v.abs()))
}

/// Fails unless max|got − want| ≤ within.
#[track_caller]
fn assert_within(what: &str, got: &[f64], want: &[f64], within: f64) {
    assert_eq!(got.len(), want.len(), "{what}: number of values");
    for (i, (g, w)) in got.iter().zip(want).enumerate() {
        assert!(
            (g - w).abs() <= within,
            "{what}[{i}]: got {g:e}, want {w:e} within {within:e}"
        );
    }
}

/// The results of a check, each with the size of its terms; rounding is relative to that size.
type Computed = Vec<(&'static str, Vec<f64>, f64)>;

/// Runs an operation on Flex in both precisions and compares the results with the oracle's.
macro_rules! same_as_plain {
    ($run:ident, $case:expr) => {
        let plain: Computed = $run::<Oracle>($case, DType::F64);
        for (dtype, tolerance) in [(DType::F64, 1e-13), (DType::F32, 2e-6)] {
            let fast: Computed = $run::<Flex>($case, dtype);
            assert_eq!(fast.len(), plain.len());
            for ((what, got, _), (_, want, scale)) in fast.iter().zip(&plain) {
                let what = format!("{what}, {dtype:?}");
                assert_within(&what, got, want, tolerance * scale);
            }
        }
    };
}

/// Runs `operation`, which may take over the storage of its argument, while `input` is also held; `input` must not
/// change.
#[track_caller]
fn unchanged<B: Backend, T>(input: &Tensor<B, 2>, operation: impl FnOnce(Tensor<B, 2>) -> T) -> T {
    let before = values(input);
    let result = operation(input.clone());
    assert_eq!(values(input), before, "a tensor that the caller holds");
    result
}

fn activations<B: Backend>((u, form): &(Matrix, Activation), dtype: DType) -> Computed {
    let held = u.on::<B>(dtype);
    let value = unchanged(&held, |u| activate(u, *form));
    let (both, derivative) = unchanged(&held, |u| activate_with_derivative(u, *form));
    assert_eq!(values(&value), values(&both));
    drop(held);
    let alone = activate(u.on::<B>(dtype), *form);
    let scale = u.largest().max(1.0);
    vec![
        ("value", values(&value), scale),
        ("value of what nobody holds", values(&alone), scale),
        ("derivative", values(&derivative), scale),
    ]
}

#[derive(Clone, Debug)]
struct Norm {
    x: Matrix,
    gamma: Matrix,
    /// β of layer normalisation.
    beta: Option<Matrix>,
    /// Whether it is layer normalisation; else RMS normalisation.
    centred: bool,
    direction: Matrix,
}

fn norms<B: Backend>(case: &Norm, dtype: DType) -> Computed {
    let gamma = row::<B>(&case.gamma, dtype);
    let beta = case.beta.as_ref().map(|beta| row::<B>(beta, dtype));
    let (y, kept) = unchanged(&case.x.on::<B>(dtype), |x| match case.centred {
        true => layer_norm(x, gamma.clone(), beta, 1e-5),
        false => rms_norm(x, gamma.clone(), 1e-5),
    });
    let direction = case.direction.on::<B>(dtype);
    let x_bar = unchanged(&direction, |d| norm_pullback(&kept, gamma.clone(), d));
    let y_dot = unchanged(&direction, |d| norm_pushforward(&kept, gamma, d));
    let inverse = values(&kept.inverse_deviation);
    // x̂ is a difference of entries of x divided by s.
    let normalised = case.x.largest() * largest(&inverse);
    let derivative = case.direction.largest() * case.gamma.largest() * largest(&inverse);
    vec![
        ("y", values(&y), normalised * case.gamma.largest() + 1.0),
        ("x̂", values(&kept.x_hat), normalised),
        ("1/s", inverse, normalised / case.x.largest()),
        ("x̄", values(&x_bar), derivative * normalised.max(1.0)),
        ("ẏ", values(&y_dot), derivative * normalised.max(1.0)),
    ]
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum End {
    First,
    Last,
}

#[derive(Clone, Debug)]
struct Attend {
    lengths: Vec<usize>,
    /// Whether there is one query for each example, its first or its last row.
    one: Option<End>,
    heads: usize,
    key_heads: usize,
    cap: Option<f64>,
    reach: Reach,
    inputs: Qkv<Matrix>,
    context_bar: Matrix,
    tangents: Qkv<Matrix>,
    /// Which of queries, keys and values have cotangents and tangents; at least one of them.
    chosen: [bool; 3],
}

fn attends<B: Backend>(case: &Attend, dtype: DType) -> Computed {
    let keys = Spans::of_lengths(case.lengths.iter().copied());
    let queries = match case.one {
        Some(_) => Spans::single_rows(keys.count()),
        None => keys.clone(),
    };
    let width = case.inputs.query.shape[1] / case.heads;
    let heads = Heads {
        key_count: case.key_heads,
        cap: case.cap,
        reach: case.reach,
        from_end: case.one == Some(End::Last),
        ..Heads::new(&queries, &keys, case.heads, width)
    };
    let on = |matrix: &Matrix| matrix.on::<B>(dtype);
    let inputs = Qkv {
        query: on(&case.inputs.query),
        key: on(&case.inputs.key),
        value: on(&case.inputs.value),
    };
    let (context, kept) = attention(inputs, heads);

    let [query, key, value] = case.chosen;
    let bars = attention_pullback(
        &kept,
        heads,
        on(&case.context_bar),
        Qkv { query, key, value },
    );
    let tangents = Qkv {
        query: query.then(|| on(&case.tangents.query)),
        key: key.then(|| on(&case.tangents.key)),
        value: value.then(|| on(&case.tangents.value)),
    };
    let context_dot = attention_pushforward(&kept, heads, tangents);

    // A score is a sum over a head's width, and its whole rounding error reaches the probabilities.
    let longest = *case.lengths.iter().max().unwrap();
    let group = case.heads / case.key_heads;
    let scale = 4.0 * (width as f64).max(4.0) * (longest * group) as f64;
    let mut computed = vec![
        ("C", values(&context), scale),
        ("Ċ", values(&context_dot), scale),
    ];
    for (name, bar, chosen) in [
        ("Q̄", bars.query, query),
        ("K̄", bars.key, key),
        ("V̄", bars.value, value),
    ] {
        assert_eq!(bar.is_some(), chosen);
        computed.extend(bar.map(|bar| (name, values(&bar), scale)));
    }
    computed
}

#[derive(Clone, Debug)]
struct Turned {
    x: Matrix,
    heads: usize,
    positions: Vec<usize>,
    frequencies: Vec<f64>,
}

fn turns<B: Backend>(case: &Turned, dtype: DType) -> Computed {
    let device = Default::default();
    let turns = Turns::<B>::new(&case.positions, &case.frequencies, 1.0, &device, dtype);
    let held = case.x.on::<B>(dtype);
    let turned = unchanged(&held, |x| turn(x, &turns, case.heads));
    let back = unchanged(&turned, |x| turn_back(x, &turns, case.heads));
    let scale = 2.0 * case.x.largest();
    vec![
        ("turned", values(&turned), scale),
        ("turned back", values(&back), scale),
    ]
}

#[derive(Clone, Debug)]
struct Outers {
    lengths: Vec<usize>,
    terms: Vec<(Matrix, Matrix, f64)>,
}

fn outers<B: Backend>(case: &Outers, dtype: DType) -> Computed {
    let spans = Spans::of_lengths(case.lengths.iter().copied());
    let terms = case.terms.iter().map(|(left, right, scale)| Outer {
        left: left.on::<B>(dtype),
        right: right.on(dtype),
        scale: *scale,
    });
    let sums = outer_sums(&spans, terms.collect());
    vec![("outer sums", values(&sums), 3.0 * spans.rows() as f64)]
}

#[derive(Clone, Debug)]
struct Sum {
    residual: Option<Matrix>,
    bias: Option<Matrix>,
    terms: Vec<(Matrix, Matrix, f64)>,
}

fn sums<B: Backend>(case: &Sum, dtype: DType) -> Computed {
    let terms = || {
        case.terms.iter().map(|(left, right, scale)| {
            Product::new(left.on::<B>(dtype), right.on(dtype)).scaled(*scale)
        })
    };
    let bias = || case.bias.as_ref().map(|bias| row(bias, dtype));
    let residual = || case.residual.as_ref().map(|residual| residual.on(dtype));
    let sum = products(residual(), bias(), terms().collect());
    if let Some(residual) = residual() {
        let held = unchanged(&residual, |r| products(Some(r), bias(), terms().collect()));
        assert_eq!(values(&held), values(&sum));
    }
    let inner: usize = case.terms.iter().map(|(left, ..)| left.shape[1]).sum();
    vec![("sum", values(&sum), 2.0 + 3.0 * inner as f64)]
}

fn term_scales() -> impl Strategy<Value = f64> {
    prop_oneof![Just(1.0), -3.0f64..3.0]
}

proptest! {
    #[test]
    fn activations_and_their_derivatives(
        (rows, width, layout, seed) in (1usize..=5, widths(), layouts(), any::<u64>()),
        form in proptest::sample::select(vec![
            Activation::Gelu, Activation::GeluTanh, Activation::Silu, Activation::Relu, Activation::Tanh,
        ]),
    ) {
        let case = (matrix(&mut Numbers::new(seed), [rows, width], 12.0, layout), form);
        same_as_plain!(activations, &case);
    }

    #[test]
    fn norms_and_their_derivatives(
        (rows, width, seed) in (1usize..=5, widths(), any::<u64>()),
        (centred, shifted) in (any::<bool>(), any::<bool>()),
        (of_x, of_direction) in (layouts(), layouts()),
    ) {
        let mut numbers = Numbers::new(seed);
        let case = Norm {
            x: matrix(&mut numbers, [rows, width], 3.0, of_x),
            gamma: matrix(&mut numbers, [1, width], 1.0, Layout::Sliced),
            beta: (centred && shifted).then(|| matrix(&mut numbers, [1, width], 1.0, Layout::Rows)),
            centred,
            direction: matrix(&mut numbers, [rows, width], 1.0, of_direction),
        };
        same_as_plain!(norms, &case);
    }

    #[test]
    fn attention_and_its_derivatives(
        lengths in proptest::collection::vec(prop_oneof![Just(1usize), 2usize..=9, 31usize..=70], 1..=4),
        (key_heads, group, width, bits, seed) in (1usize..=3, 1usize..=3, 1usize..=9, 1u8..8, any::<u64>()),
        one in proptest::sample::select(vec![None, Some(End::First), Some(End::Last)]),
        cap in proptest::option::of(0.5f64..4.0),
        (before, after) in (proptest::option::of(0usize..=12), proptest::option::of(0usize..=12)),
        of in proptest::array::uniform3(layouts()),
    ) {
        let heads = key_heads * group;
        let (tokens, h) = (lengths.iter().sum(), heads * width);
        let queries = if one.is_some() { lengths.len() } else { tokens };
        let mut numbers = Numbers::new(seed);
        let mut qkv = |scale| Qkv {
            query: matrix(&mut numbers, [queries, h], scale, of[0]),
            key: matrix(&mut numbers, [tokens, key_heads * width], scale, of[1]),
            value: matrix(&mut numbers, [tokens, key_heads * width], 1.0, of[2]),
        };
        let (inputs, tangents) = (qkv(2.0), qkv(1.0));
        let case = Attend {
            lengths,
            one,
            heads,
            key_heads,
            cap,
            reach: Reach { before, after },
            inputs,
            tangents,
            context_bar: matrix(&mut numbers, [queries, h], 1.0, of[0]),
            chosen: [0, 1, 2].map(|i| bits >> i & 1 == 1),
        };
        same_as_plain!(attends, &case);
    }

    #[test]
    fn turns_and_their_inverse(
        (rows, heads, half, rest, seed) in (1usize..=5, 1usize..=3, 1usize..=40, 0usize..=5, any::<u64>()),
        layout in layouts(),
    ) {
        let mut numbers = Numbers::new(seed);
        let case = Turned {
            x: matrix(&mut numbers, [rows, heads * (2 * half + rest)], 2.0, layout),
            heads,
            positions: (0..rows).map(|row| row * 7 % 11).collect(),
            frequencies: (0..half).map(|j| 0.7f64.powi(j as i32)).collect(),
        };
        same_as_plain!(turns, &case);
        let back = &turns::<Oracle>(&case, DType::F64)[1].1;
        assert_within("turned and turned back", back, &case.x.values, 1e-14 * case.x.largest());
    }

    #[test]
    fn sums_of_outer_products(
        lengths in proptest::collection::vec(prop_oneof![Just(1usize), 1usize..=40], 1..=5),
        terms in proptest::collection::vec((1usize..=40, 1usize..=9, layouts(), layouts(), term_scales()), 1..=3),
        seed in any::<u64>(),
    ) {
        let rows = lengths.iter().sum();
        let mut numbers = Numbers::new(seed);
        let terms = terms.into_iter().map(|(a, b, left, right, scale)| {
            (matrix(&mut numbers, [rows, a], 1.0, left), matrix(&mut numbers, [rows, b], 1.0, right), scale)
        });
        let case = Outers { terms: terms.collect(), lengths };
        same_as_plain!(outers, &case);
    }

    #[test]
    fn sums_of_products(
        (n, m, seed) in (1usize..=40, 1usize..=70, any::<u64>()),
        terms in proptest::collection::vec((1usize..=70, layouts(), layouts(), term_scales()), 1..=3),
        residual in proptest::option::of(layouts()),
        bias in proptest::option::of(layouts()),
    ) {
        let mut numbers = Numbers::new(seed);
        let case = Sum {
            residual: residual.map(|layout| matrix(&mut numbers, [n, m], 1.0, layout)),
            bias: bias.map(|layout| matrix(&mut numbers, [1, m], 1.0, layout)),
            terms: terms
                .into_iter()
                .map(|(k, left, right, scale)| {
                    (matrix(&mut numbers, [n, k], 1.0, left), matrix(&mut numbers, [k, m], 1.0, right), scale)
                })
                .collect(),
        };
        same_as_plain!(sums, &case);
    }
}
