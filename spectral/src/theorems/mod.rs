//! The paper's statements, named by their numbers; each is a function from measured quantities to
//! its bound.
//!
//! | result | function | bounds |
//! |---|---|---|
//! | Lemma 1 | [`lemma_1`](lemma_1()) | $\mathrm{Lip}(k)$ |
//! | Lemma 2 | [`lemma_2`](lemma_2()) | $\lambda_{\min}(K)$ from below |
//! | Lemma 3 | [`lemma_3`] | $\lambda_t$ of the selective flow, and how one step approaches it |
//! | Theorem 1 | [`theorem_1`] | $\tfrac{d}{dt}\lVert f_{\theta_t}(X) - Y\rVert^2$ |
//! | Theorem 2 | [`theorem_2`] | $\lVert\theta_t - \theta_0\rVert$ |
//! | Theorem 3 | [`theorem_3`] | $\lVert f_{\theta_t}(X) - \bar Y(t)\rVert$, unregularised comparator |
//! | Theorem 4 | [`theorem_4`] | the same gap, linear in $t$ |
//! | erratum 5 | [`regularised_comparator`] | the gap to the regularised comparator, uniform in $t$ |
//! | Theorem 5 | [`theorem_5`] | the training risk of ridge regression |
//! | Theorem 6 | [`theorem_6`] | $\lambda_i(K + S)$ |
//! | Theorem 7 | [`theorem_7`] | the ratio of this risk with $K + S$ to the risk with $K$ |
//! | Corollary 1 | [`corollary_1`] | the ratio of this risk with $K + S_1$ to the risk with $K + S_2$ |
//!
//! A statement whose hypotheses are not met has no bound: it returns the [`Hypothesis`] that fails.
//! Where the paper prints a form that does not hold, both forms are given: `printed…` and
//! `repaired`. [`judge`] compares a measured value with a bound.
//!
//! Notation: $E = \lVert f_{\theta_0}(X) - Y\rVert$; Lipschitz constants are in $\theta$, over the
//! ball of radius $r$ around $\theta_0$; $\lambda$ is the strength of the pull. Proofs of the
//! repairs are in the book's chapter on the theory.

mod constants;
pub mod corollary_1;
mod hypothesis;
mod lemma_1;
mod lemma_2;
pub mod lemma_3;
pub mod regularised_comparator;
pub mod theorem_1;
pub mod theorem_2;
pub mod theorem_3;
pub mod theorem_4;
pub mod theorem_5;
pub mod theorem_6;
pub mod theorem_7;
mod verdict;

pub use constants::Constants;
use constants::positive_pull;
pub use hypothesis::Hypothesis;
pub use lemma_1::lemma_1;
pub use lemma_2::lemma_2;
pub use verdict::{Check, Knowledge, Verdict, judge};

/// A bound, or the hypothesis that is not met.
pub type Bound<T = f64> = std::result::Result<T, Hypothesis>;

/// Computes $1 - e^{-x}$ without cancellation.
fn decayed(x: f64) -> f64 {
    -(-x).exp_m1()
}

/// Computes $\int_0^t\int_0^s e^{-\lambda u}du\,ds = (e^{-\lambda t} - 1 + \lambda t)/\lambda^2$
/// without cancellation, and $t^2/2$ for $\lambda = 0$.
fn second_order(lambda: f64, time: f64) -> f64 {
    let x = lambda * time;
    if x > 0.1 {
        return ((-x).exp_m1() + x) / lambda / lambda;
    }
    let (mut term, mut sum) = (0.5, 0.0);
    for k in 3..20 {
        sum += term;
        term *= -x / f64::from(k);
    }
    time * sum * time
}

/// Computes
/// $\int_0^t s\,e^{-\lambda s}ds = (1 - e^{-\lambda t} - \lambda t e^{-\lambda t})/\lambda^2$
/// without cancellation, and $t^2/2$ for $\lambda = 0$.
fn without_first_order(lambda: f64, time: f64) -> f64 {
    let x = lambda * time;
    if x > 0.1 {
        return (decayed(x) - x * (-x).exp()) / lambda / lambda;
    }
    // The numerator is e^{-x}(e^x − 1 − x), and the series of the bracket has terms of one sign.
    let (mut term, mut sum) = (0.5, 0.0);
    for k in 3..20 {
        sum += term;
        term *= x / f64::from(k);
    }
    time * (sum * (-x).exp()) * time
}
