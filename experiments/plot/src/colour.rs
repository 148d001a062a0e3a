//! Colours that colour-blind people can tell apart.

use plotters::style::RGBColor;
use serde::{Deserialize, Serialize};

/// A colour of Okabe and Ito's palette.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Colour {
    /// The first colour of a chart.
    Blue,
    /// The second colour.
    Orange,
    /// The third colour.
    Green,
    /// The fourth colour.
    Purple,
    /// The fifth colour.
    Sky,
    /// The colour of background elements, such as bounds and baselines.
    Grey,
}

impl Colour {
    /// All colours, in the order in which series take them.
    pub const ALL: [Self; 6] = [
        Self::Blue,
        Self::Orange,
        Self::Green,
        Self::Purple,
        Self::Sky,
        Self::Grey,
    ];

    /// Returns the red, green and blue components.
    pub fn rgb(self) -> RGBColor {
        match self {
            Self::Blue => RGBColor(0, 114, 178),
            Self::Orange => RGBColor(213, 94, 0),
            Self::Green => RGBColor(0, 158, 115),
            Self::Purple => RGBColor(204, 121, 167),
            Self::Sky => RGBColor(86, 180, 233),
            Self::Grey => RGBColor(140, 140, 140),
        }
    }
}
