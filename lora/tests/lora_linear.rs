//! The adapted linear map by itself, as any burn model may use it: compared with the formula in plain loops and with
//! burn's autodiff.

mod common;

use burn::backend::Autodiff;
use burn::module::Param;
use burn::nn::LinearConfig;
use burn::tensor::{DType, Tensor, TensorData, backend::Backend};
use burn_flex::Flex;
use burn_ndarray::NdArray;
use common::{assert_close, values};
use proptest::prelude::*;
use tangent_lora::layers::{Lora, LoraLinear};
use tangent_lora::ops::Spans;

type Oracle = NdArray<f64>;

/// The sizes and settings from which a map and its inputs are drawn.
#[derive(Clone, Debug)]
struct Case {
    lengths: Vec<usize>,
    input: usize,
    output: usize,
    rank: usize,
    scaling: f64,
    bias: bool,
    transposed: bool,
    seed: u64,
}

fn cases() -> impl Strategy<Value = Case> {
    let widths = (1usize..=7, 1usize..=7, 1usize..=4);
    let rest = (0.1f64..5.0, any::<bool>(), any::<bool>(), any::<u64>());
    (proptest::collection::vec(1usize..=4, 1..=4), widths, rest).prop_map(
        |(lengths, (input, output, rank), (scaling, bias, transposed, seed))| Case {
            lengths,
            input,
            output,
            rank,
            scaling,
            bias,
            transposed,
            seed,
        },
    )
}

impl Case {
    fn tokens(&self) -> usize {
        self.lengths.iter().sum()
    }

    fn spans(&self) -> Spans {
        Spans::of_lengths(self.lengths.iter().copied())
    }

    /// Returns numbers in [−1, 1), none of them 0, that depend on the seed and on their use `what`.
    fn draw(&self, what: u64, count: usize) -> Vec<f64> {
        let mut state = self.seed ^ what.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let mut next = || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            ((state >> 11) | 1) as f64 / (1u64 << 52) as f64 - 1.0
        };
        (0..count).map(|_| next()).collect()
    }

    fn weight(&self) -> Vec<f64> {
        self.draw(1, self.input * self.output)
    }

    fn a(&self) -> Vec<f64> {
        self.draw(2, self.rank * self.input)
    }

    fn b(&self) -> Vec<f64> {
        self.draw(3, self.output * self.rank)
    }

    fn bias(&self) -> Vec<f64> {
        match self.bias {
            true => self.draw(4, self.output),
            false => vec![0.0; self.output],
        }
    }

    fn x(&self) -> Vec<f64> {
        self.draw(5, self.tokens() * self.input)
    }

    fn y_bar(&self) -> Vec<f64> {
        self.draw(6, self.tokens() * self.output)
    }

    fn layer<B: Backend>(&self, dtype: DType) -> LoraLinear<B> {
        let weight = tensor::<B, 2>(self.weight(), [self.input, self.output], dtype);
        let bias = self
            .bias
            .then(|| Param::from_tensor(tensor(self.bias(), [self.output], dtype)));
        let layer = LoraLinear::new(Param::from_tensor(weight.clone()), bias).with_lora(
            tensor(self.a(), [self.rank, self.input], dtype),
            tensor(self.b(), [self.output, self.rank], dtype),
            self.scaling,
        );
        match self.transposed {
            // The copy is laid out row by row, as the method requires.
            true => {
                let rows = values(&weight.transpose());
                layer.with_transposed(tensor(rows, [self.output, self.input], dtype))
            }
            false => layer,
        }
    }

    /// Computes W x + b + s·B(A x), token by token.
    fn by_loops(&self) -> Vec<f64> {
        let (weight, a, b, bias, x) = (self.weight(), self.a(), self.b(), self.bias(), self.x());
        let mut y = Vec::new();
        for x in x.chunks(self.input) {
            let low: Vec<f64> = a.chunks(self.input).map(|row| dot(row, x)).collect();
            for out in 0..self.output {
                let column: Vec<f64> = (0..self.input)
                    .map(|i| weight[i * self.output + out])
                    .collect();
                let update = dot(&b[out * self.rank..][..self.rank], &low);
                y.push(dot(&column, x) + bias[out] + self.scaling * update);
            }
        }
        y
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn tensor<B: Backend, const D: usize>(
    values: Vec<f64>,
    shape: [usize; D],
    dtype: DType,
) -> Tensor<B, D> {
    let data = TensorData::new(values, shape).convert_dtype(dtype);
    Tensor::from_data(data, (&Default::default(), dtype))
}

fn forward_is_the_formula<B: Backend>(case: &Case, dtype: DType, tolerance: f64) {
    let x = tensor(case.x(), [case.tokens(), case.input], dtype);
    let y = case.layer::<B>(dtype).forward(x);
    assert_close("y", &values(&y), &case.by_loops(), tolerance);
}

/// Returns x̄, and Ā and B̄ for each example, by autodiff of the formula in burn's own operations.
fn autodiff(case: &Case) -> (Vec<f64>, Vec<f64>) {
    type B = Autodiff<Oracle>;
    let f64 = DType::F64;
    let (mut x_bars, mut rows) = (Vec::new(), Vec::new());
    for range in case.spans().ranges() {
        let part = |all: Vec<f64>, width: usize| -> Tensor<B, 2> {
            let values = all[range.start * width..range.end * width].to_vec();
            tensor(values, [range.len(), width], f64)
        };
        let x = part(case.x(), case.input).require_grad();
        let a = tensor::<B, 2>(case.a(), [case.rank, case.input], f64).require_grad();
        let b = tensor::<B, 2>(case.b(), [case.output, case.rank], f64).require_grad();
        let weight = tensor::<B, 2>(case.weight(), [case.input, case.output], f64);
        let update = b.clone().matmul(a.clone()).transpose() * case.scaling;
        let y = x.clone().matmul(weight + update);
        let gradients = (y * part(case.y_bar(), case.output)).sum().backward();
        x_bars.extend(values(&x.grad(&gradients).unwrap()));
        rows.extend(values(&a.grad(&gradients).unwrap()));
        rows.extend(values(&b.grad(&gradients).unwrap()));
    }
    (x_bars, rows)
}

fn pullback_is_autodiff<B: Backend>(case: &Case, dtype: DType, tolerance: f64) {
    let layer = case.layer::<B>(dtype);
    let (_, kept) = layer.linearize(tensor(case.x(), [case.tokens(), case.input], dtype));
    let y_bar = tensor(case.y_bar(), [case.tokens(), case.output], dtype);
    let (x_bar, rows) = layer.pullback(&kept, y_bar, &case.spans());
    let (want_x, want_rows) = autodiff(case);
    assert_close("x̄", &values(&x_bar), &want_x, tolerance);
    assert_close("rows", &values(&rows.unwrap()), &want_rows, tolerance);
}

/// Checks ⟨ȳ, ẏ⟩ = ⟨x̄, ẋ⟩ + ⟨θ̄, θ̇⟩, with either tangent left out and with both.
fn pushforward_is_the_transpose<B: Backend>(case: &Case, dtype: DType, tolerance: f64) {
    let layer = case.layer::<B>(dtype);
    let parameters = layer.lora.as_ref().unwrap().parameters();
    let (_, kept) = layer.linearize(tensor(case.x(), [case.tokens(), case.input], dtype));
    let y_bar = tensor(case.y_bar(), [case.tokens(), case.output], dtype);
    let whole = Spans::whole(case.tokens());
    let (x_bar, gradient) = layer.pullback(&kept, y_bar, &whole);
    let (x_dot, theta_dot) = (
        case.draw(7, case.tokens() * case.input),
        case.draw(8, parameters),
    );
    for (with_x, with_theta) in [(true, true), (true, false), (false, true)] {
        let x = with_x.then(|| tensor(x_dot.clone(), [case.tokens(), case.input], dtype));
        let theta = with_theta.then(|| tensor(theta_dot.clone(), [parameters], dtype));
        let y_dot = layer.pushforward(&kept, x, theta.as_ref()).unwrap();
        let left = dot(&case.y_bar(), &values(&y_dot));
        let mut right = 0.0;
        if with_x {
            right += dot(&values(&x_bar), &x_dot);
        }
        if with_theta {
            right += dot(&values(gradient.as_ref().unwrap()), &theta_dot);
        }
        let sizes = |a: &[f64]| a.iter().map(|v| v.abs()).sum::<f64>();
        let scale = sizes(&case.y_bar()) * sizes(&values(&y_dot));
        assert!(
            (left - right).abs() <= tolerance * scale,
            "⟨ȳ, ẏ⟩ = {left}, ⟨x̄, ẋ⟩ + ⟨θ̄, θ̇⟩ = {right}"
        );
    }
    assert!(layer.pushforward(&kept, None, None).is_none());
}

fn merging_changes_no_result<B: Backend>(case: &Case, dtype: DType, tolerance: f64) {
    let layer = case.layer::<B>(dtype);
    let merged = layer.clone().merge();
    assert!(merged.lora.is_none());
    let x = || tensor::<B, 2>(case.x(), [case.tokens(), case.input], dtype);
    let y_bar = || tensor::<B, 2>(case.y_bar(), [case.tokens(), case.output], dtype);
    let pulled = |layer: &LoraLinear<B>| {
        let (y, kept) = layer.linearize(x());
        let (x_bar, rows) = layer.pullback(&kept, y_bar(), &case.spans());
        (values(&y), values(&x_bar), rows.is_some())
    };
    let (y, x_bar, adapted) = pulled(&layer);
    let (merged_y, merged_x_bar, merged_adapted) = pulled(&merged);
    assert_eq!((adapted, merged_adapted), (true, false));
    // W and the update may cancel, so rounding is relative to the terms of a sum, all below 1, and not to the sum.
    let terms = case.input.max(case.output) as f64 * (1.0 + case.scaling * case.rank as f64) + 1.0;
    let same = |what: &str, got: &[f64], want: &[f64]| {
        assert_eq!(got.len(), want.len());
        for (got, want) in got.iter().zip(want) {
            let gap = (got - want).abs();
            assert!(gap <= tolerance * terms, "{what}: got {got}, want {want}");
        }
    };
    same("y", &merged_y, &y);
    same("x̄", &merged_x_bar, &x_bar);

    let lora: Lora<B> = layer.lora.clone().unwrap();
    let back = merged.unmerge(lora);
    let (back_y, back_x_bar, back_adapted) = pulled(&back);
    assert!(back_adapted);
    same("y, unmerged", &back_y, &y);
    same("x̄, unmerged", &back_x_bar, &x_bar);
    let largest = values(&layer.clone().merge().weight.val())
        .iter()
        .fold(1.0f64, |m, w| m.max(w.abs()));
    for (got, want) in values(&back.weight.val()).iter().zip(case.weight()) {
        assert!((got - want).abs() <= tolerance * largest, "{got}, {want}");
    }
}

proptest! {
    #[test]
    fn forward_is_wx_plus_b_plus_s_bax(case in cases()) {
        forward_is_the_formula::<Oracle>(&case, DType::F64, 1e-12);
        forward_is_the_formula::<Flex>(&case, DType::F64, 1e-12);
        forward_is_the_formula::<Flex>(&case, DType::F32, 1e-5);
    }

    #[test]
    fn the_pullback_is_that_of_autodiff(case in cases()) {
        pullback_is_autodiff::<Oracle>(&case, DType::F64, 1e-12);
        pullback_is_autodiff::<Flex>(&case, DType::F64, 1e-12);
        pullback_is_autodiff::<Flex>(&case, DType::F32, 1e-5);
    }

    #[test]
    fn the_pushforward_is_the_transpose_of_the_pullback(case in cases()) {
        pushforward_is_the_transpose::<Oracle>(&case, DType::F64, 1e-12);
        pushforward_is_the_transpose::<Flex>(&case, DType::F64, 1e-12);
        pushforward_is_the_transpose::<Flex>(&case, DType::F32, 1e-5);
    }

    #[test]
    fn merged_and_unmerged_are_the_same_map(case in cases()) {
        merging_changes_no_result::<Oracle>(&case, DType::F64, 1e-15);
        merging_changes_no_result::<Flex>(&case, DType::F64, 1e-15);
        merging_changes_no_result::<Flex>(&case, DType::F32, 5e-7);
    }
}

#[test]
fn burns_own_linear_keeps_its_values_and_only_the_factors_are_trained() {
    type B = Autodiff<Oracle>;
    let device = Default::default();
    let linear = LinearConfig::new(3, 2).init::<B>(&device);
    let x = tensor::<B, 2>(vec![1.0, -2.0, 0.5, 0.25, 3.0, -1.0], [2, 3], DType::F64);
    let want = values(&linear.forward(x.clone()));
    let plain = LoraLinear::from_linear(linear);
    assert_close("y", &values(&plain.forward(x.clone())), &want, 1e-14);

    let layer = plain.with_lora(
        tensor(vec![0.5, -1.0, 2.0], [1, 3], DType::F64),
        tensor(vec![1.5, -0.5], [2, 1], DType::F64),
        3.0,
    );
    let gradients = layer.forward(x.clone()).sum().backward();
    let lora = layer.lora.clone().unwrap();
    let trained = [
        layer.weight.val().grad(&gradients).is_some(),
        layer
            .bias
            .as_ref()
            .unwrap()
            .val()
            .grad(&gradients)
            .is_some(),
        lora.a.val().grad(&gradients).is_some(),
        lora.b.val().grad(&gradients).is_some(),
    ];
    assert_eq!(trained, [false, false, true, true]);

    let x = x.require_grad();
    let gradients = layer.merge().forward(x.clone()).sum().backward();
    assert!(x.grad(&gradients).is_some() && lora.a.val().grad(&gradients).is_none());
}

#[test]
#[should_panic(
    expected = "a weight [in, out] of [3, 2] takes A [rank, in] and B [out, rank], not [4, 2] and [3, 4]"
)]
fn factors_the_wrong_way_round_are_refused() {
    let weight = Param::from_tensor(tensor::<Oracle, 2>(vec![0.0; 6], [3, 2], DType::F64));
    let (a, b) = (
        tensor(vec![0.0; 8], [4, 2], DType::F64),
        tensor(vec![0.0; 12], [3, 4], DType::F64),
    );
    LoraLinear::new(weight, None).with_lora(a, b, 1.0);
}

#[test]
fn dropout_takes_entries_of_what_a_is_given_and_enlarges_the_rest() {
    let (rows, width, scaling, rate) = (40, 6, 1.5, 0.25);
    let weight = tensor::<Oracle, 2>(vec![0.5; width * width], [width, width], DType::F64);
    let unit: Vec<f64> = (0..width * width)
        .map(|i| f64::from(i % (width + 1) == 0))
        .collect();
    let unit = tensor::<Oracle, 2>(unit, [width, width], DType::F64);
    let plain = LoraLinear::new(Param::from_tensor(weight), None);
    let adapted = plain.clone().with_lora(unit.clone(), unit, scaling);
    let x: Vec<f64> = (0..rows * width).map(|i| 1.0 + i as f64).collect();
    let input = tensor::<Oracle, 2>(x.clone(), [rows, width], DType::F64);
    // A = B = I, so the update is s/(1 − rate) times the entries of x that are not dropped.
    let update = adapted.with_dropout(rate, 3).forward(input.clone()) - plain.forward(input);
    let mut dropped = 0;
    for (update, x) in values(&update).into_iter().zip(x) {
        if update.abs() < 1e-9 {
            dropped += 1;
        } else {
            assert!((update - scaling * x / (1.0 - rate)).abs() < 1e-9);
        }
    }
    assert!(
        (30..90).contains(&dropped),
        "{dropped} of 240 at a rate of 1/4"
    );
}

#[test]
#[should_panic(expected = "a dropout rate is in [0, 1), not 1")]
fn a_rate_of_1_is_refused() {
    let weight = tensor::<Oracle, 2>(vec![0.5; 4], [2, 2], DType::F64);
    let _ = LoraLinear::new(Param::from_tensor(weight), None).with_dropout(1.0, 0);
}
