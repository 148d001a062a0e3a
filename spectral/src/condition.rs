//! The condition number of $K + \sigma I$.

use crate::{Result, check};
use serde::{Deserialize, Serialize};

/// Returns
/// $\kappa(K + \sigma I) = \dfrac{\max(\lambda_{\max}, 0) + \sigma}{\max(\lambda_{\min}, 0) + \sigma}$,
/// always at least 1.
///
/// The result is infinite if the denominator is zero. The eigenvalues are taken as exact;
/// [`Condition`] accounts for noise.
///
/// # Errors
/// If $\sigma$ is negative or not finite.
pub fn condition_number(lambda_min: f64, lambda_max: f64, sigma: f64) -> Result<f64> {
    check::ridge(sigma)?;
    Ok(ratio(lambda_min, lambda_max, sigma))
}

fn ratio(lambda_min: f64, lambda_max: f64, sigma: f64) -> f64 {
    let smallest = lambda_min.max(0.0) + sigma;
    let largest = lambda_max.max(0.0) + sigma;
    if smallest == 0.0 {
        f64::INFINITY
    } else {
        (largest / smallest).max(1.0)
    }
}

/// $\kappa(K + \sigma I)$ and how far noise in the eigenvalues may move it.
///
/// JSON has no number for infinity: `kappa`, `lower` and `upper` are written as null if they are
/// infinite. A null $\kappa$ comes with `"kappa_is_infinite": true`, which is absent otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(from = "Written", into = "Written")]
pub struct Condition {
    /// The ridge.
    pub sigma: f64,
    /// $\kappa$; infinite where $\sigma = 0$ and $\lambda_{\min}$ is not above the noise floor,
    /// because $K$ is then singular as far as can be told.
    pub kappa: f64,
    /// $\kappa$ if $\lambda_{\min}$ is larger and $\lambda_{\max}$ smaller by the noise floor;
    /// infinite where $\sigma = 0$ and $K = 0$.
    pub lower: f64,
    /// $\kappa$ if $\lambda_{\min}$ is smaller and $\lambda_{\max}$ larger by the noise floor;
    /// infinite where $\kappa$ is.
    pub upper: f64,
}

impl Condition {
    /// Returns the condition for the ends of a spectrum whose values are known up to $\pm$ `floor`.
    ///
    /// # Errors
    /// If $\sigma$ is negative or not finite.
    pub fn new(lambda_min: f64, lambda_max: f64, floor: f64, sigma: f64) -> Result<Self> {
        check::ridge(sigma)?;
        let singular = sigma == 0.0 && lambda_min <= floor;
        Ok(Self {
            sigma,
            kappa: if singular {
                f64::INFINITY
            } else {
                ratio(lambda_min, lambda_max, sigma)
            },
            lower: ratio(lambda_min + floor, lambda_max - floor, sigma),
            upper: ratio(lambda_min - floor, lambda_max + floor, sigma),
        })
    }
}

/// A [`Condition`] in the format of files.
#[derive(Serialize, Deserialize)]
struct Written {
    sigma: f64,
    kappa: Option<f64>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    kappa_is_infinite: bool,
    lower: Option<f64>,
    upper: Option<f64>,
}

impl From<Condition> for Written {
    fn from(condition: Condition) -> Self {
        let finite = |value: f64| value.is_finite().then_some(value);
        Self {
            sigma: condition.sigma,
            kappa: finite(condition.kappa),
            kappa_is_infinite: condition.kappa.is_infinite(),
            lower: finite(condition.lower),
            upper: finite(condition.upper),
        }
    }
}

impl From<Written> for Condition {
    fn from(written: Written) -> Self {
        let number = |value: Option<f64>| value.unwrap_or(f64::INFINITY);
        Self {
            sigma: written.sigma,
            kappa: number(written.kappa),
            lower: number(written.lower),
            upper: number(written.upper),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formula() {
        assert_eq!(condition_number(1.0, 3.0, 0.0), Ok(3.0));
        assert_eq!(condition_number(1.0, 3.0, 1.0), Ok(2.0));
        assert_eq!(condition_number(-1e-17, 3.0, 0.5), Ok(7.0));
        assert_eq!(condition_number(0.0, 3.0, 0.0), Ok(f64::INFINITY));
        // A zero matrix is perfectly conditioned once it has a ridge.
        assert_eq!(condition_number(0.0, 0.0, 1e-4), Ok(1.0));
        assert_eq!(condition_number(-2.0, -1.0, 1e-4), Ok(1.0));
    }

    #[test]
    fn a_bad_ridge_is_refused() {
        for sigma in [-1.0, f64::NAN, f64::INFINITY] {
            let message = format!("σ = {sigma}: the ridge must be finite and not negative");
            let plain = condition_number(1.0, 2.0, sigma).unwrap_err();
            let with_noise = Condition::new(1.0, 2.0, 0.0, sigma).unwrap_err();
            assert_eq!(plain.to_string(), message);
            assert_eq!(with_noise.to_string(), message);
        }
    }

    #[test]
    fn noise_widens_the_interval_and_makes_a_singular_matrix_infinite() {
        let clear = Condition::new(1.0, 3.0, 0.5, 0.0).unwrap();
        assert_eq!(
            (clear.lower, clear.kappa, clear.upper),
            (2.5 / 1.5, 3.0, 7.0)
        );
        let noise = Condition::new(1e-9, 3.0, 1e-7, 0.0).unwrap();
        assert_eq!((noise.kappa, noise.upper), (f64::INFINITY, f64::INFINITY));
        assert!(noise.lower.is_finite());
        let ridge = Condition::new(1e-9, 3.0, 1e-7, 1e-4).unwrap();
        assert!(ridge.upper.is_finite() && ridge.upper / ridge.lower < 1.01);
    }

    #[test]
    fn infinity_survives_json() {
        let c = Condition::new(0.0, 3.0, 1e-7, 0.0).unwrap();
        let json = serde_json::to_string(&c).unwrap();
        assert!(json.contains(r#""kappa":null"#), "{json}");
        assert_eq!(serde_json::from_str::<Condition>(&json).unwrap(), c);
    }

    #[test]
    fn a_kappa_that_is_infinite_is_told_from_one_that_is_not_there() {
        let json = |min: f64, max: f64, floor: f64, sigma: f64| {
            let condition = Condition::new(min, max, floor, sigma).unwrap();
            let json = serde_json::to_value(condition).unwrap();
            assert_eq!(
                serde_json::from_value::<Condition>(json.clone()).unwrap(),
                condition
            );
            json
        };
        let singular = json(0.0, 3.0, 1e-7, 0.0);
        assert_eq!(singular["kappa_is_infinite"], true);
        assert!(singular["upper"].is_null() && singular["lower"].is_number());
        let zero = json(0.0, 0.0, 0.0, 0.0);
        assert_eq!(zero["kappa_is_infinite"], true);
        assert!(zero["lower"].is_null());
        // Finite numbers are written as they were before the flag was added.
        let text = serde_json::to_string(&Condition::new(1.0, 3.0, 0.0, 1.0).unwrap()).unwrap();
        assert_eq!(text, r#"{"sigma":1.0,"kappa":2.0,"lower":2.0,"upper":2.0}"#);
    }
}
