//! Theorem 4: the same gap as in Theorem 3, linear in $t$.
//!
//! The main text prints $\tilde R(\theta_0) = E^2$ where the appendix has $E$; the appendix is
//! right. The paper also states the theorem for the selective rule, for which it is false
//! ([`printed_for_selective`]): it needs a constant $\lambda$.

use super::constants::not_negative;
use super::{Bound, Constants, Hypothesis, positive_pull};

/// Returns $\lambda_\circ = 2E\,\mathrm{Lip}(f)/r$: for $\lambda \ge \lambda_\circ$ the flow never
/// leaves the ball.
///
/// # Errors
/// $r = 0$; an argument is negative or not finite.
pub fn lambda_circle(constants: &Constants) -> Bound {
    constants.check()?;
    if constants.radius == 0.0 {
        return Err(Hypothesis::NoBall);
    }
    Ok(2.0 * constants.residual * constants.lip_f / constants.radius)
}

/// Returns the bound $2\,\mathrm{Lip}(f)^2E(\tfrac4\lambda\mathrm{Lip}(\nabla f)E + 1)\,t$. It
/// holds for $\lambda \ge \lambda_\circ$ at all times, and for $0 < \lambda < \lambda_\circ$ until
/// $\tfrac1\lambda\ln\tfrac1{1 - \lambda/\lambda_\circ}$.
///
/// # Errors
/// $t$ is after these times; $\lambda = 0$; $r = 0$; an argument is negative or not finite.
pub fn repaired(constants: &Constants, lambda: f64, time: f64) -> Bound {
    covered(constants, lambda, time)?;
    Ok(slope(constants, constants.residual, lambda) * time)
}

/// Returns [`repaired`] with $E^2$ in place of every $E$, as the main text prints it: for $E < 1$
/// it is below the repaired bound, and false.
///
/// # Errors
/// As [`repaired`].
pub fn printed(constants: &Constants, lambda: f64, time: f64) -> Bound {
    covered(constants, lambda, time)?;
    Ok(slope(constants, constants.residual.powi(2), lambda) * time)
}

/// Returns the bound $2\,\mathrm{Lip}(f)E(2r\,\mathrm{Lip}(\nabla f) + \mathrm{Lip}(f))\,t$, for
/// $\lambda \ge \lambda_\circ$.
///
/// # Errors
/// $\lambda < \lambda_\circ$; $r = 0$; an argument is negative or not finite.
pub fn strong_pull(constants: &Constants, lambda: f64, time: f64) -> Bound {
    let lambda_circle = lambda_circle(constants)?;
    not_negative("λ", lambda)?;
    not_negative("t", time)?;
    if lambda < lambda_circle {
        return Err(Hypothesis::WeakPull {
            lambda,
            lambda_circle,
        });
    }
    let Constants {
        lip_f,
        lip_gradient,
        residual,
        radius,
    } = constants;
    Ok(2.0 * lip_f * residual * (2.0 * radius * lip_gradient + lip_f) * time)
}

/// Returns $r$, the ball's radius: by (10), no flow under a constant $\lambda$ is farther from
/// $\theta_0$ at the times that [`repaired`] covers. The paper states this for the selective rule,
/// which may leave the ball.
///
/// # Errors
/// As [`repaired`].
pub fn distance(constants: &Constants, lambda: f64, time: f64) -> Bound {
    covered(constants, lambda, time)?;
    Ok(constants.radius)
}

/// Returns the bound that the paper claims for the selective rule with strength $\lambda$:
/// [`repaired`], as if $\lambda_t = \lambda$ at all times. The claim is false, because the rule may
/// leave the ball, outside of which the constants do not apply; as long as it has not left,
/// [`theorem_3::any_pull`](super::theorem_3::any_pull) with the $\lambda_t$ that the rule took
/// holds.
///
/// # Errors
/// As [`repaired`].
pub fn printed_for_selective(constants: &Constants, lambda: f64, time: f64) -> Bound {
    repaired(constants, lambda, time)
}

/// Returns [`strong_pull`], which the paper also claims for the selective rule; this is false for
/// the same reason.
///
/// # Errors
/// As [`strong_pull`].
pub fn printed_strong_pull_for_selective(constants: &Constants, lambda: f64, time: f64) -> Bound {
    strong_pull(constants, lambda, time)
}

/// Returns $b$ of (13), with `residual` in place of $E$.
fn slope(constants: &Constants, residual: f64, lambda: f64) -> f64 {
    let Constants {
        lip_f,
        lip_gradient,
        ..
    } = constants;
    2.0 * lip_f.powi(2) * residual * (4.0 * lip_gradient * residual / lambda + 1.0)
}

/// Returns the time until which the theorem covers $\lambda$: infinity for
/// $\lambda \ge \lambda_\circ$.
fn covered_until(lambda: f64, lambda_circle: f64) -> f64 {
    if lambda >= lambda_circle {
        f64::INFINITY
    } else {
        -(-lambda / lambda_circle).ln_1p() / lambda
    }
}

fn covered(constants: &Constants, lambda: f64, time: f64) -> Bound<()> {
    let lambda_circle = lambda_circle(constants)?;
    positive_pull(lambda)?;
    not_negative("t", time)?;
    let until = covered_until(lambda, lambda_circle);
    if time > until {
        return Err(Hypothesis::TooLong {
            lambda,
            lambda_circle,
            until,
            time,
        });
    }
    Ok(())
}
