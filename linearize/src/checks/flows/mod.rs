//! The checks of statements about flows, at one $\lambda$.

mod bounds;
mod near;

use super::{AtStart, CheckOptions, Finding, Form, Setting, Statement};
use crate::full_flow::{Path, Point};
use crate::{FullFlow, GradientFlow, Predictor, Result};
use tangent_ntk_core::Monitor;
use tangent_spectral::theorems::{Bound, Check, judge};

/// Checks all statements about flows, at one $\lambda$.
pub(super) fn check<P: Predictor + ?Sized>(
    setting: &Setting<P>,
    plan: &CheckOptions,
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
        of: (Statement, Form, &str),
        time: Option<f64>,
        measured: f64,
        bound: Bound,
        tolerance: f64,
    ) {
        let check = judge(measured, bound, self.setting.knowledge, tolerance);
        self.push(of, time, check);
    }

    fn push(
        &mut self,
        (statement, form, what): (Statement, Form, &str),
        time: Option<f64>,
        check: Check,
    ) {
        self.findings.push(Finding {
            statement,
            form,
            what: what.to_owned(),
            lambda: self.lambda,
            time,
            check,
        });
    }

    /// Records one finding over all times of the path, at the time where the measured side and the bound are nearest.
    /// The finding is void only if no time has a bound.
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
            let tolerance = self.tolerance(point);
            let ratio = nearness(value, &bound, tolerance);
            if nearest.as_ref().is_none_or(|n| ratio > n.0) {
                nearest = Some((ratio, point.time, value, bound, tolerance));
            }
        }
        if let Some((_, time, value, bound, tolerance)) = nearest {
            self.find(of, Some(time), value, bound, tolerance);
        }
    }

    /// Returns the tolerance at a point: θ has the error of the integration, and outputs have Lip(f) times that error.
    fn tolerance(&self, point: &Point) -> f64 {
        point.error * (1.0 + 2.0 * self.setting.constants.lip_f)
    }
}

/// Returns how near a measured side is to its bound, which decides the time that a finding reports. The tolerance is
/// subtracted: otherwise a time at which both sides are rounding errors could hide a violation. A time without a bound
/// ranks below all others.
fn nearness(measured: f64, bound: &Bound, tolerance: f64) -> f64 {
    match bound {
        Ok(bound) if *bound > 0.0 => (measured - tolerance) / bound,
        Ok(_) => measured - tolerance,
        Err(_) => f64::NEG_INFINITY,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tangent_spectral::theorems::Hypothesis;

    #[test]
    fn where_there_is_no_bound_is_behind_where_all_is_rounding() {
        let rounding = nearness(0.0, &Ok(1.0), 1e-13);
        assert!(rounding < 0.0);
        assert!(nearness(0.0, &Err(Hypothesis::NoPull), 1e-13) < rounding);
    }
}
