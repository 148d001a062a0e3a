//! Passes over examples, compared with the Jacobian by plain loops.

mod common;

use burn::tensor::{DType, backend::Backend};
use burn_ndarray::NdArray;
use common::{Network, Point, distance, numbers, plain_jacobian, points};
use nalgebra::{DMatrix, DVector};
use tangent_ntk_core::{Error, Jacobian, Model, Monitor, Options, Passes, Readout, batches};

on_every_backend!(sums_and_products_are_those_of_the_jacobian);

const WIDTHS: [usize; 3] = [4, 5, 3];

fn references(xs: &[Point]) -> Vec<&Point> {
    xs.iter().collect()
}

/// A cotangent that depends on the example, the output and their order.
fn cotangent(place: usize, z: &[f64], into: &mut [f64]) {
    for (c, (into, z)) in into.iter_mut().zip(z).enumerate() {
        *into += z * z + 0.1 * (place + 3 * c) as f64;
    }
}

/// Returns the results of [`cotangent`] for all outputs `[n, C]`.
fn cotangents(outputs: &[f64]) -> DVector<f64> {
    let mut all = vec![0.0; outputs.len()];
    let each = outputs.chunks(WIDTHS[2]).zip(all.chunks_mut(WIDTHS[2]));
    for (place, (z, into)) in each.enumerate() {
        cotangent(place, z, into);
    }
    DVector::from_vec(all)
}

fn near(got: &[f64], want: &DVector<f64>, tolerance: f64) -> bool {
    let column = |x: &[f64]| DMatrix::from_column_slice(x.len(), 1, x);
    distance(&column(got), &column(want.as_slice())) < tolerance
}

fn sums_and_products_are_those_of_the_jacobian<B: Backend>(dtype: DType, tolerance: f64) {
    let tolerance = 10.0 * tolerance;
    let model = Network::<B>::new(WIDTHS, dtype, 3);
    let mut all = points(9, WIDTHS[0], 5);
    all.push(all[2].clone()); // one example occurs twice
    let xs = references(&all);
    let j = plain_jacobian(WIDTHS, &model.w, &model.v, &all);
    let delta = numbers(j.ncols(), 4);
    let change = &j * DVector::from_column_slice(&delta);

    let options = Options {
        readout: Some(Readout::Full),
        ..Options::default()
    };
    let rows = Jacobian::compute(&model, &all, &options, &Monitor::silent()).unwrap();
    assert_eq!(rows.held(), 10 * WIDTHS[2] * j.ncols() * dtype.size());
    let needed = Jacobian::bytes(&model, &all, &options).unwrap();
    for (memory, fits) in [(needed, true), (needed - 1, false)] {
        let options = Options {
            memory: Some(memory),
            ..options.clone()
        };
        let rows = Jacobian::compute(&model, &all, &options, &Monitor::silent());
        assert_eq!(rows.is_ok(), fits);
    }

    let mut first: Option<[Vec<f64>; 5]> = None;
    for threads in [1, 2, 3] {
        let passes = Passes::new(threads, 7).unwrap();
        let outputs = passes.forward(&model, &xs).unwrap();
        let (z, gradient) = passes.gradient(&model, &xs, &cotangent).unwrap();
        let (w, pushed) = passes.pushforward(&model, &xs, &delta).unwrap();
        let (v, tangent_gradient) = passes
            .tangent_gradient(&model, &xs, &delta, &cotangent)
            .unwrap();
        assert_eq!((&z, &w), (&outputs, &outputs));
        assert_eq!(v, pushed);
        assert!(near(&pushed, &change, tolerance));
        assert!(near(&gradient, &j.tr_mul(&cotangents(&z)), tolerance));
        let want = j.tr_mul(&cotangents(&pushed));
        assert!(near(&tangent_gradient, &want, tolerance));

        let of: Vec<usize> = (0..all.len()).rev().chain([4]).collect();
        let change = passes.pushforward_by_rows(&rows, &of, &delta).unwrap();
        let one_by_one = passes.tangent_gradient_by_rows(&rows, &of, &delta, &cotangent);
        let (same, by_rows) = one_by_one.unwrap();
        assert_eq!(change, same);
        let here: Vec<Point> = of.iter().map(|&i| all[i].clone()).collect();
        let j = plain_jacobian(WIDTHS, &model.w, &model.v, &here);
        let want = &j * DVector::from_column_slice(&delta);
        assert!(near(&change, &want, tolerance));
        let want = j.tr_mul(&cotangents(&change));
        assert!(near(&by_rows, &want, tolerance));

        let found = [outputs, gradient, pushed, tangent_gradient, by_rows];
        let same = first.get_or_insert_with(|| found.clone());
        assert_eq!(*same, found, "the same bits on {threads} threads");
    }
}

#[test]
fn every_micro_batch_is_given_the_draw_of_its_number() {
    let (dtype, all) = (DType::F64, points(20, WIDTHS[0], 5));
    let draw = |number: usize| Network::<NdArray<f64>>::new(WIDTHS, dtype, number);
    let (model, xs) = (draw(0), references(&all));
    let sizes: Vec<usize> = xs.iter().map(|x| model.size(x)).collect();
    let divided = batches(&sizes, 9);
    assert!(divided.len() > 3);
    let mut want = DVector::zeros(tangent_ntk_core::parameters(&model));
    for (number, batch) in divided.iter().enumerate() {
        let here: Vec<Point> = batch.iter().map(|&i| all[i].clone()).collect();
        let model = draw(number);
        let j = plain_jacobian(WIDTHS, &model.w, &model.v, &here);
        want += j.tr_mul(&DVector::from_element(j.nrows(), 1.0));
    }
    let ones = |_: usize, _: &[f64], into: &mut [f64]| into.fill(1.0);
    for threads in [1, 3] {
        let passes = Passes::new(threads, 9).unwrap();
        let drawn = passes.gradient_of_draws(&model, &xs, &ones, &draw);
        assert!(near(&drawn.unwrap().1, &want, 1e-12));
    }
}

#[test]
fn nothing_gives_nothing() {
    let model = Network::<NdArray<f64>>::new(WIDTHS, DType::F64, 3);
    let passes = Passes::new(2, 8).unwrap();
    assert_eq!(passes.forward(&model, &[]), Ok(vec![]));
    let (z, gradient) = passes.gradient(&model, &[], &cotangent).unwrap();
    assert_eq!((z, gradient), (vec![], vec![0.0; 35]));
}

#[test]
fn what_is_wrong_is_named() {
    for (threads, batch, option) in [(0, 1, "threads"), (1, 0, "batch")] {
        assert_eq!(
            Passes::new(threads, batch).err(),
            Some(Error::Zero { option })
        );
    }
    let model = Network::<NdArray<f64>>::new(WIDTHS, DType::F64, 3);
    let mut all = points(9, WIDTHS[0], 5);
    let passes = Passes::new(2, 1000).unwrap();
    let short = passes.pushforward(&model, &references(&all), &[0.0; 3]);
    assert_eq!(
        short,
        Err(Error::Length {
            expected: 35,
            got: 3
        })
    );

    all[6].x[0] = f64::INFINITY; // outputs are finite there, tanh's slope times infinity is not
    let gradient = passes.gradient(&model, &references(&all), &cotangent);
    assert_eq!(
        gradient.unwrap_err().to_string(),
        "gradients of block `hidden` of example 6 are not finite; check the weights and the example"
    );
    let huge = |place: usize, _: &[f64], into: &mut [f64]| {
        into.fill(if place == 3 { f64::NAN } else { 1.0 });
    };
    all[6].x[0] = 0.5;
    let gradient = passes.gradient(&model, &references(&all), &huge);
    assert_eq!(
        gradient.unwrap_err().to_string(),
        "gradients of block `hidden` of example 3 are not finite; check the weights and the example"
    );
    all[4].x[1] = f64::NAN;
    let outputs = passes.forward(&model, &references(&all));
    assert_eq!(
        outputs.unwrap_err().to_string(),
        "outputs of example 4 are not finite; check the weights and the example"
    );
}
