//! A model that is no transformer, and plain loops to compare with.
#![allow(dead_code, unreachable_pub)] // every test file uses its own part

use burn::tensor::{DType, Device, Tensor, backend::Backend};
use burn_ndarray as _;
use nalgebra::DMatrix;
use openblas_src as _;
use tangent_ntk_core::{Block, Model, Rows, tensor};

/// An example, and the size that the model reports for it.
#[derive(Clone, Debug)]
pub struct Point {
    pub x: Vec<f64>,
    pub size: usize,
}

/// $f(x) = V \tanh(Wx)$, with $W$ `[h, d]` and $V$ `[C, h]` as its two blocks.
pub struct Network<B: Backend> {
    pub w: Vec<f64>,
    pub v: Vec<f64>,
    pub widths: [usize; 3],
    dtype: DType,
    device: Device<B>,
    blocks: [Block; 2],
}

/// Returns numbers in (-1, 1) that look random, from multiples of the golden ratio.
pub fn numbers(count: usize, seed: usize) -> Vec<f64> {
    (1..=count)
        .map(|i| ((i + 1000 * seed) as f64 * 0.618_033_988_749_894_9).fract() * 2.0 - 1.0)
        .map(|x| x * (1.0 - 0.3 * x * x))
        .collect()
}

pub fn points(count: usize, d: usize, seed: usize) -> Vec<Point> {
    let values = numbers(count * d, seed + 7);
    let point = |(i, x): (usize, &[f64])| Point {
        x: x.to_vec(),
        size: 1 + (i * 5 + seed) % 7,
    };
    values.chunks(d).enumerate().map(point).collect()
}

impl<B: Backend> Network<B> {
    /// Returns a network of widths `[d, h, C]`.
    pub fn new(widths: [usize; 3], dtype: DType, seed: usize) -> Self {
        let [d, h, c] = widths;
        Self {
            w: numbers(h * d, seed + 1),
            v: numbers(c * h, seed + 2),
            widths,
            dtype,
            device: Default::default(),
            blocks: [Block::new("hidden", h * d), Block::new("output", c * h)],
        }
    }

    /// Returns the input `[n, d]`, the hidden layer `[n, h]`, and the two matrices.
    fn hidden(&self, xs: &[&Point]) -> [Tensor<B, 2>; 4] {
        let [d, h, c] = self.widths;
        let values = xs.iter().flat_map(|point| point.x.iter().copied());
        let x = tensor(self, values.collect(), [xs.len(), d]);
        let w = tensor(self, self.w.clone(), [h, d]);
        let v = tensor(self, self.v.clone(), [c, h]);
        let a = x.clone().matmul(w.clone().transpose()).tanh();
        [x, a, w, v]
    }
}

fn slope<B: Backend>(a: &Tensor<B, 2>) -> Tensor<B, 2> {
    (a.clone() * a.clone()).neg() + 1.0
}

impl<B: Backend> Model for Network<B> {
    type Backend = B;
    type Input = Point;

    fn device(&self) -> Device<B> {
        self.device.clone()
    }

    fn dtype(&self) -> DType {
        self.dtype
    }

    fn blocks(&self) -> &[Block] {
        &self.blocks
    }

    fn outputs(&self) -> usize {
        self.widths[2]
    }

    fn size(&self, x: &Point) -> usize {
        x.size
    }

    fn forward(&self, xs: &[&Point]) -> Tensor<B, 2> {
        let [_, a, _, v] = self.hidden(xs);
        a.matmul(v.transpose())
    }

    fn rows(&self, xs: &[&Point], directions: Tensor<B, 2>, blocks: &[usize]) -> Rows<B> {
        let [d, h, c] = self.widths;
        let (n, k) = (xs.len(), directions.dims()[0]);
        let [x, a, _, v] = self.hidden(xs);
        let back = directions.clone().matmul(v.clone()).reshape([1, k, h]);
        let delta = back * slope(&a).reshape([n, 1, h]);
        let hidden = delta.reshape([n, k, h, 1]) * x.reshape([n, 1, 1, d]);
        let output = directions.reshape([1, k, c, 1]) * a.clone().reshape([n, 1, 1, h]);
        Rows {
            outputs: a.matmul(v.transpose()),
            blocks: vec![hidden.reshape([n, k, h * d]), output.reshape([n, k, c * h])],
        }
        .select(blocks)
    }

    fn gradient(
        &self,
        xs: &[&Point],
        cotangent: &dyn Fn(Tensor<B, 2>) -> Tensor<B, 2>,
    ) -> (Tensor<B, 2>, Vec<Tensor<B, 1>>) {
        let [d, h, c] = self.widths;
        let [x, a, _, v] = self.hidden(xs);
        let outputs = a.clone().matmul(v.clone().transpose());
        let back = cotangent(outputs.clone());
        let delta = back.clone().matmul(v) * slope(&a);
        let gradients = vec![
            delta.transpose().matmul(x).reshape([h * d]),
            back.transpose().matmul(a).reshape([c * h]),
        ];
        (outputs, gradients)
    }

    fn pushforward(&self, xs: &[&Point], tangent: &[Tensor<B, 1>]) -> (Tensor<B, 2>, Tensor<B, 2>) {
        let [d, h, c] = self.widths;
        let [x, a, _, v] = self.hidden(xs);
        let dw = tangent[0].clone().reshape([h, d]);
        let dv = tangent[1].clone().reshape([c, h]);
        let da = slope(&a) * x.matmul(dw.transpose());
        let change = da.matmul(v.clone().transpose()) + a.clone().matmul(dv.transpose());
        (a.matmul(v.transpose()), change)
    }
}

/// Computes the Jacobian `[n·C, p]` of a network by plain loops, W's parameters first.
pub fn plain_jacobian(widths: [usize; 3], w: &[f64], v: &[f64], xs: &[Point]) -> DMatrix<f64> {
    let [d, h, c] = widths;
    DMatrix::from_fn(xs.len() * c, h * d + c * h, |row, column| {
        let (x, c) = (&xs[row / c].x, row % c);
        let hidden = |a: usize| (0..d).map(|b| w[a * d + b] * x[b]).sum::<f64>().tanh();
        if column < h * d {
            let (a, b) = (column / d, column % d);
            v[c * h + a] * (1.0 - hidden(a).powi(2)) * x[b]
        } else {
            let (of, a) = ((column - h * d) / h, (column - h * d) % h);
            if of == c { hidden(a) } else { 0.0 }
        }
    })
}

/// Returns $\max |a - b|$ relative to $\max |b|$.
pub fn distance(a: &DMatrix<f64>, b: &DMatrix<f64>) -> f64 {
    assert_eq!(a.shape(), b.shape());
    (a - b).amax() / b.amax().max(f64::MIN_POSITIVE)
}

/// Runs a check `fn(dtype, tolerance)`, generic over the backend, on every backend and precision.
#[macro_export]
macro_rules! on_every_backend {
    ($($check:ident),* $(,)?) => {
        mod ndarray_f64 {
            $(#[test] fn $check() {
                super::$check::<burn_ndarray::NdArray<f64>>(burn::tensor::DType::F64, 1e-12);
            })*
        }
        mod ndarray_f32 {
            $(#[test] fn $check() {
                super::$check::<burn_ndarray::NdArray<f32>>(burn::tensor::DType::F32, 2e-6);
            })*
        }
        mod flex_f64 {
            $(#[test] fn $check() {
                super::$check::<burn_flex::Flex>(burn::tensor::DType::F64, 1e-12);
            })*
        }
        mod flex_f32 {
            $(#[test] fn $check() {
                super::$check::<burn_flex::Flex>(burn::tensor::DType::F32, 2e-6);
            })*
        }
    };
}
