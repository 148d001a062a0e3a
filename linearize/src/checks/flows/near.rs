//! The statements about one point or about two points that are near: Lemmas 1 to 3 and Theorem 1.

use super::{Checks, nearness};
use crate::checks::{Form, Statement};
use crate::full_flow::{Path, Point};
use crate::{FullFlow, Predictor, Result, kernel};
use nalgebra::DMatrix;
use tangent_spectral::extremes;
use tangent_spectral::theorems::{Bound, Knowledge, judge, lemma_1, lemma_2, lemma_3, theorem_1};

/// The lengths of the training steps on which Lemma 3 is checked, as shares of the longest step.
const REFINED: [f64; 4] = [1.0 / 32.0, 1.0 / 64.0, 1.0 / 128.0, 1.0 / 256.0];

/// The rounding error of a step in θ.
const ROUNDING: f64 = 1e-13;

impl<P: Predictor + ?Sized> Checks<'_, P> {
    /// Checks Lemmas 1 and 2 along the path, as far as the constants hold.
    pub(super) fn kernels(&mut self, path: &Path) -> Result<()> {
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
                steepest = steepest.max(spectral_norm(&(k - l))? / apart);
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
        for (theta, k) in &kernels {
            let mut found = lemma_2(k)?;
            // An entry of JJᵀ is a sum of p products: ‖error‖ ≤ p ε ‖J‖²_F.
            found.1 -= theta.len() as f64 * f64::EPSILON * k.trace();
            if found.0 - found.1 < least.0 - least.1 {
                least = found;
            }
        }
        let lemma = (
            Statement::Lemma2,
            Form::Stated,
            "−λmin(k_t) against rounding",
        );
        // No constant in this lemma is an estimate.
        let check = judge(-least.0, Ok(-least.1), Knowledge::Certified, 0.0);
        self.push(lemma, None, check);
        Ok(())
    }

    /// Checks Lemma 3 at a point in the middle of the selective path, away from the surface. Of several lengths of a
    /// step, the finding reports the one whose deviation is nearest to its bound.
    pub(super) fn one_step(&mut self, flow: &FullFlow<P>, path: &Path, longest: f64) -> Result<()> {
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
            let ratio = nearness(step.deviation, &bound, ROUNDING);
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

    /// Checks Theorem 1 along the selective path, at the steepest rise of the loss from one step to the next. The rule
    /// itself meets the theorem's hypothesis. The check ends where the path leaves the ball: the steps are short enough
    /// only for the curvature that the constants bound.
    pub(super) fn loss(&mut self, path: &Path) {
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
}

/// Returns the spectral norm of a symmetric matrix.
fn spectral_norm(matrix: &DMatrix<f64>) -> Result<f64> {
    let ends = extremes(matrix)?;
    Ok(ends.max.abs().max(ends.min.abs()))
}
