/// Lemma 1: $\mathrm{Lip}(k) \le 2\,\mathrm{Lip}(f)\,\mathrm{Lip}(\nabla f)$ for
/// $\theta \mapsto k_\theta = J_\theta J_\theta^\top$ in the spectral norm.
///
/// Returns the right side. The lemma follows from
/// $J J^\top - J' J'^\top = J(J - J')^\top + (J - J')J'^\top$.
pub fn lemma_1(lip_f: f64, lip_gradient: f64) -> f64 {
    2.0 * lip_f * lip_gradient
}
