//! Theorem 3: the gap $\lVert f_{\theta_t}(X) - \bar Y(t)\rVert$ to the **unregularised** linear flow
//! $\bar Y' = -2k_0(\bar Y - Y)$.
//!
//! (12) is proved for a constant $\lambda$. The proof needs (10), so it does not cover the
//! selective rule, for which the paper states (12) too; there [`any_pull`] holds.

use super::constants::not_negative;
use super::theorem_2::decayed_time;
use super::{Bound, Constants, positive_pull, second_order};

/// Returns the bound (12) with (13), for a constant $\lambda > 0$:
/// $$b\Big(t - \frac{1 - e^{-\lambda t}}\lambda\Big), \qquad
/// b = 2\,\mathrm{Lip}(f)^2 E\Big(\frac4\lambda\mathrm{Lip}(\nabla f)E + 1\Big).$$
///
/// # Errors
/// $\lambda = 0$; an argument is negative or not finite.
pub fn constant_pull(constants: &Constants, lambda: f64, time: f64) -> Bound {
    constants.check()?;
    positive_pull(lambda)?;
    not_negative("t", time)?;
    let Constants {
        lip_f,
        lip_gradient,
        residual,
        ..
    } = constants;
    // This is λb, because as λ → 0, b itself overflows and its factor vanishes.
    let pulled = 2.0 * lip_f.powi(2) * residual * (4.0 * lip_gradient * residual + lambda);
    Ok(pulled * second_order(lambda, time))
}

/// Returns the bound that the same proof gives with (9) in place of (10), for any $\lambda_t \ge 0$
/// under which the residual does not grow, such as that of the selective rule:
/// $$\int_0^t \big(4\,\mathrm{Lip}(f)\mathrm{Lip}(\nabla f)E + \lambda_s\mathrm{Lip}(f)\big)\,\delta_s\,ds,
/// \qquad \delta_s = 2\,\mathrm{Lip}(f)E\int_0^s e^{-(\Lambda_s - \Lambda_u)}du,$$
/// exactly, for a $\lambda_s$ that is constant on each of the consecutive `pieces`
/// $(h_k, \lambda_k)$. For one piece it is (12), and for $\lambda = 0$ its limit
/// $4\,\mathrm{Lip}(f)^2\mathrm{Lip}(\nabla f)E^2t^2$.
///
/// # Errors
/// A number is negative or not finite.
pub fn any_pull(constants: &Constants, pieces: impl IntoIterator<Item = (f64, f64)>) -> Bound {
    constants.check()?;
    let Constants {
        lip_f,
        lip_gradient,
        residual,
        ..
    } = constants;
    let speed = 2.0 * lip_f * residual;
    let (mut distance, mut gap) = (0.0, 0.0);
    for (h, lambda) in pieces {
        not_negative("a piece of time", h)?;
        not_negative("λ_t", lambda)?;
        // δ = δ_k·e^{−λs} + speed·∫₀ˢ e^{−λu} du along the piece.
        let decayed_time = decayed_time(lambda, h);
        let integral = distance * decayed_time + speed * second_order(lambda, h);
        gap += (4.0 * lip_f * lip_gradient * residual + lambda * lip_f) * integral;
        distance = distance * (-lambda * h).exp() + speed * decayed_time;
    }
    Ok(gap)
}

/// Returns the bound that the paper claims for the selective rule with strength $\lambda$: (12) as
/// if $\lambda_t = \lambda$ at all times. The proof fails, because it needs (10); [`any_pull`] with
/// the $\lambda_t$ that the rule took is the repair.
///
/// Until the rule pulls for the first time, the claim is nonetheless true, for every $\lambda > 0$
/// (the book's chapter on the theory has the proof).
///
/// # Errors
/// As [`constant_pull`].
pub fn printed_for_selective(constants: &Constants, lambda: f64, time: f64) -> Bound {
    constant_pull(constants, lambda, time)
}
