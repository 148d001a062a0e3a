use super::constants::not_negative;
use super::{Bound, Constants, positive_pull, second_order};

/// Theorem 3, (12) with (13), for a constant $\lambda > 0$: the gap
/// $\lVert f_{\theta_t}(X) - \bar Y(t)\rVert$ to the **unregularised** linear flow
/// $\bar Y' = -2k_0(\bar Y - Y)$ is at most
/// $$b\Big(t - \frac{1 - e^{-\lambda t}}\lambda\Big), \qquad
/// b = 2\,\mathrm{Lip}(f)^2 E\Big(\frac4\lambda\mathrm{Lip}(\nabla f)E + 1\Big).$$
///
/// # Errors
/// $\lambda = 0$; a number is negative or not finite.
pub fn theorem_3(constants: &Constants, lambda: f64, time: f64) -> Bound {
    constants.check()?;
    positive_pull(lambda)?;
    not_negative("t", time)?;
    Ok(slope(constants, constants.residual, lambda) * second_order(lambda * time) / lambda)
}

/// $b$ of (13), with what stands for $E$ outside of the bracket given apart.
pub(super) fn slope(constants: &Constants, residual: f64, lambda: f64) -> f64 {
    let Constants {
        lip_f,
        lip_gradient,
        ..
    } = constants;
    2.0 * lip_f.powi(2) * residual * (4.0 / lambda * lip_gradient * residual + 1.0)
}
