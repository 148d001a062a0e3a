//! Lanczos against the dense solver and closed forms.

mod common;

use common::{gram, second_difference, second_difference_values, semidefinite};
use nalgebra::{DMatrix, DVector};
use proptest::prelude::*;
use std::cell::Cell;
use tangent_spectral::{Error, Lanczos, eigenvalues};

fn product(m: &DMatrix<f64>) -> impl FnMut(&DVector<f64>) -> Result<DVector<f64>, Error> + '_ {
    move |v| Ok(m * v)
}

#[test]
fn second_differences() {
    let n = 300;
    let values = second_difference_values(n);
    let got = Lanczos::default()
        .extremes(n, product(&second_difference(n)))
        .unwrap();
    assert!((got.min - values[0]).abs() < 4e-10);
    assert!((got.max - values[n - 1]).abs() < 4e-10);
}

#[test]
fn a_low_rank_operator_takes_one_step_more_than_its_rank() {
    let (n, rank) = (200, 5);
    let m = gram(n, rank, 4);
    let steps = Cell::new(0);
    let counted = |v: &DVector<f64>| {
        steps.set(steps.get() + 1);
        Ok::<_, Error>(&m * v)
    };
    let got = Lanczos::default().extremes(n, counted).unwrap();
    let want = eigenvalues(&m).unwrap();
    assert!((got.max - want[n - 1]).abs() < 1e-12 * want[n - 1]);
    assert!(got.min.abs() < 1e-12 * want[n - 1]);
    assert_eq!(steps.get(), rank + 1);
}

#[test]
fn the_identity_and_zero_take_one_step() {
    for scale in [0.0, 1.0, -3.0] {
        let got = Lanczos::default()
            .extremes(50, |v| Ok::<_, Error>(v * scale))
            .unwrap();
        assert!((got.min - scale).abs() < 1e-14 && (got.max - scale).abs() < 1e-14);
    }
}

#[test]
fn the_largest_of_a_large_kernel_takes_few_steps() {
    let n = 1500;
    let diagonal = DVector::from_fn(n, |i, _| 1.0 / (i + 1) as f64);
    let quick = Lanczos {
        max_steps: 30,
        ..Lanczos::default()
    };
    let got = quick
        .largest(n, |v| Ok::<_, Error>(v.component_mul(&diagonal)))
        .unwrap();
    assert!((got - 1.0).abs() < 1e-10);
}

#[test]
fn one_seed_gives_the_same_bits_and_another_the_same_value() {
    let m = gram(80, 80, 2);
    let of = |seed| {
        Lanczos {
            seed,
            ..Lanczos::default()
        }
        .extremes(80, product(&m))
        .unwrap()
    };
    assert_eq!(of(1), of(1));
    assert_ne!(of(1), of(2));
    assert!((of(1).max - of(2).max).abs() < 1e-9 * of(1).max);
}

#[test]
fn running_out_of_steps_is_said_with_the_residual() {
    let m = second_difference(500);
    let short = Lanczos {
        max_steps: 10,
        ..Lanczos::default()
    };
    let error = short.extremes(500, product(&m)).unwrap_err();
    let Error::NotConverged {
        steps: 10,
        residual,
        wanted,
    } = error
    else {
        panic!("{error}");
    };
    assert!(residual > wanted && wanted > 0.0);
    let text = error.to_string();
    assert!(
        text.starts_with("Lanczos did not converge in 10 steps: residual "),
        "{text}"
    );
    assert!(text.ends_with("raise `max_steps` or `tolerance`"), "{text}");
}

#[test]
fn a_bad_operator_is_refused() {
    let lanczos = Lanczos::default();
    let nan = lanczos
        .largest(4, |v| Ok::<_, Error>(v * f64::NAN))
        .unwrap_err();
    assert_eq!(
        nan.to_string(),
        "at Lanczos step 1 the operator's result is not finite"
    );
    let short = lanczos
        .largest(4, |_| Ok::<_, Error>(DVector::zeros(3)))
        .unwrap_err();
    assert_eq!(
        short.to_string(),
        "the operator's result has 3 rows, expected 4"
    );
    let empty = lanczos
        .largest(0, |v| Ok::<_, Error>(v.clone()))
        .unwrap_err();
    assert_eq!(empty, Error::Empty);
}

#[test]
fn an_error_of_the_operator_comes_through() {
    let failed = Error::Lapack {
        routine: "dgemv",
        info: -1,
    };
    let got = Lanczos::default().largest(4, |_| Err::<DVector<f64>, _>(failed.clone()));
    assert_eq!(got.unwrap_err(), failed);
}

proptest! {
    #[test]
    fn finds_the_largest_and_one_of_the_smallest((values, m) in semidefinite()) {
        let n = values.len();
        let got = Lanczos::default().extremes(n, product(&m)).unwrap();
        let norm = values[n - 1];
        prop_assert!((got.max - norm).abs() <= 1e-9 * norm);
        // The smallest eigenvalues may almost coincide: one of them is found, and nothing lower.
        prop_assert!(values.iter().any(|v| (got.min - v).abs() <= 1e-9 * norm));
        prop_assert!(got.min >= values[0] - 1e-9 * norm);
    }
}
