//! Theorem 4: the same gap as in Theorem 3, linear in $t$.
//!
//! The main text prints $\tilde R(\theta_0) = E^2$ where the appendix has $E$; the appendix is
//! right.

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
