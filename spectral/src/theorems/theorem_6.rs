//! Theorem 6: each eigenvalue of $K + S$ compared with that of $K$.
//!
//! $\eta = \lVert K^{-1/2} S K^{-1/2}\rVert$, which [`Perturbation`](crate::Perturbation) measures
//! at $\sigma = 0$. With $K + \sigma I$ in place of $K$, that is, with $\eta_\sigma$ and
//! $\lambda_i(K) + \sigma$, the statement is about $\lambda_i(K + S) + \sigma$, and it applies even
//! if $\lambda_{\min}(K)$ is noise.

use super::constants::not_negative;
use super::{Bound, Hypothesis};

/// Returns the lower and the upper bound (20), for a symmetric $S$:
/// $$(1 - \eta)\,\lambda_i(K) \le \lambda_i(K + S) \le (1 + \eta)\,\lambda_i(K).$$
/// For $\eta \ge 1$ the lower bound is weaker than $K + S \succeq 0$.
///
/// # Errors
/// $\lambda_i(K) = 0$, because $K \succ 0$ is assumed; an argument is negative or not finite.
pub fn printed(eta: f64, lambda: f64) -> Bound<(f64, f64)> {
    between(eta, lambda, 1.0 - eta)
}

/// Returns the bounds for $S \succeq 0$, which lowers no eigenvalue (Weyl):
/// $\lambda_i(K) \le \lambda_i(K + S) \le (1 + \eta)\,\lambda_i(K)$.
///
/// # Errors
/// As [`printed`].
pub fn repaired(eta: f64, lambda: f64) -> Bound<(f64, f64)> {
    between(eta, lambda, 1.0)
}

fn between(eta: f64, lambda: f64, lower: f64) -> Bound<(f64, f64)> {
    not_negative("η", eta)?;
    not_negative("λ_i(K)", lambda)?;
    if lambda == 0.0 {
        return Err(Hypothesis::NotDefinite { what: "K" });
    }
    Ok((lower * lambda, (1.0 + eta) * lambda))
}
