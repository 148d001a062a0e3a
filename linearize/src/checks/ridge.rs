use super::{AtStart, Finding, Form, Setting, Statement};
use crate::{KernelRidge, Predictor, Result};
use tangent_spectral::extremes;
use tangent_spectral::theorems::{judge, theorem_5};

/// Checks both sides of both forms of Theorem 5 on the kernel at $\theta_0$, with the ridge $\sigma = \lambda/2$. The
/// printed form is applied to the fine-tuned model, as the paper claims it.
pub(super) fn check<P: Predictor + ?Sized>(
    setting: &Setting<P>,
    at_start: &AtStart,
    lambda: f64,
) -> Result<Vec<Finding>> {
    let sigma = lambda / 2.0;
    let ridge = KernelRidge::fit(&at_start.k, &at_start.f, &setting.targets, sigma)?;
    let risk = ridge.train_risk();
    let ends = extremes(&at_start.k)?;
    let (min, max) = (ends.min.max(0.0), ends.max.max(0.0));
    let residual = (&setting.targets - &at_start.f).norm();
    // The solution has the rounding errors of the factorisation.
    let tolerance = 1e-12 * (max + sigma) / (min + sigma) * residual.powi(2);
    // No constant in this theorem is an estimate.
    let knowledge = tangent_spectral::theorems::Knowledge::Certified;
    let mut findings = Vec::new();
    for (form, bounds) in [
        (
            Form::Repaired,
            theorem_5::repaired(sigma, residual, min, max),
        ),
        (
            Form::Printed,
            theorem_5::printed(sigma, setting.targets.norm(), min, max),
        ),
    ] {
        let upper = bounds.clone().map(|(_, upper)| upper);
        let sides = [
            (
                "(18), upper side: the ridge risk",
                judge(risk, upper, knowledge, tolerance),
            ),
            (
                "(18), lower side",
                match bounds {
                    Ok((lower, _)) => judge(lower, Ok(risk), knowledge, tolerance),
                    Err(unmet) => judge(risk, Err(unmet), knowledge, tolerance),
                },
            ),
        ];
        findings.extend(sides.map(|(what, check)| Finding {
            statement: Statement::Theorem5,
            form,
            what: what.to_owned(),
            lambda,
            time: None,
            check,
        }));
    }
    Ok(findings)
}
