//! The Jacobian and the kernel of any predictor, row by row.

use crate::{Error, Predictor, Result};
use nalgebra::DMatrix;

/// Returns $J_\theta(X)$, `[nC, p]`, by one pullback for each row.
///
/// This suits fixtures and small parts of models. For many examples of a [`Model`](tangent_ntk_core::Model),
/// [`Jacobian`](tangent_ntk_core::Jacobian) is far faster.
///
/// # Errors
/// The predictor is in kernel space, which has no rows; the errors of [`Predictor::gradient`].
pub fn jacobian<P: Predictor + ?Sized>(predictor: &P, theta: &[f64]) -> Result<DMatrix<f64>> {
    if predictor.in_kernel_space() {
        return Err(Error::InKernelSpace {
            what: "the Jacobian",
        });
    }
    let (n, outputs) = (predictor.examples(), predictor.outputs());
    let mut rows = DMatrix::zeros(n * outputs, theta.len());
    for i in 0..n {
        for c in 0..outputs {
            let of_output = |_: usize, _: &[f64], into: &mut [f64]| into[c] = 1.0;
            let (_, row) = predictor.gradient(theta, &[i], &of_output)?;
            rows.row_mut(i * outputs + c)
                .iter_mut()
                .zip(row)
                .for_each(|(into, x)| *into = x);
        }
    }
    Ok(rows)
}

/// Returns $K_\theta = J_\theta J_\theta^\top$ of all outputs, `[nC, nC]`.
///
/// # Errors
/// As [`jacobian`].
pub fn kernel<P: Predictor + ?Sized>(predictor: &P, theta: &[f64]) -> Result<DMatrix<f64>> {
    let j = jacobian(predictor, theta)?;
    Ok(&j * j.transpose())
}
