//! Random problems on functions with certified constants, and every statement checked on one.

use nalgebra::DVector;
use proptest::prelude::*;
use tangent_linearize::checks::{CheckOptions, Finding, Setting};
use tangent_linearize::fixture::Certified;
use tangent_linearize::full_flow::{Adaptive, FixedStep};
use tangent_ntk_core::Monitor;
use tangent_spectral::theorems::{Constants, Knowledge};

/// A problem on a fixture: its sizes, the distance to the targets, the radius of the ball, and the strengths of the
/// pull.
#[derive(Debug, Clone)]
pub(crate) struct Problem {
    pub(crate) n: usize,
    pub(crate) p: usize,
    pub(crate) seed: u64,
    /// The residual E.
    pub(crate) residual: f64,
    pub(crate) radius: f64,
    /// The values of λ, as multiples of λ∘.
    pub(crate) pulls: Vec<f64>,
}

pub(crate) fn problems() -> impl Strategy<Value = Problem> {
    let pulls = prop::collection::vec(prop_oneof![Just(0.0), 0.05..1.0_f64, 1.0..8.0_f64], 1..3);
    (
        1_usize..6,
        1_usize..8,
        0..u64::MAX,
        0.05..3.0_f64,
        0.1..2.0_f64,
        pulls,
    )
        .prop_map(|(n, p, seed, residual, radius, pulls)| Problem {
            n,
            p,
            seed,
            residual,
            radius,
            pulls,
        })
}

/// The times at which flows are checked, in units of one over the fastest rate.
const TIMES: [f64; 5] = [0.05, 0.3, 1.0, 3.0, 8.0];

/// Returns the fastest rate $2F^2 + 2LE + \lambda$ of the flow at any point that it reaches, also outside of the ball,
/// where steps that are short enough inside may be too long. Under every pull used here
/// $\lVert\theta_t - \theta_0\rVert \le E\sqrt t$, because the loss starts at $E^2$ and falls by at least
/// $\int\lVert\dot\theta\rVert^2$ while the path moves away from $\theta_0$.
fn fastest<F: Certified>(fixture: &F, problem: &Problem, strongest: f64) -> f64 {
    let rate = |reach: f64| {
        let there = fixture.certified(reach);
        2.0 * (there.lip_f.powi(2) + there.lip_gradient * problem.residual) + strongest
    };
    let mut reach = problem.radius;
    while problem.residual * (TIMES[4] / rate(reach)).sqrt() > reach {
        reach *= 1.5;
    }
    rate(reach)
}

/// Returns all findings, with a residual of exactly the length `problem.residual` and times up to eight over the
/// fastest rate.
pub(crate) fn findings<F: Certified>(
    fixture: &F,
    problem: &Problem,
    everywhere: bool,
) -> Vec<Finding> {
    let certified = fixture.certified(problem.radius);
    let start = fixture.forward(fixture.start(), &fixture.all()).unwrap();
    // The residuals have alternating signs and different sizes.
    let rows = start.len();
    let sizes = (0..rows).map(|i| {
        if i % 2 == 0 {
            1.0
        } else {
            -0.6 - 0.1 * i as f64
        }
    });
    let direction = DVector::from_iterator(rows, sizes);
    let targets = DVector::from_vec(start) + direction.normalize() * problem.residual;
    let constants = Constants {
        lip_f: certified.lip_f,
        lip_gradient: certified.lip_gradient,
        residual: problem.residual,
        radius: problem.radius,
    };
    let circle = 2.0 * constants.residual * constants.lip_f / constants.radius;
    let lambdas: Vec<f64> = problem.pulls.iter().map(|pull| pull * circle).collect();
    let strongest = lambdas.iter().copied().fold(0.0, f64::max);
    let fastest = fastest(fixture, problem, strongest);
    let times = TIMES.map(|t| t / fastest);
    let plan = CheckOptions {
        lambdas: &lambdas,
        times: &times,
        adaptive: Adaptive {
            tolerance: 1e-10,
            check: false,
            ..Adaptive::default()
        },
        fixed: FixedStep {
            check: false,
            ..FixedStep::of(0.05 / fastest)
        },
    };
    let setting = Setting {
        predictor: fixture,
        targets,
        constants,
        knowledge: Knowledge::Certified,
        everywhere,
    };
    setting.check(&plan, &Monitor::silent()).unwrap()
}
