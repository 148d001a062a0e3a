//! Theorem 2: how far parameters move, $\lVert\theta_t - \theta_0\rVert$.
//!
//! (9) holds for any $\lambda_t \ge 0$ under which the residual does not grow; (10), (11) and (65)
//! are its values for a constant $\lambda$. The paper states (10) for the selective rule, whose
//! $\lambda_t$ is sometimes 0; this is false ([`printed_for_selective`]).

use super::constants::not_negative;
use super::{Bound, Constants, decayed, positive_pull};

/// Returns the bound of equation (9),
/// $2\,\mathrm{Lip}(f)\,E\int_0^t e^{-(\Lambda_t - \Lambda_s)}ds$ with
/// $\Lambda_t = \int_0^t\lambda_s ds$, exactly, for a $\lambda_s$ that is constant on each of the
/// consecutive `pieces` $(h_k, \lambda_k)$.
///
/// # Errors
/// A number is negative or not finite.
pub fn any_pull(constants: &Constants, pieces: impl IntoIterator<Item = (f64, f64)>) -> Bound {
    constants.check()?;
    // I ← I·e^{−λh} + ∫₀ʰ e^{−λs} ds from piece to piece.
    let mut integral = 0.0;
    for (h, lambda) in pieces {
        not_negative("a piece of time", h)?;
        not_negative("λ_t", lambda)?;
        integral = integral * (-lambda * h).exp() + decayed_time(lambda, h);
    }
    Ok(2.0 * constants.lip_f * constants.residual * integral)
}

/// Returns the bound of equation (10), constant $\lambda \ge 0$:
/// $2\,\mathrm{Lip}(f)\,E\,(1 - e^{-\lambda t})/\lambda$, and at $\lambda = 0$ its limit (11).
///
/// # Errors
/// A number is negative or not finite.
pub fn constant_pull(constants: &Constants, lambda: f64, time: f64) -> Bound {
    any_pull(constants, [(time, lambda)])
}

/// Returns the bound of equation (11), no pull: $2\,\mathrm{Lip}(f)\,E\,t$.
///
/// # Errors
/// A number is negative or not finite.
pub fn no_pull(constants: &Constants, time: f64) -> Bound {
    constant_pull(constants, 0.0, time)
}

/// Returns the bound of equation (65), $t \to \infty$ under a constant $\lambda > 0$:
/// $2\,\mathrm{Lip}(f)\,E/\lambda$.
///
/// # Errors
/// $\lambda = 0$; an argument is negative or not finite.
pub fn limit(constants: &Constants, lambda: f64) -> Bound {
    constants.check()?;
    positive_pull(lambda)?;
    Ok(2.0 * constants.lip_f * constants.residual / lambda)
}

/// Returns the bound that the paper claims for the selective rule with strength $\lambda$: (10) as
/// if $\lambda_t = \lambda$ at all times. The claim is false, because the rule begins with
/// $\lambda_t = 0$; [`any_pull`] with the $\lambda_t$ that the rule took is the repair.
///
/// # Errors
/// A number is negative or not finite.
pub fn printed_for_selective(constants: &Constants, lambda: f64, time: f64) -> Bound {
    constant_pull(constants, lambda, time)
}

/// Computes $\int_0^h e^{-\lambda s}ds$.
pub(super) fn decayed_time(lambda: f64, h: f64) -> f64 {
    if lambda * h == 0.0 {
        h
    } else {
        decayed(lambda * h) / lambda
    }
}
