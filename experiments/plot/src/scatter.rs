//! Dots over two axes.

use plotters::coord::Shift;
use plotters::prelude::*;
use serde::{Deserialize, Serialize};

use super::axis::Axis;
use super::frame::{Along, Frame, empty};
use super::{Colour, Drawn, Mark, Picture, Scale, headed, number};

/// Dots over two axes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ScatterChart {
    /// The title above the chart.
    pub title: String,
    /// The name of the horizontal axis.
    pub x: String,
    /// The name of the vertical axis.
    pub y: String,
    /// The scale of the horizontal axis.
    pub x_scale: Scale,
    /// The scale of the vertical axis.
    pub y_scale: Scale,
    /// The dots, by colour.
    pub series: Vec<Dots>,
}

/// The dots of one colour.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Dots {
    /// The name of the dots.
    pub name: String,
    /// The colour of the dots.
    pub colour: Colour,
    /// The positions of the dots.
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
        let rest = headed(&area, &self.title, &entries)?;
        let points = || self.series.iter().flat_map(|dots| self.held(dots));
        let x = Axis::over(self.x_scale, points().map(|p| p.0), (0.04, 0.04));
        let y = Axis::over(self.y_scale, points().map(|p| p.1), (0.05, 0.05));
        if let (Some(x), Some(y)) = (x, y) {
            let frame = Frame::draw(&rest, (Along::Numbers(x), &self.x), (y, &self.y))?;
            for dots in &self.series {
                let colour = dots.colour.rgb();
                for point in self.held(dots) {
                    frame.dot(point, 4, colour.mix(0.55).filled())?;
                    frame.dot(point, 4, colour.stroke_width(1))?;
                }
            }
        } else {
            let scales = [self.x_scale, self.y_scale];
            let logarithmic = scales.contains(&Scale::Logarithmic);
            let scale = if logarithmic {
                Scale::Logarithmic
            } else {
                Scale::Linear
            };
            empty(&rest, scale.nothing())?;
        }
        area.present()?;
        Ok(())
    }
}

impl ScatterChart {
    /// Returns the dots that both axes can show.
    fn held(&self, dots: &Dots) -> impl Iterator<Item = (f64, f64)> {
        let held = |&(x, y): &(f64, f64)| self.x_scale.holds(x) && self.y_scale.holds(y);
        dots.points.iter().copied().filter(held)
    }
}
