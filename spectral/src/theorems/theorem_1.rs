//! Theorem 1: under a pull that acts only where it does not point uphill, the loss never grows.

use super::constants::not_negative;
use super::{Bound, Hypothesis};

/// Returns the derivative of the training loss along the flow (34), from
/// $\langle k_t e, e\rangle$ with
/// $e = f_{\theta_t}(X) - Y$, $\lambda_t$, and `inner` $= \nabla\tilde R(\theta_t)(\theta_t - \theta_0)$:
/// $$\tfrac{d}{dt}\lVert f_{\theta_t}(X) - Y\rVert^2
/// = -4\langle k_t e, e\rangle - \lambda_t\nabla\tilde R(\theta_t)(\theta_t - \theta_0).$$
pub fn derivative(kernel_form: f64, lambda_t: f64, inner: f64) -> f64 {
    -4.0 * kernel_form - lambda_t * inner
}

/// Returns the bound (7) of [`derivative`], 0.
///
/// # Errors
/// The pull acts, $\lambda_t > 0$, while the inner product is negative: then the theorem requires
/// $\lambda_t = 0$. Or $\lambda_t$ is negative, or a number is not finite; without a pull, the
/// inner product does not matter.
pub fn bound(lambda_t: f64, inner: f64) -> Bound {
    not_negative("λ_t", lambda_t)?;
    if lambda_t > 0.0 && !inner.is_finite() {
        return Err(Hypothesis::NotANumber {
            what: "∇R̃(θ_t)(θ_t − θ₀)",
            value: inner,
        });
    }
    if lambda_t > 0.0 && inner < 0.0 {
        return Err(Hypothesis::PullsUphill {
            lambda: lambda_t,
            inner,
        });
    }
    Ok(0.0)
}
