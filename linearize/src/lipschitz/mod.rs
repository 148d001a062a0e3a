//! Lipschitz constants of a model in $\theta$ and in $x$, which are two different questions.
//!
//! | variable | needed by | computed by |
//! |---|---|---|
//! | $\theta$, over a ball around $\theta_0$ | the theorems, by $\mathrm{Lip}(f)$ and $\mathrm{Lip}(\nabla f)$ | [`ThetaLipschitz`] |
//! | the input $x$, at random $\theta$ on spheres around $\theta_0$ | Algorithm 1, by $L_{avg}$ and $L_{upper}$ | [`input_lipschitz`] |
//!
//! Both are searches, and a search finds a value **below** the true constant. A bound that holds with such a value is
//! therefore only consistent with its theorem. The functions in [`fixture`](crate::fixture) have certified constants.

mod ascent;
mod curvature;
mod estimate;
mod input;
mod pairs;
mod probe;
mod slope;
mod theta;

pub use estimate::{Estimate, Estimates, How};
pub use input::{InputProtocol, InputRing, input_lipschitz};
pub use pairs::draw_pairs;
pub use theta::{ThetaLipschitz, ThetaSearch};

use crate::{Error, Result};

fn check_radius(radius: f64) -> Result<()> {
    if radius >= 0.0 && radius.is_finite() {
        Ok(())
    } else {
        Err(Error::BadRadius { radius })
    }
}

/// Returns `start` + $s\,v$.
fn moved(start: &[f64], s: f64, v: &[f64]) -> Vec<f64> {
    start.iter().zip(v).map(|(x, v)| x + s * v).collect()
}
