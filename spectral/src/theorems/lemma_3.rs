//! Lemma 3: as $\eta_{\text{step}} \to 0$, the steps (4) with the selective rule (8) become the flow
//! (34) with $\lambda_t = \lambda\cdot 1[\nabla\tilde R(\theta_t)(\theta_t - \theta_0) \ge 0]$.

/// $\lambda_t$ of the flow, from $\lambda$ and the inner product.
pub fn pull(lambda: f64, inner: f64) -> f64 {
    if inner >= 0.0 { lambda } else { 0.0 }
}

/// The order $q$ at which deviations $\approx c\,\eta_{\text{step}}^q$ vanish: the least-squares
/// slope in log–log. `deviations` are pairs of $\eta_{\text{step}}$ and deviation.
///
/// One step of the rule deviates from the flow over the same time by $O(\eta_{\text{step}}^2)$, away
/// from the surface where the inner product is 0: slope 2 for a step, which is consistency of
/// order 1.
///
/// `None` for fewer than two pairs, or where a number is not positive.
pub fn order(deviations: &[(f64, f64)]) -> Option<f64> {
    let positive = |&(step, deviation): &(f64, f64)| step > 0.0 && deviation > 0.0;
    if deviations.len() < 2 || !deviations.iter().all(positive) {
        return None;
    }
    let n = deviations.len() as f64;
    let logs = || {
        deviations
            .iter()
            .map(|&(step, deviation)| (step.ln(), deviation.ln()))
    };
    let (x, y) = logs().fold((0.0, 0.0), |(x, y), (a, b)| (x + a / n, y + b / n));
    let covariance: f64 = logs().map(|(a, b)| (a - x) * (b - y)).sum();
    let variance: f64 = logs().map(|(a, _)| (a - x).powi(2)).sum();
    (variance > 0.0).then(|| covariance / variance)
}
