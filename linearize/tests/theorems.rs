//! Direct tests of Lemmas 1–3 and Theorems 1–4 on sines, quadratics and networks with certified constants, and tests of
//! what the paper claims beyond its proofs.

mod common;

use common::flows::targets;
use common::network::Network;
use nalgebra::{DMatrix, DVector, dvector};
use proptest::prelude::*;
use tangent_linearize::checks::{CheckOptions, Finding, Form, Setting, Statement};
use tangent_linearize::fixture::{self, Certified, Quadratic, Sine};
use tangent_linearize::full_flow::{Adaptive, FixedStep};
use tangent_linearize::{Cotangent, FullFlow, Predictor, Result, jacobian, kernel};
use tangent_ntk_core::{Block, Monitor};
use tangent_spectral::theorems::{
    Constants, Knowledge, Verdict, lemma_1, lemma_2, lemma_3, regularised_comparator, theorem_1,
    theorem_2, theorem_3, theorem_4,
};

/// Returns a random function of the given kind: a sine, a quadratic or a network.
fn function(kind: u8, n: usize, p: usize, seed: u64) -> Box<dyn Certified> {
    match kind {
        0 => Box::new(Sine::random(n, p, seed).unwrap()),
        1 => Box::new(Quadratic::random(n, p, 0.7, seed).unwrap()),
        _ => Box::new(Network::random(n, 2, p, 1, seed)),
    }
}

/// Returns a point in a random direction at the distance `share` · `radius` from $\theta_0$.
fn point(f: &dyn Certified, radius: f64, share: f64, seed: u64) -> Vec<f64> {
    let direction = common::noise(f.start().len(), 1, seed).normalize() * (radius * share);
    let moved = f.start().iter().zip(direction.iter());
    moved.map(|(start, by)| start + by).collect()
}

fn apart(a: &[f64], b: &[f64]) -> f64 {
    (DVector::from_column_slice(a) - DVector::from_column_slice(b)).norm()
}

fn norm(matrix: &DMatrix<f64>) -> f64 {
    matrix.singular_values().max()
}

/// Returns $f_\theta(X) - Y$.
fn residual(f: &dyn Certified, theta: &[f64], y: &DVector<f64>) -> DVector<f64> {
    DVector::from_vec(f.forward(theta, &f.all()).unwrap()) - y
}

/// Returns the constants on the ball.
fn constants(f: &dyn Certified, y: &DVector<f64>, radius: f64) -> Constants {
    let certified = f.certified(radius);
    Constants {
        lip_f: certified.lip_f,
        lip_gradient: certified.lip_gradient,
        residual: residual(f, f.start(), y).norm(),
        radius,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn a_network_has_the_derivatives_and_constants_it_says(
        n in 1_usize..4, hidden in 1_usize..5, outputs in 1_usize..3, seed: u64,
        radius in 0.01..3.0_f64, shares in (0.0..1.0_f64, 0.0..1.0_f64),
    ) {
        let f = Network::random(n, 2, hidden, outputs, seed);
        let theta = point(&f, radius, shares.0, seed ^ 1);
        let other = point(&f, radius, shares.1, seed ^ 2);
        let j = jacobian(&f, &theta).unwrap();
        let v = common::noise(theta.len(), 1, seed ^ 3).column(0).into_owned();
        let at = |s: f64| {
            let moved: Vec<f64> = theta.iter().zip(v.iter()).map(|(x, v)| x + s * v).collect();
            DVector::from_vec(f.forward(&moved, &f.all()).unwrap())
        };
        let h = 1e-3;
        let want = ((at(h) - at(-h)) * 8.0 - (at(2.0 * h) - at(-2.0 * h))) / (12.0 * h);
        prop_assert!((&j * &v - want).amax() < 1e-9);
        let pushed = DVector::from_vec(f.pushforward(&theta, &f.all(), v.as_slice()).unwrap());
        prop_assert!((&j * &v - pushed).amax() < 1e-13);

        let fixture::Constants { lip_f, lip_gradient } = f.certified(radius);
        prop_assert!(norm(&j) <= lip_f * (1.0 + 1e-12));
        let change = norm(&(&j - jacobian(&f, &other).unwrap()));
        prop_assert!(change <= lip_gradient * apart(&theta, &other) + 1e-12);
    }

    #[test]
    fn lemmas_1_and_2_hold_for_any_two_points_of_the_ball(
        kind in 0_u8..3, n in 1_usize..5, p in 1_usize..6, seed: u64,
        radius in 0.01..3.0_f64, shares in (0.0..1.0_f64, 0.0..1.0_f64),
    ) {
        let f = function(kind, n, p, seed);
        let [theta, other] = [(shares.0, 1), (shares.1, 2)]
            .map(|(share, salt)| point(f.as_ref(), radius, share, seed ^ salt));
        let [k, l] = [&theta, &other].map(|theta| kernel(f.as_ref(), theta).unwrap());
        for k in [&k, &l] {
            let (smallest, floor) = lemma_2(k).unwrap();
            prop_assert!(smallest >= floor);
        }
        let fixture::Constants { lip_f, lip_gradient } = f.certified(radius);
        let bound = lemma_1(lip_f, lip_gradient) * apart(&theta, &other);
        prop_assert!(norm(&(k - l)) <= bound + 1e-12 * lip_f * lip_f);
    }

    /// Compares the derivative with differences of the loss along the flow's direction, and checks its sign under the
    /// rule.
    #[test]
    fn theorem_1_gives_the_derivative_of_the_loss(
        kind in 0_u8..3, n in 1_usize..5, p in 1_usize..6, seed: u64, share in 0.0..1.0_f64,
        lambda in 0.0..20.0_f64,
    ) {
        let f = function(kind, n, p, seed);
        let y = targets(n, seed);
        let theta = point(f.as_ref(), 1.5, share, seed ^ 1);
        let e = residual(f.as_ref(), &theta, &y);
        let j = jacobian(f.as_ref(), &theta).unwrap();
        let gradient = j.tr_mul(&e) * 2.0;
        let moved = DVector::from_column_slice(&theta) - DVector::from_column_slice(f.start());
        let inner = gradient.dot(&moved);
        let kernel_form = e.dot(&(kernel(f.as_ref(), &theta).unwrap() * &e));
        let under = |lambda_t: f64| {
            let velocity = -&gradient - &moved * lambda_t;
            let h = 1e-3 / (1e-3 + velocity.norm());
            let risk = |s: f64| {
                let there: Vec<f64> =
                    theta.iter().zip(velocity.iter()).map(|(x, v)| x + s * v).collect();
                residual(f.as_ref(), &there, &y).norm_squared()
            };
            let ends = (risk(h) - risk(-h)) * 8.0 - (risk(2.0 * h) - risk(-2.0 * h));
            (theorem_1::derivative(kernel_form, lambda_t, inner), ends / (12.0 * h), h)
        };
        for lambda_t in [0.0, lambda] {
            let (found, measured, h) = under(lambda_t);
            // The last term is the rounding error of the loss, divided by h.
            let tolerance = 1e-8 * (1.0 + found.abs()) + 1e-14 * (1.0 + e.norm_squared()) / h;
            prop_assert!((found - measured).abs() <= tolerance, "{} {}", found, measured);
        }
        let lambda_t = lemma_3::pull(lambda, inner);
        prop_assert_eq!(theorem_1::bound(lambda_t, inner), Ok(0.0));
        prop_assert!(under(lambda_t).0 <= 1e-12);
        prop_assert_eq!(theorem_1::bound(lambda, inner).is_ok(), inner >= 0.0 || lambda == 0.0);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn lemma_3_is_consistency_of_order_1_on_either_side_of_the_surface(
        kind in 0_u8..3, n in 1_usize..4, p in 1_usize..5, seed: u64, lambda in 0.1..5.0_f64,
        share in 0.2..1.0_f64,
    ) {
        let f = function(kind, n, p, seed);
        let y = targets(n, seed) * 2.0;
        let flow = FullFlow::new(f.as_ref(), &y, lambda).unwrap();
        let theta = point(f.as_ref(), 1.0, share, seed ^ 1);
        let rates = [2e-3, 1e-3, 5e-4];
        let steps = rates.map(|rate| flow.one_step(&theta, rate).unwrap());
        // On the surface λ_t jumps within a step, so such points are left out.
        prop_assume!(steps.iter().all(|s| s.inner * s.inner_after > 0.0));
        let mut of_ball = constants(f.as_ref(), &y, 2.0);
        of_ball.residual = residual(f.as_ref(), &theta, &y).norm();
        let lambda_t = lemma_3::pull(lambda, steps[0].inner);
        for (rate, step) in rates.into_iter().zip(&steps) {
            let bound = lemma_3::one_step(&of_ball, lambda_t, share, rate).unwrap();
            prop_assert!(step.deviation <= bound + 1e-14, "{} {}", step.deviation, bound);
        }
    }

    /// Checks (10), (12), Theorem 4 and the regularised comparator under constant $\lambda$, at 40 times along the
    /// path.
    #[test]
    fn bounds_under_a_constant_pull_hold_at_every_time(
        kind in 0_u8..3, n in 1_usize..4, p in 1_usize..5, seed: u64, far in 0.1..3.0_f64,
        radius in 0.1..2.0_f64, share in -2.0..2.0_f64,
    ) {
        let f = function(kind, n, p, seed);
        let y = residual(f.as_ref(), f.start(), &DVector::zeros(n)) + targets(n, seed) * far;
        let of_ball = constants(f.as_ref(), &y, radius);
        // If the start already meets the targets, there is nothing to bound.
        prop_assume!(of_ball.residual > 1e-3);
        let lambda = theorem_4::lambda_circle(&of_ball).unwrap() * 10_f64.powf(share);
        let fastest = 2.0 * of_ball.lip_f.powi(2) + lambda;
        let times: Vec<f64> = (1..=40).map(|k| (k as f64 / 10.0).powi(2) / fastest).collect();
        let options = Adaptive { tolerance: 1e-9, check: false, ..Adaptive::default() };
        let flow = FullFlow::new(f.as_ref(), &y, lambda).unwrap();
        let path = flow.constant(&times, &options, &Monitor::silent()).unwrap();
        let plain = path.gaps(&flow.linearized(0.0).unwrap()).unwrap();
        let pulled = path.gaps(&flow.linearized(lambda).unwrap()).unwrap();
        let mut farthest = 0.0_f64;
        for (i, point) in path.points.iter().enumerate() {
            let t = point.time;
            farthest = farthest.max(point.distance);
            if farthest > radius {
                // The path may leave the ball only under a weak pull, at times that Theorem 4 does not cover.
                prop_assert!(theorem_4::repaired(&of_ball, lambda, t).is_err());
                break;
            }
            let near = |measured: f64, bound: f64| measured <= bound * (1.0 + 1e-6) + 1e-12;
            prop_assert!(near(point.risk, of_ball.residual.powi(2)));
            prop_assert!(near(point.distance, theorem_2::constant_pull(&of_ball, lambda, t).unwrap()));
            prop_assert!(near(plain[i], theorem_3::constant_pull(&of_ball, lambda, t).unwrap()));
            for bound in [theorem_4::repaired, theorem_4::strong_pull] {
                prop_assert!(bound(&of_ball, lambda, t).is_err_and(|_| share < 0.0)
                    || near(plain[i], bound(&of_ball, lambda, t).unwrap()));
            }
            for bound in [regularised_comparator::uniform, regularised_comparator::sharper] {
                prop_assert!(near(pulled[i], bound(&of_ball, lambda, t, farthest).unwrap()));
            }
        }
    }

    /// As long as the rule does not pull, (12) holds with every $\lambda$, because the gap is at most
    /// $\min(4F^2LE^2t^2, 2F^2Et)$.
    #[test]
    fn the_printed_theorem_3_holds_until_the_rule_pulls(
        kind in 0_u8..3, n in 1_usize..4, p in 1_usize..5, seed: u64, far in 0.1..3.0_f64,
        strength in -2.0..3.0_f64,
    ) {
        let f = function(kind, n, p, seed);
        let y = residual(f.as_ref(), f.start(), &DVector::zeros(n)) + targets(n, seed) * far;
        let flow = FullFlow::new(f.as_ref(), &y, 0.0).unwrap();
        let options = Adaptive { tolerance: 1e-9, check: false, ..Adaptive::default() };
        let times = [0.03, 0.1, 0.3, 1.0, 3.0];
        let path = flow.constant(&times, &options, &Monitor::silent()).unwrap();
        let gaps = path.gaps(&flow.linearized(0.0).unwrap()).unwrap();
        let farthest = path.points.iter().map(|p| p.distance).fold(0.0, f64::max);
        let reached = constants(f.as_ref(), &y, farthest);
        for (point, gap) in path.points.iter().zip(gaps) {
            let lambda = 10_f64.powf(strength);
            let printed = theorem_3::printed_for_selective(&reached, lambda, point.time).unwrap();
            let free = theorem_3::any_pull(&reached, [(point.time, 0.0)]).unwrap();
            prop_assert!(gap <= printed.min(free) * (1.0 + 1e-6) + 1e-12);
        }
    }
}

/// $f = u$ in the ball of radius $r$; outside of it the slope grows:
/// $u + c\,(|u| - r)_+^3\,\mathrm{sign}(u)/6$.
struct BentOutside {
    radius: f64,
    bend: f64,
    tensors: [Block; 1],
}

impl BentOutside {
    fn beyond(&self, u: f64) -> f64 {
        (u.abs() - self.radius).max(0.0)
    }

    fn slope(&self, u: f64) -> f64 {
        1.0 + self.bend * self.beyond(u).powi(2) / 2.0
    }
}

impl Predictor for BentOutside {
    fn start(&self) -> &[f64] {
        &[0.0]
    }

    fn tensors(&self) -> &[Block] {
        &self.tensors
    }

    fn examples(&self) -> usize {
        1
    }

    fn outputs(&self) -> usize {
        1
    }

    fn forward(&self, theta: &[f64], batch: &[usize]) -> Result<Vec<f64>> {
        let u = theta[0];
        let f = u + self.bend * self.beyond(u).powi(3) * u.signum() / 6.0;
        Ok(vec![f; batch.len()])
    }

    fn gradient(
        &self,
        theta: &[f64],
        batch: &[usize],
        cotangent: &Cotangent,
    ) -> Result<(Vec<f64>, Vec<f64>)> {
        let outputs = self.forward(theta, batch)?;
        let mut y_bar = vec![0.0];
        cotangent(0, &outputs, &mut y_bar);
        Ok((outputs, vec![self.slope(theta[0]) * y_bar[0]]))
    }

    fn pushforward(&self, theta: &[f64], _: &[usize], tangent: &[f64]) -> Result<Vec<f64>> {
        Ok(vec![self.slope(theta[0]) * tangent[0]])
    }
}

impl Certified for BentOutside {
    fn certified(&self, radius: f64) -> fixture::Constants {
        fixture::Constants {
            lip_f: self.slope(radius),
            lip_gradient: self.bend * self.beyond(radius),
        }
    }
}

/// Theorem 4 claims for the selective rule that the path never leaves the ball if $\lambda \ge \lambda_\circ$. Here the
/// rule pulls only in the first step, the path leaves the ball, and the function bends outside: the gap exceeds both
/// bounds. Under a constant pull the same function satisfies both bounds.
#[test]
fn the_printed_theorem_4_fails_for_the_selective_rule() {
    let f = BentOutside {
        radius: 0.05,
        bend: 1e4,
        tensors: [Block::new("u", 1)],
    };
    let y = dvector![1.0];
    let of_ball = constants(&f, &y, f.radius);
    let lambda = theorem_4::lambda_circle(&of_ball).unwrap();
    assert_eq!((of_ball.lip_gradient, lambda), (0.0, 40.0));
    let flow = FullFlow::new(&f, &y, lambda).unwrap();
    let linear = flow.linearized(0.0).unwrap();
    let times = [0.02, 0.06, 0.1];
    let bounds = |time| {
        [theorem_4::repaired, theorem_4::strong_pull]
            .map(|bound| bound(&of_ball, lambda, time).unwrap())
    };

    let path = flow.selective(&times, &FixedStep::of(1e-4), &Monitor::silent());
    let path = path.unwrap();
    assert!(path.points[2].distance > 2.0 * f.radius);
    let gaps = path.gaps(&linear).unwrap();
    assert!(bounds(0.06).iter().all(|bound| gaps[1] > 4.0 * bound));
    assert!(path.points[1].error < 1e-3);

    let setting = Setting {
        predictor: &f,
        targets: y.clone(),
        constants: of_ball,
        knowledge: Knowledge::Certified,
        everywhere: false,
    };
    let plan = CheckOptions {
        lambdas: &[lambda],
        times: &times,
        adaptive: Adaptive::default(),
        fixed: FixedStep::of(1e-4),
    };
    let findings = setting.check(&plan, &Monitor::silent()).unwrap();
    let claims = |f: &&Finding| f.statement == Statement::Theorem4 && f.what.contains("the rule");
    let claims: Vec<_> = findings.iter().filter(claims).collect();
    assert_eq!(claims.len(), 3);
    for claim in claims {
        assert_eq!(claim.form, Form::Printed);
        assert_eq!(claim.check.verdict, Verdict::Fails, "{}", claim.what);
    }
    let fails = |f: &&Finding| f.form != Form::Printed && f.check.verdict == Verdict::Fails;
    assert_eq!(findings.iter().find(fails), None);

    let path = flow.constant(&times, &Adaptive::default(), &Monitor::silent());
    let path = path.unwrap();
    for (point, gap) in path.points.iter().zip(path.gaps(&linear).unwrap()) {
        assert!(point.distance <= f.radius);
        assert!(bounds(point.time).iter().all(|bound| gap <= *bound));
    }
}
