//! The gap to the **regularised** linear flow
//! $\bar Y' = -2k_0(\bar Y - Y) - \lambda(\bar Y - \bar Y(0))$: uniform in $t$ (this project's own
//! statement, proved in the book's chapter on the theory).

use super::constants::not_negative;
use super::{Bound, Constants, Hypothesis, decayed, positive_pull, theorem_4, without_first_order};

/// Returns the bound
/// $10\,\mathrm{Lip}(f)^2\,\mathrm{Lip}(\nabla f)\,E^2\,(1 - e^{-\lambda t})/\lambda^2$.
///
/// `farthest` is the largest $\lVert\theta_s - \theta_0\rVert$ for $s \le t$: for
/// $\lambda < \lambda_\circ$ the bound holds until the path leaves the ball.
///
/// # Errors
/// $\lambda = 0$; $r = 0$; $\lambda < \lambda_\circ$ and the path left the ball; a number is
/// negative or not finite.
pub fn uniform(constants: &Constants, lambda: f64, time: f64, farthest: f64) -> Bound {
    let scale = scale(constants, lambda, time, farthest)?;
    Ok(scale * decayed(lambda * time) / lambda / lambda)
}

/// Returns the bound
/// $10\,\mathrm{Lip}(f)^2\,\mathrm{Lip}(\nabla f)\,E^2\,(1 - e^{-\lambda t} - \lambda te^{-\lambda t})/\lambda^2$:
/// sharper, of second order in $t$.
///
/// # Errors
/// As [`uniform`].
pub fn sharper(constants: &Constants, lambda: f64, time: f64, farthest: f64) -> Bound {
    let scale = scale(constants, lambda, time, farthest)?;
    Ok(scale * without_first_order(lambda, time))
}

/// Returns $10\,\mathrm{Lip}(f)^2\,\mathrm{Lip}(\nabla f)\,E^2$ if the statement applies.
fn scale(constants: &Constants, lambda: f64, time: f64, farthest: f64) -> Bound {
    let lambda_circle = theorem_4::lambda_circle(constants)?;
    positive_pull(lambda)?;
    not_negative("t", time)?;
    not_negative("the farthest distance", farthest)?;
    let radius = constants.radius;
    if lambda < lambda_circle && farthest > radius {
        return Err(Hypothesis::LeftTheBall {
            distance: farthest,
            radius,
        });
    }
    let Constants {
        lip_f,
        lip_gradient,
        residual,
        ..
    } = constants;
    Ok(10.0 * lip_f.powi(2) * lip_gradient * residual.powi(2))
}
