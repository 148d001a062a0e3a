//! Gradient flow of the linearized model, in closed form.

use crate::error::check_vector;
use crate::{Error, Result, cross_product, start_residual};
use nalgebra::{DMatrix, DVector};
use tangent_spectral::Eigen;

/// Gradient flow of the linearized model on
/// $\lVert\bar f(X) - Y\rVert^2 + \tfrac\lambda2\lVert\bar\theta - \theta_0\rVert^2$, started at
/// $\theta_0$ (equation (34) with constant $\lambda_t = \lambda$):
/// $$\dot{\bar Y} = -2K(\bar Y - Y) - \lambda(\bar Y - \bar Y(0)).$$
///
/// Its solution is $\bar\theta(t) - \theta_0 = J^\top a(t)$ with
/// $$a(t) = 2\,\frac{1 - e^{-(2K + \lambda I)t}}{2K + \lambda I}\,(Y - f_{\theta_0}(X)),$$
/// a function of $K$ that is also regular for a singular $K$ and $\lambda = 0$. For $t \to \infty$
/// and $\lambda > 0$ the flow becomes [`KernelRidge`](crate::KernelRidge) with $\sigma = \lambda/2$.
/// Negative eigenvalues of $K$ are rounding errors and count as zero.
///
/// # Example
/// ```
/// use nalgebra::{dmatrix, dvector};
/// use tangent_linearize::GradientFlow;
///
/// let flow = GradientFlow::new(&dmatrix![0.5], &dvector![0.0], &dvector![1.0], 0.0)?;
/// // ẏ = −(y − 1), y(0) = 0.
/// assert!((flow.outputs(2.0)?[0] - (1.0 - (-2.0_f64).exp())).abs() < 1e-15);
/// # Ok::<(), tangent_linearize::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct GradientFlow {
    /// $K = Q\Lambda Q^\top$.
    eigen: Eigen,
    pull: f64,
    start: DVector<f64>,
    /// $Q^\top(Y - f_{\theta_0}(X))$.
    coordinates: DVector<f64>,
}

impl GradientFlow {
    /// Returns the flow for the kernel $K(X, X)$, from `start` = $f_{\theta_0}(X)$ towards `targets` =
    /// $Y$, with the constant pull `pull` = $\lambda \ge 0$ to $\theta_0$.
    ///
    /// # Errors
    /// If the kernel is not square, finite and symmetric, a length does not match the kernel, a value is not finite, or
    /// $\lambda$ is negative or not finite.
    ///
    /// # Complexity
    /// One eigendecomposition; each time then takes $2 n^2$ operations.
    pub fn new(
        k: &DMatrix<f64>,
        start: &DVector<f64>,
        targets: &DVector<f64>,
        pull: f64,
    ) -> Result<Self> {
        if !(pull >= 0.0 && pull.is_finite()) {
            return Err(Error::BadPull { pull });
        }
        let eigen = Eigen::of(k)?;
        let residual = start_residual(eigen.n(), start, targets)?;
        Ok(Self {
            coordinates: eigen.vectors.tr_mul(&residual),
            eigen,
            pull,
            start: start.clone(),
        })
    }

    /// Returns $\bar Y(t)$ on the training examples.
    ///
    /// # Errors
    /// If $t$ is negative or not finite.
    pub fn outputs(&self, time: f64) -> Result<DVector<f64>> {
        let change = self.of_kernel(time, |lambda, a| lambda * a)?;
        Ok(change + &self.start)
    }

    /// Returns $a(t)$, where $\bar\theta(t) - \theta_0 = J^\top a(t)$.
    ///
    /// # Errors
    /// If $t$ is negative or not finite.
    pub fn coefficients(&self, time: f64) -> Result<DVector<f64>> {
        self.of_kernel(time, |_, a| a)
    }

    /// Returns $f_{\theta_0}(\cdot) + K(\cdot, X)\,a(t)$ on unseen examples, whose $f_{\theta_0}$ is
    /// `start`.
    ///
    /// # Shapes
    /// `cross` `[m, n]`, `start` and the result `[m]`.
    ///
    /// # Errors
    /// If a length does not match the cross kernel, a value of `start` is not finite, or $t$ is
    /// negative or not finite.
    pub fn predict(
        &self,
        cross: &DMatrix<f64>,
        start: &DVector<f64>,
        time: f64,
    ) -> Result<DVector<f64>> {
        check_vector("the start f₀ of the unseen examples", cross.nrows(), start)?;
        Ok(cross_product(cross, &self.coefficients(time)?)? + start)
    }

    /// Returns $\lVert\bar\theta(t) - \theta_0\rVert = (a^\top K a)^{1/2}$.
    ///
    /// # Errors
    /// If $t$ is negative or not finite.
    pub fn distance(&self, time: f64) -> Result<f64> {
        Ok(self.of_kernel(time, |lambda, a| lambda.sqrt() * a)?.norm())
    }

    /// Returns $g(K, a(K))$ times the residual. `g` takes an eigenvalue of $K$ and the factor of $a(t)$ at that
    /// eigenvalue.
    fn of_kernel(&self, time: f64, g: impl Fn(f64, f64) -> f64) -> Result<DVector<f64>> {
        if !(time >= 0.0 && time.is_finite()) {
            return Err(Error::BadTime { time });
        }
        let of_value = |lambda: f64| {
            let lambda = lambda.max(0.0);
            g(lambda, 2.0 * decayed(2.0 * lambda + self.pull, time))
        };
        let values = self.eigen.values.map(of_value);
        Ok(&self.eigen.vectors * values.component_mul(&self.coordinates))
    }
}

/// Returns $\int_0^t e^{-\mu s}\,ds = (1 - e^{-\mu t})/\mu$, and $t$ for $\mu = 0$.
fn decayed(rate: f64, time: f64) -> f64 {
    if rate == 0.0 {
        time
    } else {
        -(-rate * time).exp_m1() / rate
    }
}

#[cfg(test)]
mod tests {
    use super::decayed;

    #[test]
    fn the_decayed_time_is_continuous_at_rate_zero() {
        assert_eq!(decayed(0.0, 3.0), 3.0);
        assert!((decayed(1e-300, 3.0) - 3.0).abs() < 1e-15);
        assert!((decayed(1e-9, 3.0) - (3.0 - 4.5e-9)).abs() < 1e-15);
        assert!((decayed(2.0, 1.0) - (1.0 - (-2.0_f64).exp()) / 2.0).abs() < 1e-16);
    }
}
