//! Theorem 5: the training risk of kernel ridge regression between two bounds from the spectrum.

use super::constants::not_negative;
use super::{Bound, Hypothesis};

/// Returns the lower and the upper bound (18) for (17) as printed,
/// $f^* = K(\cdot, X)(K + \sigma I)^{-1}Y$, on its summed training risk $R$:
/// $$\Big(\frac{\sigma\lVert Y\rVert}{\sigma + \lambda_{\max}(K)}\Big)^2 \le R \le
/// \Big(\frac{\sigma\lVert Y\rVert}{\sigma + \lambda_{\min}(K)}\Big)^2.$$
/// They hold for this $f^*$, which ignores the pretrained model, but not for a fine-tuned model.
///
/// # Errors
/// $\sigma = 0$; an argument is negative or not finite.
pub fn printed(
    sigma: f64,
    target_norm: f64,
    lambda_min: f64,
    lambda_max: f64,
) -> Bound<(f64, f64)> {
    between(sigma, target_norm, lambda_min, lambda_max)
}

/// Returns the same bounds around the pretrained model: for
/// $f^* = f_{\theta_0} + K(\cdot, X)(K + \sigma I)^{-1}(Y - f_{\theta_0}(X))$, with
/// $E = \lVert Y - f_{\theta_0}(X)\rVert$ in place of $\lVert Y\rVert$.
///
/// # Errors
/// As [`printed`].
pub fn repaired(sigma: f64, residual: f64, lambda_min: f64, lambda_max: f64) -> Bound<(f64, f64)> {
    between(sigma, residual, lambda_min, lambda_max)
}

fn between(sigma: f64, norm: f64, lambda_min: f64, lambda_max: f64) -> Bound<(f64, f64)> {
    for (what, value) in [
        ("σ", sigma),
        ("the norm", norm),
        ("λmin(K)", lambda_min),
        ("λmax(K)", lambda_max),
    ] {
        not_negative(what, value)?;
    }
    if sigma == 0.0 {
        return Err(Hypothesis::NoRidge);
    }
    let shrunk = |lambda: f64| (sigma * norm / (sigma + lambda)).powi(2);
    Ok((shrunk(lambda_max), shrunk(lambda_min)))
}
