//! Theorem 4: the same gap as in Theorem 3, linear in $t$.
//!
//! The main text prints $\tilde R(\theta_0) = E^2$ where the appendix has $E$; the appendix is
//! right. And the paper states it for the selective rule, under which it is false
//! ([`printed_for_selective`]): it is about a constant $\lambda$.

use super::constants::not_negative;
use super::{Bound, Constants, Hypothesis, positive_pull};

/// $\lambda_\circ = 2E\,\mathrm{Lip}(f)/r$: from there on the flow never leaves the ball.
///
/// # Errors
/// $r = 0$; a number is negative or not finite.
pub fn lambda_circle(constants: &Constants) -> Bound {
    constants.check()?;
    if constants.radius == 0.0 {
        return Err(Hypothesis::NoBall);
    }
    Ok(2.0 * constants.residual * constants.lip_f / constants.radius)
}

/// $2\,\mathrm{Lip}(f)^2E(\tfrac4\lambda\mathrm{Lip}(\nabla f)E + 1)\,t$, for
/// $\lambda \ge \lambda_\circ$ at all times, for $0 < \lambda < \lambda_\circ$ until
/// $\tfrac1\lambda\ln\tfrac1{1 - \lambda/\lambda_\circ}$.
///
/// # Errors
/// Outside of these times; $\lambda = 0$; $r = 0$; a number is negative or not finite.
pub fn repaired(constants: &Constants, lambda: f64, time: f64) -> Bound {
    covered(constants, lambda, time)?;
    Ok(slope(constants, constants.residual, lambda) * time)
}

/// The same with $E^2$ in place of every $E$, as the main text prints it: below the repaired bound,
/// and false, where $E < 1$.
///
/// # Errors
/// As [`repaired`].
pub fn printed(constants: &Constants, lambda: f64, time: f64) -> Bound {
    covered(constants, lambda, time)?;
    Ok(slope(constants, constants.residual.powi(2), lambda) * time)
}

/// $2\,\mathrm{Lip}(f)E(2r\,\mathrm{Lip}(\nabla f) + \mathrm{Lip}(f))\,t$, for
/// $\lambda \ge \lambda_\circ$.
///
/// # Errors
/// $\lambda < \lambda_\circ$; $r = 0$; a number is negative or not finite.
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

/// $r$, the ball's radius: no flow under a constant $\lambda$ is farther from $\theta_0$ at the times
/// that [`repaired`] covers, by (10). The paper has it of the selective rule, which leaves the ball.
///
/// # Errors
/// As [`repaired`].
pub fn distance(constants: &Constants, lambda: f64, time: f64) -> Bound {
    covered(constants, lambda, time)?;
    Ok(constants.radius)
}

/// What the paper claims for the selective rule with strength $\lambda$: [`repaired`], as if
/// $\lambda_t = \lambda$ at all times. False, for the rule may leave the ball, outside of which
/// its constants say nothing; [`theorem_3::any_pull`](super::theorem_3::any_pull) with the
/// $\lambda_t$ that the rule took is what holds, as long as it has not left.
///
/// # Errors
/// As [`repaired`].
pub fn printed_for_selective(constants: &Constants, lambda: f64, time: f64) -> Bound {
    repaired(constants, lambda, time)
}

/// The same of [`strong_pull`], and false likewise.
///
/// # Errors
/// As [`strong_pull`].
pub fn printed_strong_pull_for_selective(constants: &Constants, lambda: f64, time: f64) -> Bound {
    strong_pull(constants, lambda, time)
}

/// $b$ of (13), with what stands for $E$ given apart.
fn slope(constants: &Constants, residual: f64, lambda: f64) -> f64 {
    let Constants {
        lip_f,
        lip_gradient,
        ..
    } = constants;
    2.0 * lip_f.powi(2) * residual * (4.0 * lip_gradient * residual / lambda + 1.0)
}

/// Until when $\lambda$ covers: for ever from $\lambda_\circ$ on.
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
