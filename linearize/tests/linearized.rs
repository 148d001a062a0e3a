//! The linearized model, on a model that is no transformer.

mod common;

use burn::tensor::{DType, Device, Tensor};
use burn_ndarray::NdArray;
use nalgebra::{DMatrix, DVector};
use tangent_linearize::{Error, KernelRidge, Linearized};
use tangent_ntk_core::{
    Block, BlockKernels, JacobianOperator, Model, Monitor, Options, Readout, Rows, tensor,
};

type B = NdArray<f64>;

/// $f_\theta(x) = \sin(W x) + \tanh(V x)$ with outputs in $\mathbb{R}^C$; a block each for $W$ and
/// $V$, row-major $[C, d]$.
struct TwoWaves {
    w: Tensor<B, 2>,
    v: Tensor<B, 2>,
    blocks: [Block; 2],
}

impl TwoWaves {
    fn new(outputs: usize, inputs: usize, theta: &[f64]) -> Self {
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

    /// For each block its phase [n, C] and slope [n, C]; and x [n, d].
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

    fn rows(&self, xs: &[&Vec<f64>], directions: Tensor<B, 2>) -> Rows<B> {
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

const OUTPUTS: usize = 2;
const INPUTS: usize = 3;
const PARAMETERS: usize = 2 * OUTPUTS * INPUTS;

fn theta() -> DVector<f64> {
    common::noise(PARAMETERS, 1, 11).column(0).into_owned()
}

fn model_at(theta: &DVector<f64>) -> TwoWaves {
    TwoWaves::new(OUTPUTS, INPUTS, theta.as_slice())
}

fn points(n: usize, seed: u64) -> Vec<Vec<f64>> {
    let x = common::noise(n, INPUTS, seed);
    x.row_iter()
        .map(|row| row.iter().copied().collect())
        .collect()
}

/// All entries, row-major.
fn vector(t: Tensor<B, 2>) -> DVector<f64> {
    DVector::from_vec(t.into_data().to_vec().unwrap())
}

fn linearized(model: &TwoWaves, xs: &[Vec<f64>], offset: &DVector<f64>) -> DVector<f64> {
    let refs: Vec<&Vec<f64>> = xs.iter().collect();
    let tangent = Linearized::from_flat(model, offset.as_slice()).unwrap();
    vector(tangent.forward(&refs))
}

#[test]
fn is_affine_in_the_offset_and_starts_at_the_model() {
    let (model, xs) = (model_at(&theta()), points(5, 1));
    let refs: Vec<&Vec<f64>> = xs.iter().collect();
    let f = |offset: &DVector<f64>| linearized(&model, &xs, offset);
    let both = common::noise(PARAMETERS, 2, 3);
    let (a, b) = (both.column(0).into_owned(), both.column(1).into_owned());
    let start = f(&DVector::zeros(PARAMETERS));
    assert_eq!(start, vector(model.forward(&refs)));
    let mixed = f(&(&a * 2.0 - &b * 0.5));
    let want = &start + (f(&a) - &start) * 2.0 - (f(&b) - &start) * 0.5;
    assert!((mixed - want).amax() < 1e-13);

    let tangent = Linearized::from_flat(&model, a.as_slice()).unwrap();
    let (start_again, change) = tangent.with_start(&refs);
    assert_eq!(vector(start_again), start);
    assert!((vector(change) - (f(&a) - &start)).amax() < 1e-14);
    let sizes: Vec<usize> = tangent.offset().iter().map(|t| t.dims()[0]).collect();
    assert_eq!(sizes, [OUTPUTS * INPUTS; 2]);
}

#[test]
fn its_gap_to_the_model_is_of_second_order() {
    let (start, xs) = (theta(), points(6, 2));
    let model = model_at(&start);
    let refs: Vec<&Vec<f64>> = xs.iter().collect();
    let direction = common::noise(PARAMETERS, 1, 5).column(0).into_owned();
    let gap = |step: f64| {
        let offset = &direction * step;
        let full = vector(model_at(&(&start + &offset)).forward(&refs));
        (full - linearized(&model, &xs, &offset)).norm()
    };
    let order = (gap(1e-2) / gap(1e-3)).log10();
    assert!((order - 2.0).abs() < 0.02, "order {order}");
}

#[test]
fn at_the_ridge_solution_it_gives_the_ridge_predictions() {
    let (model, train, test) = (model_at(&theta()), points(4, 7), points(3, 8));
    let options = Options {
        readout: Some(Readout::Full),
        ..Options::default()
    };
    let silent = Monitor::silent();
    let kernels = BlockKernels::compute(&model, &train, &test, &options, &silent).unwrap();
    let total = kernels.total();
    let cross: DMatrix<f64> = total.cross;

    let refs = |xs: &'static str| match xs {
        "train" => train.iter().collect::<Vec<_>>(),
        _ => test.iter().collect(),
    };
    let [f0_train, f0_test] = ["train", "test"].map(|xs| vector(model.forward(&refs(xs))));
    let targets = common::noise(f0_train.len(), 1, 9).column(0).into_owned();
    let ridge = KernelRidge::fit(&total.train, &f0_train, &targets, 0.1).unwrap();

    let jacobian = JacobianOperator::new(&model, &train, &options).unwrap();
    let offset = jacobian
        .pullback(ridge.coefficients().as_slice(), &silent)
        .unwrap();
    let offset = DVector::from_vec(offset);
    assert!((ridge.distance() - offset.norm()).abs() < 1e-12);
    let on_train = linearized(&model, &train, &offset);
    assert!((&targets - ridge.train_residual() - on_train).amax() < 1e-12);
    let on_test = linearized(&model, &test, &offset);
    assert!((ridge.predict(&cross, &f0_test).unwrap() - on_test).amax() < 1e-12);
}

#[test]
fn a_bad_offset_is_refused() {
    let model = model_at(&theta());
    let message = |result: Result<Linearized<'_, TwoWaves>, Error>| match result {
        Ok(_) => panic!("accepted"),
        Err(e) => e.to_string(),
    };
    assert_eq!(
        message(Linearized::from_flat(&model, &[0.0; 5])),
        "parameters of the offset θ̄ − θ₀: 5 given, 12 expected"
    );
    let mut infinite = [0.0; PARAMETERS];
    infinite[7] = f64::INFINITY;
    assert_eq!(
        message(Linearized::from_flat(&model, &infinite)),
        "entry 7 of the offset θ̄ − θ₀ is inf; every entry must be finite"
    );
    let zeros = |n: usize| tensor(&model, vec![0.0; n], [n]);
    assert_eq!(
        message(Linearized::new(&model, vec![zeros(6)])),
        "the offset θ̄ − θ₀ has 1 blocks, the model 2"
    );
    assert_eq!(
        message(Linearized::new(&model, vec![zeros(6), zeros(4)])),
        "block `v` of the offset θ̄ − θ₀ has 4 parameters, the model's 6"
    );
    let single = Tensor::<B, 1>::from_data([0.0; 6], (&Default::default(), DType::F32));
    assert_eq!(
        message(Linearized::new(&model, vec![zeros(6), single])),
        "block `v` of the offset θ̄ − θ₀ is F32, the model F64"
    );
}
