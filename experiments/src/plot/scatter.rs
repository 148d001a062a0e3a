//! Dots over two axes.

use plotters::coord::Shift;
use plotters::prelude::*;
use serde::{Deserialize, Serialize};

use super::{Colour, Drawn, Mark, Picture, Scale, headed, number};

/// Dots over two axes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ScatterChart {
    /// Above the chart.
    pub title: String,
    /// Below the horizontal axis.
    pub x: String,
    /// Beside the vertical axis.
    pub y: String,
    /// The horizontal axis.
    pub x_scale: Scale,
    /// The vertical axis.
    pub y_scale: Scale,
    /// The dots, by colour.
    pub series: Vec<Dots>,
}

/// The dots of one colour.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Dots {
    /// What they are.
    pub name: String,
    /// Their colour.
    pub colour: Colour,
    /// Where they are.
    #[serde(deserialize_with = "number::pairs")]
    pub points: Vec<(f64, f64)>,
}

impl Picture for ScatterChart {
    fn draw_on<D: DrawingBackend>(&self, area: DrawingArea<D, Shift>) -> Drawn
    where
        D::ErrorType: 'static,
    {
        let entry = |dots: &Dots| (dots.name.clone(), Mark::Dot(dots.colour));
        let entries: Vec<_> = self.series.iter().map(entry).collect();
        headed(&area, &self.title, &entries)?;
        area.present()?;
        Ok(())
    }
}
