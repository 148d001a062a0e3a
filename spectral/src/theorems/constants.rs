use super::{Bound, Hypothesis};
use serde::{Deserialize, Serialize};

/// The constants in the bounds on a flow.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Constants {
    /// $\mathrm{Lip}(f)$ of $\theta \mapsto f_\theta(X)$ over the ball.
    pub lip_f: f64,
    /// $\mathrm{Lip}(\nabla f)$ of $\theta \mapsto J_\theta$ over the ball, in the spectral norm.
    pub lip_gradient: f64,
    /// $E = \lVert f_{\theta_0}(X) - Y\rVert$.
    pub residual: f64,
    /// $r$, the ball's radius.
    pub radius: f64,
}

impl Constants {
    /// Checks that all constants are finite and none is negative.
    pub(super) fn check(&self) -> Bound<()> {
        for (what, value) in [
            ("Lip(f)", self.lip_f),
            ("Lip(∇f)", self.lip_gradient),
            ("E", self.residual),
            ("r", self.radius),
        ] {
            not_negative(what, value)?;
        }
        Ok(())
    }
}

/// Checks that a quantity is finite and not negative.
pub(super) fn not_negative(what: &'static str, value: f64) -> Bound<()> {
    if value >= 0.0 && value.is_finite() {
        Ok(())
    } else {
        Err(Hypothesis::NotANumber { what, value })
    }
}

/// Checks that a constant $\lambda$ is finite and positive.
pub(super) fn positive_pull(lambda: f64) -> Bound<()> {
    not_negative("λ", lambda)?;
    if lambda > 0.0 {
        Ok(())
    } else {
        Err(Hypothesis::NoPull)
    }
}
