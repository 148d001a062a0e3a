//! How values become positions on an axis.

use serde::{Deserialize, Serialize};

/// The scale of an axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scale {
    /// Linear, from the lowest to the highest value.
    Linear,
    /// Linear, from 0.
    FromZero,
    /// Logarithmic; values that are not positive are left out.
    Logarithmic,
}

impl Scale {
    /// Returns whether the axis can show a value.
    pub(super) fn holds(self, value: f64) -> bool {
        value.is_finite() && (self != Self::Logarithmic || value > 0.0)
    }

    /// Returns the note of a chart without any value that the axis can show.
    pub(super) fn nothing(self) -> &'static str {
        match self {
            Self::Logarithmic => "nothing to draw: no positive values",
            _ => "nothing to draw: no values",
        }
    }
}
