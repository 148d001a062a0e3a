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

/// What a check of a statement comes to.
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

/// A measured side beside its bound.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Check {
    /// What was measured. Where it is not finite, which JSON has no number for, it is null there, and NaN when it is
    /// read again.
    #[serde(deserialize_with = "null_is_nan")]
    pub measured: f64,
    /// What it may be at most; `None` where a hypothesis is not met, and, read again, where it was infinite.
    pub bound: Option<f64>,
    /// Measured by bound: 1 is tight; `None` without a bound, or where the bound is 0.
    pub ratio: Option<f64>,
    /// What it comes to.
    pub verdict: Verdict,
    /// The hypothesis that is not met.
    pub unmet: Option<String>,
}

fn null_is_nan<'de, D: Deserializer<'de>>(from: D) -> Result<f64, D::Error> {
    Ok(Option::deserialize(from)?.unwrap_or(f64::NAN))
}

impl Check {
    /// Bound − measured.
    pub fn slack(&self) -> Option<f64> {
        self.bound.map(|bound| bound - self.measured)
    }
}

/// Compares `measured`, which is known up to `tolerance`, with an upper bound.
///
/// A measured side that is not finite is beyond every finite bound. A bound that is NaN, where its
/// numbers overflow, bounds nothing: void.
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
