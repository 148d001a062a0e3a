//! Bars side by side, in groups.

use plotters::coord::Shift;
use plotters::prelude::*;
use serde::{Deserialize, Serialize};

use super::{Colour, Drawn, Mark, Picture, Scale, headed};

/// Bars side by side, in groups.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BarChart {
    /// Above the chart.
    pub title: String,
    /// Beside the vertical axis.
    pub y: String,
    /// The vertical axis.
    pub scale: Scale,
    /// The names of the groups.
    pub groups: Vec<String>,
    /// A bar in every group.
    pub series: Vec<Bars>,
}

/// The bars of one colour, one in each group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bars {
    /// What they are.
    pub name: String,
    /// Their colour.
    pub colour: Colour,
    /// Their heights, group after group.
    pub values: Vec<Option<f64>>,
    /// Half the lengths of their error bars, group after group; empty for none.
    #[serde(default)]
    pub deviations: Vec<Option<f64>>,
}

impl Picture for BarChart {
    fn draw_on<D: DrawingBackend>(&self, area: DrawingArea<D, Shift>) -> Drawn
    where
        D::ErrorType: 'static,
    {
        let entry = |bars: &Bars| (bars.name.clone(), Mark::Square(bars.colour));
        let entries: Vec<_> = self.series.iter().map(entry).collect();
        headed(&area, &self.title, &entries)?;
        area.present()?;
        Ok(())
    }
}
