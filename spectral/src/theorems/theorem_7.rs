//! Theorem 7: the training risk of ridge regression after blocks are added to the trained ones.
//!
//! $R = \lVert\sigma(K + \sigma I)^{-1}Y\rVert^2$ is the summed training risk of (17), $R(\theta)$
//! with $K$ and $R(\theta\cup\hat\theta)$ with $K + S$, $S \succeq 0$. All forms but
//! [`quadratic_form`] bound $(R(\theta\cup\hat\theta)/R(\theta))^{1/2}$ from below and from above,
//! by $\rho = \lambda_{\max}(K + S + \sigma I)/\lambda_{\max}(K + \sigma I)$ and other numbers of the
//! two spectra.
//!
//! | form | lower | upper | holds |
//! |---|---|---|---|
//! | [`printed`] (21) | $\rho/a$ | $a\rho$, $a = c/(1-\eta)^2$ | not for $\eta \ge 1$ |
//! | [`printed_eta_below_one`] | $\rho/a$ | $a\rho$ | $\eta < 1$ |
//! | [`repaired`] | $\rho/a$ | $a\rho$, $a = c\,(1+\eta_\sigma)^2$ | always |
//! | [`sharper`] | $1/(\kappa\rho)$ | $\kappa(K + S + \sigma I)/\rho$ | always |
//! | [`kantorovich`] | $1/(1 + q\eta_\sigma)$ | $q = (\sqrt\kappa + 1/\sqrt\kappa)/2$ | always |
//!
//! Here $\kappa = \kappa(K + \sigma I) \le c$. If $\lambda_{\min}(K)$ is at the noise floor, $\eta$
//! does not exist and the first two forms do not apply; a little above the floor, $\eta \gg 1$. The
//! other forms need $\sigma$ above the noise of $K$.
//!
//! # Example
//! ```
//! use nalgebra::dmatrix;
//! use tangent_spectral::Precision;
//! use tangent_spectral::theorems::{Hypothesis, theorem_7, theorem_7::Quantities};
//!
//! // R falls from 1/4 to 1/25 for Y = 1: the root of the ratio is 0.4.
//! let (k, s, sigma) = (dmatrix![1.0], dmatrix![3.0], 1.0);
//! let quantities = Quantities::of(&k, &s, sigma, Precision::F64)?;
//! let (lower, upper) = theorem_7::repaired(&quantities).expect("K + σI is positive definite");
//! assert!(lower < 0.4 + 1e-15 && 0.4 < upper);
//! assert_eq!(theorem_7::printed(&quantities).map(|(lower, _)| lower), Ok(10.0));
//! assert_eq!(
//!     theorem_7::printed_eta_below_one(&quantities),
//!     Err(Hypothesis::LargePerturbation { eta: 3.0 })
//! );
//! # Ok::<(), tangent_spectral::Error>(())
//! ```

use super::constants::not_negative;
use super::{Bound, Hypothesis};
use crate::{Error, Extremes, Perturbation, Precision, Result, extremes};
use nalgebra::DMatrix;
use serde::{Deserialize, Serialize};

/// The quantities in the bounds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Quantities {
    /// $c$, at least $\kappa(K + \sigma I)$.
    pub c: f64,
    /// The ends of the spectrum of $K + \sigma I$.
    pub before: Extremes,
    /// The ends of the spectrum of $K + S + \sigma I$.
    pub after: Extremes,
    /// $\eta = \lVert K^{-1/2} S K^{-1/2}\rVert$; `None` if $\lambda_{\min}(K)$ is noise.
    pub eta: Option<f64>,
    /// $\eta_\sigma = \lVert(K + \sigma I)^{-1/2} S (K + \sigma I)^{-1/2}\rVert$.
    pub eta_sigma: f64,
}

impl Quantities {
    /// Measures a kernel $K$ and the $S$ that is added to it, with $c = \kappa(K + \sigma I)$.
    /// `rows` is the precision of the Jacobian's rows.
    ///
    /// # Shapes
    /// `k` and `s`: $[n, n]$, positive semidefinite.
    ///
    /// # Errors
    /// As [`Perturbation::of`] with this $\sigma$, and if an eigenvalue of $S$ is negative by more
    /// than noise.
    pub fn of(k: &DMatrix<f64>, s: &DMatrix<f64>, sigma: f64, rows: Precision) -> Result<Self> {
        let eta_sigma = Perturbation::of(k, s, sigma, rows)?.eta();
        semidefinite(s, rows)?;
        let eta = match Perturbation::of(k, s, 0.0, rows) {
            Ok(plain) => Some(plain.eta()),
            Err(Error::NotPositiveDefinite { .. }) => None,
            Err(other) => return Err(other),
        };
        let shifted = |m: &DMatrix<f64>| {
            let ends = extremes(m)?;
            // As for a condition number: a Gram matrix has no negative eigenvalue.
            let shift = |value: f64| value.max(0.0) + sigma;
            Ok(Extremes {
                min: shift(ends.min),
                max: shift(ends.max),
            })
        };
        let (before, after) = (shifted(k)?, shifted(&(k + s))?);
        Ok(Self {
            c: before.max / before.min,
            before,
            after,
            eta,
            eta_sigma,
        })
    }

    /// Returns $\rho = \lambda_{\max}(K + S + \sigma I)/\lambda_{\max}(K + \sigma I)$.
    pub fn rho(&self) -> f64 {
        self.after.max / self.before.max
    }

    /// Returns $\kappa(K + \sigma I)$.
    pub fn kappa(&self) -> f64 {
        self.before.max / self.before.min
    }

    /// Returns $a$ of (21), $c/(1-\eta)^2$, for an $\eta$ of any size.
    pub(super) fn printed_a(&self) -> Bound {
        let eta = self.eta.ok_or(Hypothesis::NotDefinite { what: "K" })?;
        not_negative("η", eta)?;
        Ok(self.c / (1.0 - eta).powi(2))
    }

    /// Returns $a$ of (21) for $\eta < 1$ only.
    pub(super) fn printed_a_below_one(&self) -> Bound {
        let a = self.printed_a()?;
        match self.eta {
            Some(eta) if eta >= 1.0 => Err(Hypothesis::LargePerturbation { eta }),
            _ => Ok(a),
        }
    }

    /// Returns $c\,(1+\eta_\sigma)^2$.
    pub(super) fn repaired_a(&self) -> f64 {
        self.c * (1.0 + self.eta_sigma).powi(2)
    }

    /// Returns $q = (\sqrt\kappa + 1/\sqrt\kappa)/2$, Kantorovich's constant of $K + \sigma I$.
    pub(super) fn kantorovich_q(&self) -> f64 {
        let root = self.kappa().sqrt();
        0.5 * (root + 1.0 / root)
    }

    /// Checks the hypotheses that all forms share.
    pub(super) fn check(&self) -> Bound<()> {
        for (what, value) in [
            ("c", self.c),
            ("λmin(K + σI)", self.before.min),
            ("λmax(K + σI)", self.before.max),
            ("λmin(K + S + σI)", self.after.min),
            ("λmax(K + S + σI)", self.after.max),
            ("η_σ", self.eta_sigma),
        ] {
            not_negative(what, value)?;
        }
        for (what, ends) in [("K + σI", self.before), ("K + S + σI", self.after)] {
            if ends.min == 0.0 {
                return Err(Hypothesis::NotDefinite { what });
            }
        }
        let (kappa, c) = (self.kappa(), self.c);
        if kappa > c {
            return Err(Hypothesis::IllConditioned { kappa, c });
        }
        Ok(())
    }
}

fn semidefinite(s: &DMatrix<f64>, rows: Precision) -> Result<()> {
    let ends = extremes(s)?;
    let floor = rows.noise_floor(s.nrows(), ends.max.abs().max(ends.min.abs()));
    if ends.min < -floor {
        return Err(Error::NotSemidefinite {
            smallest: ends.min,
            floor,
        });
    }
    Ok(())
}

/// Returns the bounds (21) as printed: $\rho/a$ and $a\rho$ with $a = c/(1-\eta)^2$, for any
/// $\eta$. They may be false for $\eta \ge 1$: at $K = \sigma = Y = c = 1$, $S = 3$ the root of the
/// ratio is 0.4 and the lower bound 10.
///
/// # Errors
/// $\eta$ does not exist; $\kappa(K + \sigma I) > c$; an argument is negative or not finite.
pub fn printed(quantities: &Quantities) -> Bound<(f64, f64)> {
    quantities.check()?;
    Ok(around(quantities.rho(), quantities.printed_a()?))
}

/// Returns the bounds (21) under the condition that they need, $\eta < 1$.
///
/// # Errors
/// $\eta \ge 1$, and as [`printed`].
pub fn printed_eta_below_one(quantities: &Quantities) -> Bound<(f64, f64)> {
    quantities.check()?;
    Ok(around(quantities.rho(), quantities.printed_a_below_one()?))
}

/// Returns the bounds (21) with $a = c\,(1 + \eta_\sigma)^2$, for every $S \succeq 0$.
///
/// # Errors
/// $\kappa(K + \sigma I) > c$; an argument is negative or not finite; a $\lambda_{\min}$ is 0.
pub fn repaired(quantities: &Quantities) -> Bound<(f64, f64)> {
    quantities.check()?;
    Ok(around(quantities.rho(), quantities.repaired_a()))
}

/// Returns the bounds $1/(\kappa\rho)$ and $\kappa(K + S + \sigma I)/\rho$: from the ends of the
/// two spectra alone, and never wider than [`repaired`].
///
/// # Errors
/// As [`repaired`].
pub fn sharper(quantities: &Quantities) -> Bound<(f64, f64)> {
    quantities.check()?;
    let Quantities { before, after, .. } = quantities;
    Ok((before.min / after.max, before.max / after.min))
}

/// Returns the bounds $1/(1 + q\eta_\sigma)$ and $q = (\sqrt\kappa + 1/\sqrt\kappa)/2$,
/// $\kappa = \kappa(K + \sigma I)$: never wider than [`repaired`], and if $\kappa$ is large and $S$
/// does not raise $\lambda_{\min}$, much narrower than [`sharper`].
///
/// The upper bound does not depend on $S$: added blocks raise the root of the risk by no more than
/// a factor $q$.
///
/// # Errors
/// As [`repaired`].
pub fn kantorovich(quantities: &Quantities) -> Bound<(f64, f64)> {
    quantities.check()?;
    let q = quantities.kantorovich_q();
    Ok((1.0 / (1.0 + q * quantities.eta_sigma), q))
}

/// Returns the lower and the upper bound of a statement without $\kappa$:
/// $$\frac{1}{1 + \eta_\sigma} \le
/// \frac{Y^\top(K + S + \sigma I)^{-1}Y}{Y^\top(K + \sigma I)^{-1}Y} \le 1.$$
/// $\sigma Y^\top(K + \sigma I)^{-1}Y$ is the regularised risk, the least of
/// $\lVert f(X) - Y\rVert^2 + \sigma\lVert f\rVert_K^2$: unlike $R$, it never grows with added
/// blocks.
///
/// # Errors
/// $\eta_\sigma$ is negative or not finite.
pub fn quadratic_form(eta_sigma: f64) -> Bound<(f64, f64)> {
    not_negative("η_σ", eta_sigma)?;
    Ok((1.0 / (1.0 + eta_sigma), 1.0))
}

/// Returns $\rho/a$ and $a\rho$.
pub(super) fn around(rho: f64, a: f64) -> (f64, f64) {
    (rho / a, a * rho)
}
