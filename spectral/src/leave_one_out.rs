//! Residuals of ridge regression on examples that it was not fitted to.

use crate::{Cholesky, Error, Result, check};
use nalgebra::{DMatrix, DVector};

impl Cholesky {
    /// Returns $Y_i - f^{(-i)}(x_i)$ for every example $i$, where $f^{(-i)}$ is ridge regression
    /// fitted without this example and `alpha` = $\alpha = (K + \sigma I)^{-1}(Y - f_0(X))$.
    ///
    /// No second fit is needed: for the rows $B$ of an example the residual is
    /// $(G_{BB})^{-1}\alpha_B$, $G = (K + \sigma I)^{-1}$; with one row, it is $\alpha_i / G_{ii}$.
    /// An example has `outputs` rows.
    ///
    /// # Shapes
    /// `alpha` and the result: `[n]`.
    ///
    /// # Errors
    /// If `alpha` has another length, the number of rows is not a multiple of `outputs`, or LAPACK
    /// fails.
    ///
    /// # Complexity
    /// $n^3$ operations for the inverse.
    pub fn leave_one_out(&self, alpha: &DVector<f64>, outputs: usize) -> Result<DVector<f64>> {
        let rows = self.n();
        check::length("α", rows, alpha.len())?;
        if outputs == 0 || !rows.is_multiple_of(outputs) {
            return Err(Error::Outputs { rows, outputs });
        }
        let inverse = self.inverse()?;
        if outputs == 1 {
            return Ok(alpha.component_div(&inverse.diagonal()));
        }
        let mut residual = DVector::zeros(rows);
        for first in (0..rows).step_by(outputs) {
            let block = inverse.view((first, first), (outputs, outputs));
            let right = alpha.rows(first, outputs);
            let right = DMatrix::from_column_slice(outputs, 1, right.as_slice());
            let solved = Cholesky::of_ridge(&block.into_owned(), 0.0)?.solve(&right)?;
            residual
                .rows_mut(first, outputs)
                .copy_from(&solved.column(0));
        }
        Ok(residual)
    }
}
