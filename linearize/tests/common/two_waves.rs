//! A trainable model that is not a transformer.

use burn::tensor::{DType, Device, Tensor};
use burn_ndarray::NdArray;
use tangent_ntk_core::{Block, Model, Rows, Trainable, tensor};

type B = NdArray<f64>;

/// $f_\theta(x) = \sin(W x) + \tanh(V x)$ with outputs in $\mathbb{R}^C$. $W$ and $V$ are one block each, row-major
/// $[C, d]$.
pub struct TwoWaves {
    w: Tensor<B, 2>,
    v: Tensor<B, 2>,
    blocks: [Block; 2],
}

impl TwoWaves {
    pub fn new(outputs: usize, inputs: usize, theta: &[f64]) -> Self {
        let size = outputs * inputs;
        let matrix = |values: &[f64]| {
            let flat = Tensor::<B, 1>::from_data(values, (&Default::default(), DType::F64));
            flat.reshape([outputs, inputs])
        };
        Self {
            w: matrix(&theta[..size]),
            v: matrix(&theta[size..]),
            blocks: [Block::new("w", size), Block::new("v", size)],
        }
    }

    /// Returns the phase [n, C] and the slope [n, C] of each block, and x [n, d].
    #[allow(clippy::type_complexity)]
    fn parts(&self, xs: &[&Vec<f64>]) -> ([(Tensor<B, 2>, Tensor<B, 2>); 2], Tensor<B, 2>) {
        let values: Vec<f64> = xs.iter().flat_map(|x| x.iter().copied()).collect();
        let x = tensor(self, values, [xs.len(), self.w.dims()[1]]);
        let sine = x.clone().matmul(self.w.clone().transpose());
        let tanh = x.clone().matmul(self.v.clone().transpose()).tanh();
        let slope = tanh.clone().powi_scalar(2).neg().add_scalar(1.0);
        ([(sine.clone().sin(), sine.cos()), (tanh, slope)], x)
    }
}

impl Model for TwoWaves {
    type Backend = B;
    type Input = Vec<f64>;

    fn device(&self) -> Device<B> {
        Default::default()
    }

    fn dtype(&self) -> DType {
        DType::F64
    }

    fn blocks(&self) -> &[Block] {
        &self.blocks
    }

    fn outputs(&self) -> usize {
        self.w.dims()[0]
    }

    fn forward(&self, xs: &[&Vec<f64>]) -> Tensor<B, 2> {
        let ([(sine, _), (tanh, _)], _) = self.parts(xs);
        sine + tanh
    }

    fn rows(&self, xs: &[&Vec<f64>], directions: Tensor<B, 2>, wanted: &[usize]) -> Rows<B> {
        let (parts, x) = self.parts(xs);
        let [n, d] = x.dims();
        let [k, c] = directions.dims();
        let blocks = parts.each_ref().map(|(_, slope)| {
            // [n, k, C, 1] × [n, 1, 1, d]
            let weight =
                slope.clone().reshape([n, 1, c, 1]) * directions.clone().reshape([1, k, c, 1]);
            (weight * x.clone().reshape([n, 1, 1, d])).reshape([n, k, c * d])
        });
        Rows {
            outputs: self.forward(xs),
            blocks: blocks.into(),
        }
        .select(wanted)
    }

    fn gradient(
        &self,
        xs: &[&Vec<f64>],
        cotangent: &dyn Fn(Tensor<B, 2>) -> Tensor<B, 2>,
    ) -> (Tensor<B, 2>, Vec<Tensor<B, 1>>) {
        let (parts, x) = self.parts(xs);
        let outputs = self.forward(xs);
        let bar = cotangent(outputs.clone());
        let gradient = parts.map(|(_, slope)| {
            let weight = (bar.clone() * slope).transpose();
            weight.matmul(x.clone()).flatten(0, 1)
        });
        (outputs, gradient.into())
    }

    fn pushforward(
        &self,
        xs: &[&Vec<f64>],
        tangent: &[Tensor<B, 1>],
    ) -> (Tensor<B, 2>, Tensor<B, 2>) {
        let (parts, x) = self.parts(xs);
        let [first, second] = [0, 1].map(|l| {
            let direction = tangent[l].clone().reshape(self.w.dims());
            parts[l].1.clone() * x.clone().matmul(direction.transpose())
        });
        (self.forward(xs), first + second)
    }
}

impl Trainable for TwoWaves {
    fn tensors(&self) -> Vec<Block> {
        self.blocks.to_vec()
    }

    fn theta(&self) -> Vec<f64> {
        let values = |t: &Tensor<B, 2>| t.to_data().to_vec::<f64>().unwrap();
        [values(&self.w), values(&self.v)].concat()
    }

    fn at(&self, theta: &[f64]) -> Self {
        let [outputs, inputs] = self.w.dims();
        Self::new(outputs, inputs, theta)
    }
}
