//! Tests that a readout of a predictor is a predictor.

mod common;

use common::Affine;
use tangent_linearize::{Predictor, Read, jacobian};
use tangent_ntk_core::Readout;

#[test]
fn its_maps_are_those_of_the_directions() {
    let model = Affine::random(3, 2, 5, 1);
    let margin = Read::new(&model, Readout::Margin).unwrap();
    assert_eq!((margin.outputs(), margin.examples()), (1, 3));
    let theta = [0.3, -0.1, 0.2, 0.5, -0.4];
    let z = model.forward(&theta, &[2, 0]).unwrap();
    let f = margin.forward(&theta, &[2, 0]).unwrap();
    assert_eq!(f, [z[1] - z[0], z[3] - z[2]]);
    let all = jacobian(&model, &theta).unwrap();
    let rows = jacobian(&margin, &theta).unwrap();
    for i in 0..3 {
        assert!((rows.row(i) - (all.row(2 * i + 1) - all.row(2 * i))).amax() < 1e-15);
    }
    let change = margin.pushforward(&theta, &[1], &theta).unwrap();
    let want = rows
        .row(1)
        .iter()
        .zip(&theta)
        .map(|(j, t)| j * t)
        .sum::<f64>();
    assert!((change[0] - want).abs() < 1e-14);
    // The cotangent gets the margin, not the two outputs.
    let seen = |_: usize, f: &[f64], into: &mut [f64]| into[0] = f[0];
    let (_, gradient) = margin.gradient(&theta, &[2], &seen).unwrap();
    let margin_there = margin.forward(&theta, &[2]).unwrap()[0];
    for (g, j) in gradient.iter().zip(rows.row(2).iter()) {
        assert!((g - j * margin_there).abs() < 1e-14);
    }
}

#[test]
fn a_margin_needs_two_outputs() {
    assert!(Read::new(&Affine::random(3, 3, 5, 1), Readout::Margin).is_err());
    assert!(Read::new(&Affine::random(3, 3, 5, 1), Readout::Full).is_ok());
}
