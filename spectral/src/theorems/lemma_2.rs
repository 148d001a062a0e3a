use nalgebra::DMatrix;

use crate::{Result, extremes};

/// Lemma 2, $K \succeq 0$: the smallest eigenvalue of a kernel, and how far below 0 rounding alone
/// may put it, $-n\,\varepsilon\,\lambda_{\max}$. The lemma is met where the first is not below the
/// second.
///
/// # Errors
/// If the kernel is empty, not symmetric or not finite.
pub fn lemma_2(k: &DMatrix<f64>) -> Result<(f64, f64)> {
    let extremes = extremes(k)?;
    let floor = k.nrows() as f64 * f64::EPSILON * extremes.max.abs();
    Ok((extremes.min, -floor))
}
