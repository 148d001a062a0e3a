//! Layers of every form: the pushforward is the directional derivative, and the pullback its transpose.

mod common;
#[path = "common/random.rs"]
mod random;

use burn::module::Param;
use burn::tensor::{DType, Tensor, TensorData, backend::Backend};
use burn_flex::Flex;
use burn_ndarray::NdArray;
use common::values;
use proptest::prelude::*;
use random::Numbers;
use tangent_lora::Activation;
use tangent_lora::layers::{
    Attention, AttentionForm, BySlot, FeedForward, Frame, FusedOrder, Layer, LoraLinear, Norm,
    Norms, Read, Reduction, Slot,
};
use tangent_lora::ops::{Reach, Spans, Turns};

/// Where a part's norms are.
#[derive(Clone, Copy, Debug)]
enum Placement {
    Post,
    Pre,
    Sandwich,
    /// The first layer of some models has no norm before attention.
    None,
}

/// The form of a layer, and a batch for it.
#[derive(Clone, Debug)]
struct Case {
    width: usize,
    wide: usize,
    head_width: usize,
    key_heads: usize,
    group: usize,
    fused: Option<FusedOrder>,
    inner: &'static [Slot],
    activation: Activation,
    placements: [Placement; 2],
    parallel: bool,
    centred: bool,
    shifted: bool,
    biases: bool,
    head_norms: bool,
    turning: usize,
    cap: Option<f64>,
    reach: Reach,
    read: Read,
    lengths: Vec<usize>,
    rank: usize,
    adapted: [bool; Slot::ALL.len()],
    seed: u64,
}

fn cases() -> impl Strategy<Value = Case> {
    let placement = || {
        prop_oneof![
            Just(Placement::Post),
            Just(Placement::Pre),
            Just(Placement::Sandwich),
            Just(Placement::None)
        ]
    };
    let sizes = (
        1usize..=9,
        1usize..=7,
        1usize..=3,
        1usize..=2,
        1usize..=3,
        1usize..=3,
    );
    let parts = (
        prop_oneof![
            Just(None),
            Just(Some(FusedOrder::ByKind)),
            Just(Some(FusedOrder::ByHead))
        ],
        prop_oneof![
            Just(&[Slot::Up][..]),
            Just(&[Slot::Gate, Slot::Up][..]),
            Just(&[Slot::GateUp][..])
        ],
        // ReLU is left out, for it has no derivative at 0.
        prop_oneof![
            Just(Activation::Gelu),
            Just(Activation::GeluTanh),
            Just(Activation::Silu)
        ],
        [placement(), placement()],
    );
    let switches = proptest::array::uniform5(any::<bool>());
    let attention = (
        0usize..=3,
        proptest::option::of(0.5f64..3.0),
        proptest::option::of(0usize..=3),
        proptest::option::of(0usize..=3),
        prop_oneof![Just(Read::All), Just(Read::First), Just(Read::Last)],
    );
    let rest = (
        proptest::collection::vec(1usize..=5, 1..=3),
        proptest::array::uniform9(any::<bool>()),
        any::<u64>(),
    );
    (sizes, parts, switches, attention, rest).prop_map(
        |(
            (width, wide, half, key_heads, group, rank),
            (fused, inner, activation, placements),
            [parallel, centred, shifted, biases, head_norms],
            (turning, cap, before, after, read),
            (lengths, adapted, seed),
        )| Case {
            width,
            wide,
            head_width: 2 * half,
            key_heads,
            // Maps fused by head have a key head for every head.
            group: if fused == Some(FusedOrder::ByHead) {
                1
            } else {
                group
            },
            fused,
            inner,
            activation,
            placements,
            parallel,
            centred,
            shifted,
            biases,
            head_norms,
            turning: turning.min(half),
            cap,
            reach: Reach { before, after },
            read,
            lengths,
            rank,
            adapted,
            seed,
        },
    )
}

fn tensor<B: Backend, const D: usize>(values: Vec<f64>, shape: [usize; D]) -> Tensor<B, D> {
    Tensor::from_data(
        TensorData::new(values, shape),
        (&Default::default(), DType::F64),
    )
}

/// A layer whose adapters are moved by `step` along their tangents, which are flat, A before B.
struct Made<B: Backend> {
    layer: Layer<B>,
    tangents: BySlot<Vec<f64>>,
}

impl Case {
    fn tokens(&self) -> usize {
        self.lengths.iter().sum()
    }

    fn make<B: Backend>(&self, step: f64) -> Made<B> {
        let mut numbers = Numbers::new(self.seed);
        let mut tangents = BySlot::default();
        let heads = self.key_heads * self.group;
        let (of_queries, of_keys) = (heads * self.head_width, self.key_heads * self.head_width);
        let mut linear = |numbers: &mut Numbers, slot: Slot, input: usize, output: usize| {
            let weight = tensor(numbers.list(input * output), [input, output]);
            let bias = tensor(numbers.list(output), [output]);
            let bias = self.biases.then(|| Param::from_tensor(bias));
            let map = LoraLinear::new(Param::from_tensor(weight), bias);
            let count = self.rank * (input + output);
            let (factors, tangent) = (numbers.list(count), numbers.list(count));
            if !self.adapted[slot as usize] {
                return map;
            }
            let moved = factors.iter().zip(&tangent).map(|(f, t)| f + step * t);
            let moved: Vec<f64> = moved.collect();
            let (a, b) = moved.split_at(self.rank * input);
            tangents[slot] = Some(tangent);
            map.with_lora(
                tensor(a.to_vec(), [self.rank, input]),
                tensor(b.to_vec(), [output, self.rank]),
                0.7,
            )
        };
        let projections = match self.fused {
            Some(_) => {
                let wide = of_queries + 2 * of_keys;
                vec![linear(&mut numbers, Slot::QueryKeyValue, self.width, wide)]
            }
            None => [
                (Slot::Query, of_queries),
                (Slot::Key, of_keys),
                (Slot::Value, of_keys),
            ]
            .map(|(slot, output)| linear(&mut numbers, slot, self.width, output))
            .into(),
        };
        let inner = self.inner.iter().map(|&slot| {
            let wide = if slot == Slot::GateUp { 2 } else { 1 } * self.wide;
            linear(&mut numbers, slot, self.width, wide)
        });
        let inner = inner.collect();
        let attention_output = linear(&mut numbers, Slot::AttentionOutput, of_queries, self.width);
        let down = linear(&mut numbers, Slot::Down, self.wide, self.width);
        let mut norm = |width: usize| {
            let gamma = tensor(numbers.list(width), [width]);
            let beta = tensor(numbers.list(width), [width]);
            Norm {
                gamma: Param::from_tensor(gamma),
                beta: (self.centred && self.shifted).then(|| Param::from_tensor(beta)),
                // A large ε keeps norms of one or two equal entries smooth.
                epsilon: 0.3,
                centred: self.centred,
            }
        };
        let mut norms = |placement: Placement| {
            let [before, after, of_sum] = match placement {
                Placement::Post => [false, false, true],
                Placement::Pre => [true, false, false],
                Placement::Sandwich => [true, true, false],
                Placement::None => [false; 3],
            };
            Norms {
                before: before.then(|| norm(self.width)),
                after: after.then(|| norm(self.width)),
                of_sum: of_sum.then(|| norm(self.width)),
            }
        };
        let (attention_norms, feed_forward_norms) =
            (norms(self.placements[0]), norms(self.placements[1]));
        let layer = Layer {
            attention: Attention {
                projections,
                query_norm: self.head_norms.then(|| norm(self.head_width)),
                key_norm: self.head_norms.then(|| norm(self.head_width)),
                output: attention_output,
                form: AttentionForm {
                    heads,
                    key_heads: self.key_heads,
                    width: self.head_width,
                    scale: 0.6,
                    cap: self.cap,
                    reach: self.reach,
                    order: self.fused.unwrap_or(FusedOrder::ByKind),
                    rotary: (self.turning > 0).then_some(0),
                },
            },
            attention_norms,
            feed_forward: FeedForward {
                inner,
                output: down,
                slots: self.inner,
                activation: self.activation,
            },
            feed_forward_norms,
            parallel: self.parallel,
        };
        Made { layer, tangents }
    }

    /// Calls a function with the frame of the batch.
    fn framed<B: Backend, T>(&self, run: impl FnOnce(&Frame<B>) -> T) -> T {
        let spans = Spans::of_lengths(self.lengths.iter().copied());
        let positions: Vec<usize> = self.lengths.iter().flat_map(|&length| 0..length).collect();
        let frequencies: Vec<f64> = (0..self.turning).map(|j| 0.6f64.powi(j as i32)).collect();
        let mut frame = Frame::plain(&spans);
        if self.turning > 0 {
            let device = Default::default();
            frame.turns = vec![Turns::new(
                &positions,
                &frequencies,
                1.0,
                &device,
                DType::F64,
            )];
        }
        run(&frame)
    }

    /// Returns the input, its tangent, and a cotangent of the output.
    fn vectors(&self) -> [Vec<f64>; 3] {
        let mut numbers = Numbers::new(self.seed ^ 0x5eed);
        let entries = self.tokens() * self.width;
        [(); 3].map(|()| numbers.list(entries))
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn is_right<B: Backend>(case: &Case) {
    let [x, x_dot, y_bar] = case.vectors();
    let shape = [case.tokens(), case.width];
    let output = |step: f64| {
        let moved = x.iter().zip(&x_dot).map(|(x, dot)| x + step * dot);
        let x = tensor::<B, 2>(moved.collect(), shape);
        let made = case.make::<B>(step);
        values(&case.framed(|frame| made.layer.forward(x, frame, case.read)))
    };
    let Made { layer, tangents } = case.make::<B>(0.0);
    case.framed(|frame| {
        let (y, kept) = layer.linearize(tensor(x.clone(), shape), frame, case.read);
        let rows = y.dims();
        let y = values(&y);
        assert_eq!(y, output(0.0), "forward and linearize");

        let mut flat = BySlot::default();
        for slot in Slot::ALL {
            let tangent = tangents[slot].as_ref();
            flat[slot] = tangent.map(|t| tensor::<B, 1>(t.clone(), [t.len()]));
        }
        let x_dot_tensor = tensor(x_dot.clone(), shape);
        let y_dot = layer.pushforward(&kept, Some(x_dot_tensor), &flat);
        let y_dot = values(&y_dot.expect("the input moves"));

        // Central differences with one step of Richardson's extrapolation.
        let central = |step: f64| -> Vec<f64> {
            let (plus, minus) = (output(step), output(-step));
            plus.iter()
                .zip(minus)
                .map(|(p, m)| (p - m) / (2.0 * step))
                .collect()
        };
        let (wide, narrow) = (central(2e-3), central(1e-3));
        let size = y_dot.iter().chain(&y).fold(1.0f64, |m, v| m.max(v.abs()));
        for (i, (wide, narrow)) in wide.iter().zip(&narrow).enumerate() {
            let difference = (4.0 * narrow - wide) / 3.0;
            assert!(
                (y_dot[i] - difference).abs() <= 1e-6 * size,
                "pushforward[{i}]: {}, by differences {difference}",
                y_dot[i]
            );
        }

        let y_bar = &y_bar[..rows[0] * rows[1]];
        let mut wanted = BySlot::default();
        for slot in Slot::ALL {
            wanted[slot] = tangents[slot].as_ref().map(|_| ());
        }
        let bar = || tensor(y_bar.to_vec(), rows);
        let (x_bar, summed) = layer.pullback(&kept, bar(), Reduction::Sum, &wanted, true);
        let x_bar = values(&x_bar.expect("it is passed on"));
        let mut right = dot(&x_bar, &x_dot);
        let mut scale = right.abs();
        for slot in Slot::ALL {
            assert_eq!(summed[slot].is_some(), tangents[slot].is_some(), "{slot}");
            if let (Some(gradient), Some(tangent)) = (&summed[slot], &tangents[slot]) {
                let part = dot(&values(gradient), tangent);
                (right, scale) = (right + part, scale + part.abs());
            }
        }
        let left = dot(y_bar, &y_dot);
        assert!(
            (left - right).abs() <= 1e-10 * (scale + left.abs() + 1.0),
            "⟨ȳ, ẏ⟩ = {left}, ⟨x̄, ẋ⟩ + ⟨θ̄, θ̇⟩ = {right}"
        );

        // What is not passed on changes no row, and the rows of the examples sum to the gradient.
        let (none, rows) = layer.pullback(&kept, bar(), Reduction::PerExample, &wanted, false);
        assert!(none.is_none());
        for slot in Slot::ALL {
            if let (Some(rows), Some(gradient)) = (&rows[slot], &summed[slot]) {
                let sum = values(&rows.clone().sum_dim(0));
                for (sum, gradient) in sum.iter().zip(values(gradient)) {
                    assert!(
                        (sum - gradient).abs() <= 1e-9 * (1.0 + gradient.abs()),
                        "{slot}"
                    );
                }
            }
        }
    });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn on_flex(case in cases()) {
        is_right::<Flex>(&case);
    }

    #[test]
    fn on_ndarray(case in cases()) {
        is_right::<NdArray<f64>>(&case);
    }
}
