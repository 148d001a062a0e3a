//! Kernel ridge regression around the pretrained model.

use crate::error::check_vector;
use crate::{Result, column, cross_product, start_residual};
use nalgebra::{DMatrix, DVector};
use tangent_spectral::Cholesky;

/// The minimiser of $\lVert\bar f(X) - Y\rVert^2 + \sigma\lVert\bar\theta - \theta_0\rVert^2$ over
/// linearized models:
/// $$f^*(\cdot) = f_{\theta_0}(\cdot) + K(\cdot, X)(K + \sigma I)^{-1}(Y - f_{\theta_0}(X)).$$
///
/// The objective $\tilde R(\theta) + \tfrac\lambda2\lVert\theta - \theta_0\rVert^2$ with the summed loss $\tilde R$ has
/// $\sigma = \lambda/2$. Equation (17) of the paper lacks $f_{\theta_0}$; [`printed`](Self::printed) is that form.
///
/// # Example
/// ```
/// use nalgebra::{dmatrix, dvector};
/// use tangent_linearize::KernelRidge;
///
/// let k = dmatrix![2.0, 0.0; 0.0, 4.0];
/// let (start, targets) = (dvector![0.5, 0.0], dvector![1.0, -1.0]);
/// let ridge = KernelRidge::fit(&k, &start, &targets, 1.0)?;
/// // The residual 0.5 shrinks by the factor σ/(λᵢ + σ) = 1/3, the residual −1 by 1/5.
/// let residual = ridge.train_residual();
/// assert!((residual - dvector![0.5 / 3.0, -0.2]).amax() < 1e-15);
/// # Ok::<(), tangent_linearize::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct KernelRidge {
    sigma: f64,
    factor: Cholesky,
    /// $Y - f_{\theta_0}(X)$.
    residual: DVector<f64>,
    coefficients: DVector<f64>,
}

impl KernelRidge {
    /// Fits the kernel $K(X, X)$, started from `start` = $f_{\theta_0}(X)$, to `targets` = $Y$.
    ///
    /// # Errors
    /// If the kernel is not square, finite and symmetric, a length does not match the kernel, a value is not finite,
    /// $\sigma$ is negative, or $K + \sigma I$ is singular up to rounding.
    pub fn fit(
        k: &DMatrix<f64>,
        start: &DVector<f64>,
        targets: &DVector<f64>,
        sigma: f64,
    ) -> Result<Self> {
        let factor = Cholesky::of_ridge(k, sigma)?;
        let residual = start_residual(factor.n(), start, targets)?;
        let solution = factor.solve(&column(&residual))?;
        Ok(Self {
            sigma,
            factor,
            residual,
            coefficients: solution.column(0).into_owned(),
        })
    }

    /// Fits equation (17) as printed: $f^*(\cdot) = K(\cdot, X)(K + \sigma I)^{-1}Y$, which leaves out the pretrained
    /// model's outputs. [`change`](Self::change) gives its predictions.
    ///
    /// # Errors
    /// As [`fit`](Self::fit).
    pub fn printed(k: &DMatrix<f64>, targets: &DVector<f64>, sigma: f64) -> Result<Self> {
        Self::fit(k, &DVector::zeros(targets.len()), targets, sigma)
    }

    /// Returns $\alpha = (K + \sigma I)^{-1}(Y - f_{\theta_0}(X))$; in parameters the solution is
    /// $\bar\theta - \theta_0 = J^\top\alpha$.
    pub fn coefficients(&self) -> &DVector<f64> {
        &self.coefficients
    }

    /// Returns $K(\cdot, X)\alpha$, which the fit adds to $f_{\theta_0}$ at the rows of a cross kernel.
    ///
    /// # Shapes
    /// `cross` `[m, n]`, the result `[m]`.
    ///
    /// # Errors
    /// If the number of columns of the cross kernel is not $n$.
    pub fn change(&self, cross: &DMatrix<f64>) -> Result<DVector<f64>> {
        cross_product(cross, &self.coefficients)
    }

    /// Returns $f_{\theta_0}(\cdot) + K(\cdot, X)\alpha$ on unseen examples, whose $f_{\theta_0}$ is
    /// `start`.
    ///
    /// # Errors
    /// If a length does not match the cross kernel, or a value of `start` is not finite.
    pub fn predict(&self, cross: &DMatrix<f64>, start: &DVector<f64>) -> Result<DVector<f64>> {
        check_vector("the start f₀ of the unseen examples", cross.nrows(), start)?;
        Ok(self.change(cross)? + start)
    }

    /// Returns $Y - f^*(X) = \sigma\alpha$.
    pub fn train_residual(&self) -> DVector<f64> {
        &self.coefficients * self.sigma
    }

    /// Returns the summed training risk $R = \lVert f^*(X) - Y\rVert^2$ that Theorem 5 bounds.
    pub fn train_risk(&self) -> f64 {
        self.train_residual().norm_squared()
    }

    /// Returns $\lVert\bar\theta - \theta_0\rVert = (\alpha^\top K \alpha)^{1/2}$.
    pub fn distance(&self) -> f64 {
        let change = &self.residual - self.train_residual();
        self.coefficients.dot(&change).max(0.0).sqrt()
    }

    /// Returns $Y_i - f^{(-i)}(x_i)$ for every example $i$, where $f^{(-i)}$ is fitted without example $i$.
    ///
    /// This needs no second fit, see [`Cholesky::leave_one_out`]. `outputs` is the number of rows of each example.
    ///
    /// # Errors
    /// If `outputs` does not divide the number of rows, or LAPACK fails.
    ///
    /// # Complexity
    /// $n^3$ operations for the inverse.
    pub fn leave_one_out(&self, outputs: usize) -> Result<DVector<f64>> {
        Ok(self.factor.leave_one_out(&self.coefficients, outputs)?)
    }
}
