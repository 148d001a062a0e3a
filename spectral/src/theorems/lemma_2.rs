use nalgebra::DMatrix;

use crate::{Result, extremes};

/// Lemma 2, $K \succeq 0$: returns the smallest eigenvalue of a kernel, and the lowest value that
/// rounding alone explains, $-n\,\varepsilon\,\lambda_{\max}$. The lemma holds if the first is not
/// below the second.
///
/// # Errors
/// If the kernel is empty, not symmetric or not finite.
pub fn lemma_2(k: &DMatrix<f64>) -> Result<(f64, f64)> {
    let extremes = extremes(k)?;
    let floor = k.nrows() as f64 * f64::EPSILON * extremes.max.abs();
    Ok((extremes.min, -floor))
}
