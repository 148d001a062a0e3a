//! The three maps agree with each other, with plain loops and with finite differences.

mod common;

use burn::tensor::{DType, Tensor, backend::Backend};
use burn_ndarray::NdArray;
use common::{Network, distance, numbers, plain_jacobian, points};
use nalgebra::{DMatrix, DVector};
use tangent_ntk_core::{
    Error, Jacobian, JacobianOperator, Model, Monitor, Options, Readout, tensor,
};

const WIDTHS: [usize; 3] = [4, 5, 3];

on_every_backend!(
    rows_are_the_plain_jacobian,
    matrix_free_maps_are_those_of_the_rows,
    pullback_and_pushforward_are_adjoint,
    tensors_have_the_models_precision,
);

fn full(batch: usize, threads: usize) -> Options {
    Options {
        readout: Some(Readout::Full),
        batch,
        threads,
        ..Options::default()
    }
}

fn rows_are_the_plain_jacobian<B: Backend>(dtype: DType, tolerance: f64) {
    let model = Network::<B>::new(WIDTHS, dtype, 3);
    let xs = points(11, 4, 5);
    let jacobian = Jacobian::compute(&model, &xs, &full(9, 2), &Monitor::silent()).unwrap();
    let plain = plain_jacobian(WIDTHS, &model.w, &model.v, &xs);
    assert_eq!((jacobian.rows(), jacobian.parameters()), plain.shape());
    assert_eq!(jacobian.blocks(), model.blocks());
    let hidden = jacobian.block(0).unwrap();
    assert!(distance(&hidden, &plain.columns(0, 20).into_owned()) < tolerance);
    let output = jacobian.block(1).unwrap();
    assert!(distance(&output, &plain.columns(20, 15).into_owned()) < tolerance);
}

fn matrix_free_maps_are_those_of_the_rows<B: Backend>(dtype: DType, tolerance: f64) {
    let model = Network::<B>::new(WIDTHS, dtype, 3);
    let xs = points(11, 4, 5);
    let silent = Monitor::silent();
    for blocks in [None, Some(vec![1])] {
        let options = Options {
            blocks,
            ..full(9, 2)
        };
        let jacobian = Jacobian::compute(&model, &xs, &options, &silent).unwrap();
        let operator = JacobianOperator::new(&model, &xs, &options).unwrap();
        assert_eq!(operator.rows(), jacobian.rows());
        assert_eq!(operator.parameters(), jacobian.parameters());
        let delta = numbers(jacobian.parameters(), 1);
        let alpha = numbers(jacobian.rows(), 2);

        let pushed = operator.pushforward(&delta, &silent).unwrap();
        assert!(close(
            &pushed,
            &jacobian.pushforward(&delta).unwrap(),
            tolerance
        ));
        let pulled = operator.pullback(&alpha, &silent).unwrap();
        assert!(close(
            &pulled,
            &jacobian.pullback(&alpha).unwrap(),
            tolerance
        ));
    }
}

fn close(a: &[f64], b: &[f64], tolerance: f64) -> bool {
    let matrix = |v: &[f64]| DMatrix::from_row_slice(1, v.len(), v);
    distance(&matrix(a), &matrix(b)) < tolerance
}

fn pullback_and_pushforward_are_adjoint<B: Backend>(dtype: DType, tolerance: f64) {
    let model = Network::<B>::new(WIDTHS, dtype, 3);
    let xs = points(11, 4, 5);
    let options = full(9, 2);
    let operator = JacobianOperator::new(&model, &xs, &options).unwrap();
    let silent = Monitor::silent();
    let delta = DVector::from_vec(numbers(operator.parameters(), 4));
    let alpha = DVector::from_vec(numbers(operator.rows(), 5));
    let pulled = DVector::from_vec(operator.pullback(alpha.as_slice(), &silent).unwrap());
    let pushed = DVector::from_vec(operator.pushforward(delta.as_slice(), &silent).unwrap());
    let scale = pulled.norm() * delta.norm();
    assert!((pulled.dot(&delta) - alpha.dot(&pushed)).abs() < tolerance * scale);
}

fn tensors_have_the_models_precision<B: Backend>(dtype: DType, _: f64) {
    let model = Network::<B>::new(WIDTHS, dtype, 3);
    let made: Tensor<B, 1> = tensor(&model, vec![1.0 / 3.0], [1]);
    assert_eq!(made.dtype(), dtype);
    let value: f64 = made.into_data().iter().next().unwrap();
    assert_eq!(value == 1.0 / 3.0, dtype == DType::F64);
}

#[test]
fn rows_are_finite_differences_of_the_forward() {
    let model = Network::<NdArray<f64>>::new(WIDTHS, DType::F64, 3);
    let xs = points(6, 4, 5);
    let refs: Vec<_> = xs.iter().collect();
    let theta = [model.w.clone(), model.v.clone()].concat();
    let outputs = |column: usize, step: f64| {
        let mut moved = theta.clone();
        moved[column] += step;
        let mut model = Network::<NdArray<f64>>::new(WIDTHS, DType::F64, 3);
        model.v = moved.split_off(20);
        model.w = moved;
        model
            .forward(&refs)
            .into_data()
            .iter::<f64>()
            .collect::<Vec<_>>()
    };
    let step = 1e-5;
    let differences = DMatrix::from_columns(
        &(0..theta.len())
            .map(|column| {
                let (up, down) = (outputs(column, step), outputs(column, -step));
                let slope = up.iter().zip(&down).map(|(u, d)| (u - d) / (2.0 * step));
                DVector::from_vec(slope.collect())
            })
            .collect::<Vec<_>>(),
    );
    let plain = plain_jacobian(WIDTHS, &model.w, &model.v, &xs);
    assert!(distance(&plain, &differences) < 1e-9);
}

#[test]
fn vectors_of_the_wrong_length_are_refused() {
    let model = Network::<NdArray<f64>>::new(WIDTHS, DType::F64, 3);
    let xs = points(2, 4, 5);
    let (options, silent) = (full(9, 1), Monitor::silent());
    let jacobian = Jacobian::compute(&model, &xs, &options, &silent).unwrap();
    let operator = JacobianOperator::new(&model, &xs, &options).unwrap();
    let short = [0.0; 5];
    let message = |expected| format!("the vector has 5 entries, expected {expected}");
    let text = |result: Result<Vec<f64>, Error>| result.unwrap_err().to_string();
    assert_eq!(text(jacobian.pushforward(&short)), message(35));
    assert_eq!(text(jacobian.pullback(&short)), message(6));
    assert_eq!(text(operator.pushforward(&short, &silent)), message(35));
    assert_eq!(text(operator.pullback(&short, &silent)), message(6));
    assert_eq!(text(operator.kernel(&short, &silent)), message(6));
    assert_eq!(
        jacobian.block(2).unwrap_err(),
        Error::BlockIndex {
            block: 2,
            blocks: 2
        }
    );
}
