//! Tests that each rule follows its equation and differs from all other rules.

use tangent_linearize::Error;
use tangent_linearize::pull::{Iterate, Pulled, Rule};
use tangent_ntk_core::Block;

const START: [f64; 4] = [1.0, -1.0, 0.5, 2.0];
const THETA: [f64; 4] = [1.5, -1.2, 0.1, 2.3];
const RATE: f64 = 0.1;
const LAMBDA: f64 = 0.5;

/// Takes a step of gradient descent under a rule, with two tensors of two entries each.
fn step(rule: Rule, gradient: [f64; 4], lambda: f64) -> Pulled {
    let tensors = [Block::new("a", 2), Block::new("b", 2)];
    let at = Iterate {
        start: &START,
        theta: &THETA,
        gradient: &gradient,
        tensors: &tensors,
        rate: RATE,
    };
    let mut calls = 0;
    let pulled = rule.with(lambda).unwrap().step(&at, &mut |g| {
        calls += 1;
        descend(g)
    });
    assert_eq!(calls, 1, "the optimiser steps once");
    pulled
}

fn descend(gradient: &[f64]) -> Vec<f64> {
    let each = THETA.iter().zip(gradient);
    each.map(|(x, g)| x - RATE * g).collect()
}

/// Returns θ̃ with entry `j` moved back towards θ₀ by the share `shrink[j]`.
fn shrunk(gradient: [f64; 4], shrink: [f64; 4]) -> Vec<f64> {
    let moved = descend(&gradient);
    (0..4)
        .map(|j| moved[j] - shrink[j] * (moved[j] - START[j]))
        .collect()
}

fn assert_near(got: &[f64], want: &[f64]) {
    let gap = got.iter().zip(want).map(|(a, b)| (a - b).abs());
    assert!(gap.fold(0.0, f64::max) < 1e-14, "{got:?}, not {want:?}");
}

/// ⟨g, θ − θ₀⟩ is positive in the first tensor and negative in the second; in total it is positive for `MIXED` and
/// negative for `DOWNHILL`.
const MIXED: [f64; 4] = [1.0, -1.0, 1.0, 0.1];
const DOWNHILL: [f64; 4] = [0.2, 0.0, 2.0, -1.0];

#[test]
fn every_rule_is_its_equation() {
    let full = LAMBDA * RATE;
    for gradient in [MIXED, DOWNHILL] {
        let global = if gradient == MIXED { full } else { 0.0 };
        let want = [
            (Rule::None, [0.0; 4], 0.0),
            (Rule::Always, [full; 4], 1.0),
            (Rule::SelectiveGlobal, [global; 4], global / full),
            (Rule::SelectivePerTensor, [full, full, 0.0, 0.0], 0.5),
        ];
        for (rule, shrink, share) in want {
            let pulled = step(rule, gradient, LAMBDA);
            assert_near(&pulled.theta, &shrunk(gradient, shrink));
            assert_eq!(pulled.regularised, share, "{rule:?}");
        }
    }
}

#[test]
fn the_penalty_goes_through_the_optimiser() {
    let coupled: Vec<f64> = (0..4)
        .map(|j| MIXED[j] + LAMBDA * (THETA[j] - START[j]))
        .collect();
    assert_near(
        &step(Rule::Penalty, MIXED, LAMBDA).theta,
        &descend(&coupled),
    );
}

#[test]
fn spd_shrinks_by_how_much_further_the_step_went() {
    // The step against the gradient brings the first tensor nearer to θ₀, so that ρ = 0.
    assert_near(&step(Rule::Spd, MIXED, LAMBDA).theta, &descend(&MIXED));
    // This is a long step through θ₀ and far beyond it.
    let far = [100.0, 0.0, 0.0, 0.0];
    let moved = descend(&far);
    let distance = |a: f64, b: f64| ((a - START[0]).powi(2) + (b - START[1]).powi(2)).sqrt();
    let (now, before) = (distance(moved[0], moved[1]), distance(THETA[0], THETA[1]));
    let rho = (now - before) / now;
    assert!(rho > 0.5);
    let pulled = step(Rule::Spd, far, LAMBDA);
    assert_near(
        &pulled.theta,
        &shrunk(far, [LAMBDA * rho, LAMBDA * rho, 0.0, 0.0]),
    );
    // Unlike (8), SPD does not pull the second tensor, whose inner product is exactly 0.
    assert_eq!(pulled.regularised, 0.5);
    assert_eq!(step(Rule::SelectivePerTensor, far, LAMBDA).regularised, 1.0);
}

#[test]
fn no_two_rules_agree() {
    let far = [100.0, 0.0, 4.0, -1.0];
    let stepped: Vec<Vec<f64>> = [MIXED, DOWNHILL, far]
        .iter()
        .flat_map(|&g| Rule::ALL.map(|rule| step(rule, g, LAMBDA).theta))
        .collect();
    for a in 0..Rule::ALL.len() {
        for b in 0..a {
            let differ = (0..3).any(|g| stepped[g * 6 + a] != stepped[g * 6 + b]);
            assert!(differ, "{:?} and {:?}", Rule::ALL[a], Rule::ALL[b]);
        }
    }
}

#[test]
fn without_strength_all_are_none() {
    for rule in Rule::ALL {
        let none = step(Rule::None, MIXED, 0.0).theta;
        assert_near(&step(rule, MIXED, 0.0).theta, &none);
    }
}

#[test]
fn at_the_start_there_is_nothing_to_pull() {
    let tensors = [Block::new("all", 4)];
    let at = Iterate {
        start: &START,
        theta: &START,
        gradient: &MIXED,
        tensors: &tensors,
        rate: RATE,
    };
    let still = Rule::Spd
        .with(1.0)
        .unwrap()
        .step(&at, &mut |_| START.to_vec());
    assert_eq!(still.theta, START);
}

#[test]
fn a_strength_is_a_number_not_below_zero() {
    for lambda in [-1.0, f64::NAN, f64::INFINITY] {
        for rule in Rule::ALL {
            assert!(matches!(rule.with(lambda), Err(Error::BadPull { .. })));
        }
    }
}
