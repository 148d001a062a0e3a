//! Lemma 3: as $\eta_{\text{step}} \to 0$, the steps (4) with the selective rule (8) become the flow
//! (34) with $\lambda_t = \lambda\cdot 1[\nabla\tilde R(\theta_t)(\theta_t - \theta_0) \ge 0]$.

use super::constants::not_negative;
use super::{Bound, Constants};

/// Returns $\lambda_t$ of the flow, from $\lambda$ and the inner product.
pub fn pull(lambda: f64, inner: f64) -> f64 {
    if inner >= 0.0 { lambda } else { 0.0 }
}

/// Returns a bound on the deviation of one step of (4) and (8), with `step` $= \eta_{\text{step}}$,
/// from the flow over the same time. Both start at `distance` $= \lVert\theta - \theta_0\rVert$ and
/// are pulled with `lambda_t` throughout, that is, away from the surface where the inner product is
/// 0:
/// $$\eta_{\text{step}}^2\Big(\lambda_t s + \tfrac12\big(2\,\mathrm{Lip}(f)^2 +
/// 2\,\mathrm{Lip}(\nabla f)E + \lambda_t\big)\big(s + \lambda_t(\lVert\theta - \theta_0\rVert +
/// \eta_{\text{step}}s)\big)\Big), \qquad s = 2\,\mathrm{Lip}(f)E.$$
/// The first term is the pull of (5) on the step itself, the second Taylor's remainder
/// $\tfrac12\eta_{\text{step}}^2\max\lVert\ddot\theta\rVert$. The bound is of second order in a
/// step, which is consistency of order 1.
///
/// # Errors
/// A number is negative or not finite.
pub fn one_step(constants: &Constants, lambda_t: f64, distance: f64, step: f64) -> Bound {
    constants.check()?;
    not_negative("λ_t", lambda_t)?;
    not_negative("the distance", distance)?;
    not_negative("η_step", step)?;
    let Constants {
        lip_f,
        lip_gradient,
        residual,
        ..
    } = constants;
    let speed = 2.0 * lip_f * residual;
    let curvature = 2.0 * lip_f.powi(2) + 2.0 * lip_gradient * residual + lambda_t;
    let fastest = speed + lambda_t * (distance + step * speed);
    Ok(step.powi(2) * (lambda_t * speed + curvature * fastest / 2.0))
}

/// Returns the order $q$ at which deviations $\approx c\,\eta_{\text{step}}^q$ vanish: the
/// least-squares slope in log–log. `deviations` are pairs of $\eta_{\text{step}}$ and deviation.
///
/// One step of the rule deviates from the flow over the same time by $O(\eta_{\text{step}}^2)$, away
/// from the surface where the inner product is 0: slope 2 for a step, which is consistency of
/// order 1. A slope is only an observation: if terms of different order nearly cancel, it may be
/// any number; the bound of [`one_step`] always holds.
///
/// Returns `None` for fewer than two pairs, for equal steps only, or if a number is not positive
/// and finite.
pub fn order(deviations: &[(f64, f64)]) -> Option<f64> {
    let positive = |x: f64| x > 0.0 && x.is_finite();
    let usable = |&(step, deviation): &(f64, f64)| positive(step) && positive(deviation);
    if deviations.len() < 2 || !deviations.iter().all(usable) {
        return None;
    }
    let n = deviations.len() as f64;
    let logs = || {
        deviations
            .iter()
            .map(|&(step, deviation)| (step.ln(), deviation.ln()))
    };
    let (x, y) = logs().fold((0.0, 0.0), |(x, y), (a, b)| (x + a / n, y + b / n));
    let covariance: f64 = logs().map(|(a, b)| (a - x) * (b - y)).sum();
    let variance: f64 = logs().map(|(a, _)| (a - x).powi(2)).sum();
    (variance > 0.0).then(|| covariance / variance)
}
