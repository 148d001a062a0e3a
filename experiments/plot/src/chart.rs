//! A chart of any kind, as a value that result files hold.

use plotters::coord::Shift;
use plotters::prelude::*;
use serde::{Deserialize, Serialize};

use super::{BarChart, Drawn, LineChart, Picture, ScatterChart, SurfaceChart};

/// A chart of any kind. Result files hold it, and a report draws it again from there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Chart {
    /// Lines over a common axis.
    Lines(LineChart),
    /// Bars side by side, in groups.
    Bars(BarChart),
    /// Dots over two axes.
    Scatter(ScatterChart),
    /// A surface and a plane in space.
    Surface(SurfaceChart),
}

impl Chart {
    /// Returns the title above the chart.
    pub fn title(&self) -> &str {
        match self {
            Self::Lines(chart) => &chart.title,
            Self::Bars(chart) => &chart.title,
            Self::Scatter(chart) => &chart.title,
            Self::Surface(chart) => &chart.title,
        }
    }
}

impl Picture for Chart {
    fn draw_on<D: DrawingBackend>(&self, area: DrawingArea<D, Shift>) -> Drawn
    where
        D::ErrorType: 'static,
    {
        match self {
            Self::Lines(chart) => chart.draw_on(area),
            Self::Bars(chart) => chart.draw_on(area),
            Self::Scatter(chart) => chart.draw_on(area),
            Self::Surface(chart) => chart.draw_on(area),
        }
    }
}
