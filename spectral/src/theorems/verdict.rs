use serde::{Deserialize, Deserializer, Serialize};

use super::{Bound, Hypothesis};

/// How the constants of a bound are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Knowledge {
    /// Upper bounds that are proved.
    Certified,
    /// Estimates from below: a violation proves nothing.
    Estimated,
}

/// The outcome of the check of a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Within the bound, certified constants.
    Holds,
    /// Beyond the bound, certified constants: the statement is false.
    Fails,
    /// Within the bound, estimated constants.
    Consistent,
    /// Beyond the bound, estimated constants.
    Inconsistent,
    /// A hypothesis is not met.
    Void,
}

/// A measured value and its bound.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Check {
    /// The measured value. One that is not finite is written as null, because JSON has no number
    /// for it, and read again as NaN.
    #[serde(deserialize_with = "null_is_nan")]
    pub measured: f64,
    /// The upper bound; `None` if a hypothesis is not met, and, when read from JSON, also if it was
    /// infinite.
    pub bound: Option<f64>,
    /// The measured value divided by the bound: 1 is tight; `None` without a bound, or if the ratio
    /// is not finite, as for a bound of 0.
    pub ratio: Option<f64>,
    /// The outcome.
    pub verdict: Verdict,
    /// The hypothesis that is not met.
    pub unmet: Option<String>,
}

fn null_is_nan<'de, D: Deserializer<'de>>(from: D) -> Result<f64, D::Error> {
    Ok(Option::deserialize(from)?.unwrap_or(f64::NAN))
}

impl Check {
    /// Returns the bound minus the measured value.
    pub fn slack(&self) -> Option<f64> {
        self.bound.map(|bound| bound - self.measured)
    }
}

/// Compares `measured`, which is known up to `tolerance`, with an upper bound.
///
/// A measured value that is not finite is beyond every finite bound. A bound that is NaN, because
/// its numbers overflow, gives [`Verdict::Void`].
pub fn judge(measured: f64, bound: Bound, knowledge: Knowledge, tolerance: f64) -> Check {
    let number = |value: f64| match value.is_nan() {
        true => Err(Hypothesis::NotANumber {
            what: "the bound",
            value,
        }),
        false => Ok(value),
    };
    let bound = match bound.and_then(number) {
        Ok(bound) => bound,
        Err(hypothesis) => {
            return Check {
                measured,
                bound: None,
                ratio: None,
                verdict: Verdict::Void,
                unmet: Some(hypothesis.to_string()),
            };
        }
    };
    let ratio = measured / bound;
    Check {
        measured,
        bound: Some(bound),
        ratio: ratio.is_finite().then_some(ratio),
        verdict: match (measured <= bound + tolerance, knowledge) {
            (true, Knowledge::Certified) => Verdict::Holds,
            (false, Knowledge::Certified) => Verdict::Fails,
            (true, Knowledge::Estimated) => Verdict::Consistent,
            (false, Knowledge::Estimated) => Verdict::Inconsistent,
        },
        unmet: None,
    }
}
