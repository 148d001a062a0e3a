//! From values to heights: scales, and the ends and marks of an axis.

use serde::{Deserialize, Serialize};

/// How the values of an axis are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scale {
    /// In proportion, from the lowest to the highest.
    Linear,
    /// In proportion, from 0.
    FromZero,
    /// By their logarithm; what is not positive is left out.
    Logarithmic,
}
