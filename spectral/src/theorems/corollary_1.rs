//! Corollary 1: the training risks of two candidates, $K + S_1$ and $K + S_2$.
//!
//! All forms bound $(R(\theta\cup\hat\theta_1)/R(\theta\cup\hat\theta_2))^{1/2}$, with $R$ as in
//! [`theorem_7`](super::theorem_7), from below and from above. With
//! $\rho_{12} = \lambda_{\max}(K + S_1 + \sigma I)/\lambda_{\max}(K + S_2 + \sigma I)$ and with
//! $a_1$, $a_2$ the factors $a$ of Theorem 7 for the two candidates:
//!
//! | form | lower | upper | holds |
//! |---|---|---|---|
//! | [`printed`] (22) | $\rho_{12}/b$ | $b\rho_{12}$, $b = a_1 a_2$ | not for $\eta_1 \ge 1$ or $\eta_2 \ge 1$ |
//! | [`printed_eta_below_one`] | $\rho_{12}/b$ | $b\rho_{12}$ | $\eta_1, \eta_2 < 1$ |
//! | [`repaired`] | $\rho_{12}/b$ | $b\rho_{12}$ | always |
//! | [`sharper`] | $\dfrac{\sigma + \lambda_{\min}(K + S_2)}{\sigma + \lambda_{\max}(K + S_1)}$ | $\dfrac{\sigma + \lambda_{\max}(K + S_2)}{\sigma + \lambda_{\min}(K + S_1)}$ | always |
//! | [`kantorovich`] | $\dfrac{1}{q\,(1 + q\eta_{\sigma,1})}$ | $q\,(1 + q\eta_{\sigma,2})$ | always |

use super::theorem_7::{Quantities, around};
use super::{Bound, Hypothesis};

/// Returns the lower and the upper bound (22) as printed, for any $\eta_1$ and $\eta_2$. They may
/// be false if one of these is not below 1: at $K = \sigma = Y = c = 1$, $S_1 = 3$, $S_2 = 0$ the
/// root of the ratio is 0.4 and the lower bound 10.
///
/// # Errors
/// If the two candidates do not have the same $K + \sigma I$ and $c$; and as
/// [`theorem_7::printed`](super::theorem_7::printed).
pub fn printed(first: &Quantities, second: &Quantities) -> Bound<(f64, f64)> {
    let rho = rho(first, second)?;
    Ok(around(rho, first.printed_a()? * second.printed_a()?))
}

/// Returns the bounds (22) under the condition that they need, $\eta_1 < 1$ and $\eta_2 < 1$.
///
/// # Errors
/// $\eta_1 \ge 1$ or $\eta_2 \ge 1$, and as [`printed`].
pub fn printed_eta_below_one(first: &Quantities, second: &Quantities) -> Bound<(f64, f64)> {
    let rho = rho(first, second)?;
    let b = first.printed_a_below_one()? * second.printed_a_below_one()?;
    Ok(around(rho, b))
}

/// Returns the bounds (22) with $b = c^2(1 + \eta_{\sigma,1})^2(1 + \eta_{\sigma,2})^2$, for all
/// $S_1, S_2 \succeq 0$.
///
/// # Errors
/// If the two candidates do not have the same $K + \sigma I$ and $c$; and as
/// [`theorem_7::repaired`](super::theorem_7::repaired).
pub fn repaired(first: &Quantities, second: &Quantities) -> Bound<(f64, f64)> {
    let rho = rho(first, second)?;
    Ok(around(rho, first.repaired_a() * second.repaired_a()))
}

/// Returns the bounds from the ends of the two candidates' spectra alone. They are the best bounds
/// that use nothing else.
///
/// # Errors
/// As [`repaired`].
pub fn sharper(first: &Quantities, second: &Quantities) -> Bound<(f64, f64)> {
    rho(first, second)?;
    let (first, second) = (first.after, second.after);
    Ok((second.min / first.max, second.max / first.min))
}

/// Returns the bounds from Theorem 7's [`kantorovich`](super::theorem_7::kantorovich) for each
/// candidate: never wider than [`repaired`].
///
/// # Errors
/// As [`repaired`].
pub fn kantorovich(first: &Quantities, second: &Quantities) -> Bound<(f64, f64)> {
    rho(first, second)?;
    let q = first.kantorovich_q();
    let lower = 1.0 / (q * (1.0 + q * first.eta_sigma));
    Ok((lower, q * (1.0 + q * second.eta_sigma)))
}

/// Returns $\rho_{12}$, or the first unmet one of the hypotheses that all forms share.
fn rho(first: &Quantities, second: &Quantities) -> Bound {
    first.check()?;
    second.check()?;
    if (first.before, first.c) != (second.before, second.c) {
        return Err(Hypothesis::DifferentKernels);
    }
    Ok(first.after.max / second.after.max)
}
