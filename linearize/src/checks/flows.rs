use super::{AtStart, Finding, Form, Plan, Setting, Statement};
use crate::full_flow::{Path, Point};
use crate::{FullFlow, GradientFlow, Predictor, Result, kernel};
use nalgebra::DMatrix;
use tangent_ntk_core::Monitor;
use tangent_spectral::theorems::{
    Bound, judge, lemma_1, lemma_2, lemma_3, regularised_comparator, theorem_1, theorem_2,
    theorem_3, theorem_4,
};

/// Steps of training that Lemma 3 is looked at with, as shares of the plan's longest.
const REFINED: [f64; 4] = [1.0 / 32.0, 1.0 / 64.0, 1.0 / 128.0, 1.0 / 256.0];

/// Of a step in θ.
const ROUNDING: f64 = 1e-13;

/// Everything that is about flows, at one $\lambda$.
pub(super) fn check<P: Predictor + ?Sized>(
    setting: &Setting<P>,
    plan: &Plan,
    at_start: &AtStart,
    lambda: f64,
    monitor: &Monitor,
) -> Result<Vec<Finding>> {
    let flow = FullFlow::new(setting.predictor, &setting.targets, lambda)?;
    let flow = match setting.everywhere {
        true => flow,
        false => flow.within(setting.constants.radius),
    };
    let constant = flow.constant(plan.times, &plan.adaptive, monitor)?;
    let selective = flow.selective(plan.times, &plan.fixed, monitor)?;
    let mut checks = Checks {
        setting,
        lambda,
        findings: Vec::new(),
    };
    checks.kernels(&constant)?;
    checks.one_step(&flow, &selective, plan.fixed.step)?;
    checks.loss(&selective);
    checks.distances(&constant, &selective);
    let comparator = |pull| GradientFlow::new(&at_start.k, &at_start.f, &setting.targets, pull);
    if lambda > 0.0 {
        let unregularised = comparator(0.0)?;
        checks.gaps(&constant, &constant.gaps(&unregularised)?);
        checks.gaps_of_the_rule(&selective, &selective.gaps(&unregularised)?);
        checks.regularised_gaps(&constant, &constant.gaps(&comparator(lambda)?)?);
    }
    Ok(checks.findings)
}

struct Checks<'a, P: Predictor + ?Sized> {
    setting: &'a Setting<'a, P>,
    lambda: f64,
    findings: Vec<Finding>,
}

impl<P: Predictor + ?Sized> Checks<'_, P> {
    fn find(
        &mut self,
        (statement, form, what): (Statement, Form, &str),
        time: Option<f64>,
        measured: f64,
        bound: Bound,
        tolerance: f64,
    ) {
        let check = judge(measured, bound, self.setting.knowledge, tolerance);
        self.findings.push(Finding {
            statement,
            form,
            what: what.to_owned(),
            lambda: self.lambda,
            time,
            check,
        });
    }

    /// One finding of several times: where measured side and bound are nearest; void only where no
    /// time has a bound.
    fn find_over(
        &mut self,
        of: (Statement, Form, &str),
        path: &Path,
        measured: impl Fn(usize, &Point) -> f64,
        bound: impl Fn(&Point, f64) -> Bound,
    ) {
        let mut nearest: Option<(f64, f64, f64, Bound, f64)> = None;
        let mut farthest = 0.0_f64;
        for (index, point) in path.points.iter().enumerate() {
            if point.time == 0.0 {
                continue;
            }
            farthest = farthest.max(point.distance);
            let (value, bound) = (measured(index, point), bound(point, farthest));
            // θ is known up to the integration's error, outputs up to Lip(f) times as much.
            let tolerance = point.error * (1.0 + 2.0 * self.setting.constants.lip_f);
            // Without the tolerance a place where both sides are rounding may hide a violation.
            let ratio = match &bound {
                Ok(bound) if *bound > 0.0 => (value - tolerance) / bound,
                Ok(_) => value - tolerance,
                Err(_) => f64::NEG_INFINITY,
            };
            if nearest.as_ref().is_none_or(|n| ratio > n.0) {
                nearest = Some((ratio, point.time, value, bound, tolerance));
            }
        }
        if let Some((_, time, value, bound, tolerance)) = nearest {
            self.find(of, Some(time), value, bound, tolerance);
        }
    }

    /// Lemmas 1 and 2 along the path, as far as the constants hold.
    fn kernels(&mut self, path: &Path) -> Result<()> {
        let predictor = self.setting.predictor;
        let start = predictor.start();
        let mut kernels = vec![(start.to_vec(), kernel(predictor, start)?)];
        let inside = |point: &&Point| self.setting.within(point.distance).is_ok();
        for point in path.points.iter().filter(inside) {
            kernels.push((point.theta.clone(), kernel(predictor, &point.theta)?));
        }
        let constants = self.setting.constants;
        let mut steepest = 0.0_f64;
        for pair in kernels.windows(2) {
            let ((theta, k), (other, l)) = (&pair[0], &pair[1]);
            let squares = theta.iter().zip(other).map(|(a, b)| (a - b).powi(2));
            let apart = squares.sum::<f64>().sqrt();
            if apart > 1e-9 * (1.0 + constants.radius) {
                steepest = steepest.max(spectral_norm(k - l) / apart);
            }
        }
        let bound = lemma_1(constants.lip_f, constants.lip_gradient);
        let lemma = (
            Statement::Lemma1,
            Form::Stated,
            "‖k_θ − k_θ'‖/‖θ − θ'‖ along the path",
        );
        self.find(
            lemma,
            None,
            steepest,
            Ok(bound),
            1e-9 * lemma_1(constants.lip_f, constants.lip_f),
        );

        let mut least = (f64::INFINITY, 0.0);
        for (_, k) in &kernels {
            let found = lemma_2(k)?;
            if found.0 - found.1 < least.0 - least.1 {
                least = found;
            }
        }
        let lemma = (
            Statement::Lemma2,
            Form::Stated,
            "−λmin(k_t) against rounding",
        );
        self.find(lemma, None, -least.0, Ok(-least.1), 0.0);
        Ok(())
    }

    /// Lemma 3 at a place in the middle of the selective path, away from the surface: of several
    /// lengths of a step, the one whose deviation is nearest to its bound.
    fn one_step(&mut self, flow: &FullFlow<P>, path: &Path, longest: f64) -> Result<()> {
        let setting = self.setting;
        let inside = |point: &&Point| setting.within(point.distance).is_ok();
        let points: Vec<&Point> = path.points.iter().filter(inside).collect();
        let Some(point) = points.get(points.len() / 2) else {
            return Ok(());
        };
        let constants = setting.constants;
        let mut nearest: Option<(f64, f64, Bound)> = None;
        for share in REFINED {
            let rate = share * longest;
            let step = flow.one_step(&point.theta, rate)?;
            if (step.inner >= 0.0) != (step.inner_after >= 0.0) {
                continue;
            }
            let reached = point.distance + 2.0 * constants.lip_f * constants.residual * rate;
            let lambda_t = lemma_3::pull(self.lambda, step.inner);
            let bound = setting
                .within(reached)
                .and_then(|()| lemma_3::one_step(&constants, lambda_t, point.distance, rate));
            let ratio = bound
                .as_ref()
                .map_or(0.0, |bound| (step.deviation - ROUNDING) / bound);
            if nearest.as_ref().is_none_or(|n| ratio > n.0) {
                nearest = Some((ratio, step.deviation, bound));
            }
        }
        if let Some((_, deviation, bound)) = nearest {
            let lemma = (
                Statement::Lemma3,
                Form::Stated,
                "one step's deviation from the flow",
            );
            self.find(lemma, Some(point.time), deviation, bound, ROUNDING);
        }
        Ok(())
    }

    /// Theorem 1 along the selective path: the steepest rise of the loss, step by step, while the
    /// rule's hypothesis is met by the rule itself, and steps are short enough for the curvature that
    /// the constants know of.
    fn loss(&mut self, path: &Path) {
        let mut steepest = (f64::NEG_INFINITY, 0.0, Ok(0.0));
        for pair in path.steps.windows(2) {
            let (step, next) = (pair[0], pair[1]);
            if self
                .setting
                .within(step.distance.max(next.distance))
                .is_err()
            {
                break;
            }
            let rise = (next.risk - step.risk) / step.width;
            if rise > steepest.0 {
                steepest = (rise, step.time, theorem_1::bound(step.lambda, step.inner));
            }
        }
        let (rise, time, bound) = steepest;
        let smallest = path
            .steps
            .iter()
            .map(|s| s.width)
            .fold(f64::INFINITY, f64::min);
        let risk = path.steps.first().map_or(0.0, |step| step.risk);
        if rise.is_finite() {
            let theorem = (
                Statement::Theorem1,
                Form::Stated,
                "(7): the loss's rise under the rule",
            );
            self.find(theorem, Some(time), rise, bound, 1e-12 * risk / smallest);
        }
    }

    fn distances(&mut self, constant: &Path, selective: &Path) {
        let (setting, lambda) = (self.setting, self.lambda);
        let constants = setting.constants;
        let distance = |_: usize, point: &Point| point.distance;
        self.find_over(
            (
                Statement::Theorem2,
                Form::Stated,
                "(9): the distance under the rule",
            ),
            selective,
            distance,
            |point, farthest| {
                setting.within(farthest)?;
                theorem_2::any_pull(&constants, selective.pieces(point.time))
            },
        );
        if lambda > 0.0 {
            self.find_over(
                (Statement::Theorem2, Form::Printed, "(10) for the rule"),
                selective,
                distance,
                |point, farthest| {
                    setting.within(farthest)?;
                    theorem_2::printed_for_selective(&constants, lambda, point.time)
                },
            );
        }
        let number = if lambda > 0.0 { "(10)" } else { "(11)" };
        self.find_over(
            (
                Statement::Theorem2,
                Form::Repaired,
                &format!("{number}: the distance under constant λ"),
            ),
            constant,
            distance,
            |point, farthest| {
                setting.within(farthest)?;
                theorem_2::constant_pull(&constants, lambda, point.time)
            },
        );
    }

    /// Theorems 3 and 4 under constant $\lambda$.
    fn gaps(&mut self, path: &Path, gaps: &[f64]) {
        let (setting, lambda) = (self.setting, self.lambda);
        let constants = setting.constants;
        let gap = |index: usize, _: &Point| gaps[index];
        type Theorem = fn(&tangent_spectral::theorems::Constants, f64, f64) -> Bound;
        let statements: [(Statement, Form, &str, Theorem); 4] = [
            (
                Statement::Theorem3,
                Form::Repaired,
                "(12): the gap under constant λ",
                theorem_3::constant_pull,
            ),
            (
                Statement::Theorem4,
                Form::Repaired,
                "with E: the gap under constant λ",
                theorem_4::repaired,
            ),
            (
                Statement::Theorem4,
                Form::Printed,
                "with R̃(θ₀) for E",
                theorem_4::printed,
            ),
            (
                Statement::Theorem4,
                Form::Repaired,
                "for λ ≥ λ∘, with r",
                theorem_4::strong_pull,
            ),
        ];
        for (statement, form, what, theorem) in statements {
            self.find_over((statement, form, what), path, gap, |point, farthest| {
                setting.within(farthest)?;
                theorem(&constants, lambda, point.time)
            });
        }
    }

    /// Theorem 3 as the paper claims it, for the rule, and with the pull that the rule took.
    fn gaps_of_the_rule(&mut self, path: &Path, gaps: &[f64]) {
        let (setting, lambda) = (self.setting, self.lambda);
        let constants = setting.constants;
        self.find_over(
            (
                Statement::Theorem3,
                Form::Repaired,
                "with (9): the gap under the rule",
            ),
            path,
            |index, _| gaps[index],
            |point, farthest| {
                setting.within(farthest)?;
                theorem_3::any_pull(&constants, path.pieces(point.time))
            },
        );
        self.find_over(
            (Statement::Theorem3, Form::Printed, "(12) for the rule"),
            path,
            |index, _| gaps[index],
            |point, farthest| {
                setting.within(farthest)?;
                theorem_3::printed_for_selective(&constants, lambda, point.time)
            },
        );
    }

    /// Erratum 5.
    fn regularised_gaps(&mut self, path: &Path, gaps: &[f64]) {
        let (setting, lambda) = (self.setting, self.lambda);
        let constants = setting.constants;
        let gap = |index: usize, _: &Point| gaps[index];
        // Where constants hold everywhere, no ball can be left.
        let reached = |farthest: f64| if setting.everywhere { 0.0 } else { farthest };
        self.find_over(
            (
                Statement::RegularisedComparator,
                Form::Repaired,
                "uniform in t",
            ),
            path,
            gap,
            |point, farthest| {
                regularised_comparator::uniform(&constants, lambda, point.time, reached(farthest))
            },
        );
        self.find_over(
            (Statement::RegularisedComparator, Form::Repaired, "sharper"),
            path,
            gap,
            |point, farthest| {
                regularised_comparator::sharper(&constants, lambda, point.time, reached(farthest))
            },
        );
    }
}

/// Of a symmetric matrix.
fn spectral_norm(matrix: DMatrix<f64>) -> f64 {
    match tangent_spectral::extremes(&matrix) {
        Ok(extremes) => extremes.max.abs().max(extremes.min.abs()),
        Err(_) => f64::NAN,
    }
}
