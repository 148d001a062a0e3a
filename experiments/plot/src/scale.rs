//! How values become places on an axis.

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

impl Scale {
    /// Whether a value has a place on the axis.
    pub(super) fn holds(self, value: f64) -> bool {
        value.is_finite() && (self != Self::Logarithmic || value > 0.0)
    }

    /// What a chart without any such value says instead.
    pub(super) fn nothing(self) -> &'static str {
        match self {
            Self::Logarithmic => "nothing to draw: no positive values",
            _ => "nothing to draw: no values",
        }
    }
}
