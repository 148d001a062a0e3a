//! Lines over a common axis.

use plotters::coord::Shift;
use plotters::prelude::*;
use serde::{Deserialize, Serialize};

use super::axis::Axis;
use super::frame::{Along, Frame, empty};
use super::{Colour, Drawn, Mark, Picture, Scale, headed, number};

/// One line of a chart.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// The name of the line.
    pub name: String,
    /// The colour of the line.
    pub colour: Colour,
    /// Whether the line is dashed, as for a bound or a second model.
    pub dashed: bool,
    /// Whether each point has a dot.
    pub marked: bool,
    /// The points of the line.
    #[serde(deserialize_with = "number::pairs")]
    pub points: Vec<(f64, f64)>,
}

/// Lines over a common axis.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LineChart {
    /// The title above the chart.
    pub title: String,
    /// The name of the horizontal axis.
    pub x: String,
    /// The name of the vertical axis.
    pub y: String,
    /// The scale of the vertical axis.
    pub scale: Scale,
    /// The names of x = 0, 1, 2, …; empty if x is a number.
    #[serde(default)]
    pub categories: Vec<String>,
    /// The lines.
    pub lines: Vec<Line>,
}

impl Picture for LineChart {
    fn draw_on<D: DrawingBackend>(&self, area: DrawingArea<D, Shift>) -> Drawn
    where
        D::ErrorType: 'static,
    {
        let entry = |line: &Line| {
            let (colour, dashed, marked) = (line.colour, line.dashed, line.marked);
            let mark = Mark::Line {
                colour,
                dashed,
                marked,
            };
            (line.name.clone(), mark)
        };
        let entries: Vec<_> = self.lines.iter().map(entry).collect();
        let rest = headed(&area, &self.title, &entries)?;
        let runs: Vec<_> = self.lines.iter().map(|line| self.runs(line)).collect();
        let points = || runs.iter().flatten().flatten();
        let heights = Axis::over(self.scale, points().map(|p| p.1), (0.05, 0.05));
        let along = match self.categories.as_slice() {
            [] => self.numbers(points().map(|p| p.0)).map(Along::Numbers),
            names => Some(Along::Names(names)),
        };
        if let (Some(along), Some(heights)) = (along, heights) {
            let frame = Frame::draw(&rest, (along, &self.x), (heights, &self.y))?;
            for (line, runs) in self.lines.iter().zip(&runs) {
                for run in runs {
                    frame.line(run, line.colour, line.dashed)?;
                }
                for &point in runs.iter().flatten().filter(|_| line.marked) {
                    frame.dot(point, 4, line.colour.rgb().filled())?;
                }
            }
        } else {
            empty(&rest, self.scale.nothing())?;
        }
        area.present()?;
        Ok(())
    }
}

impl LineChart {
    /// Returns the longest pieces of a line whose points can all be shown.
    fn runs(&self, line: &Line) -> Vec<Vec<(f64, f64)>> {
        let places = self.categories.len() as f64;
        let named = |x: f64| places == 0.0 || (-0.5..=places - 0.5).contains(&x);
        let held = |&(x, y): &(f64, f64)| x.is_finite() && named(x) && self.scale.holds(y);
        line.points
            .split(|point| !held(point))
            .filter(|run| !run.is_empty())
            .map(<[_]>::to_vec)
            .collect()
    }

    /// Returns the horizontal axis, which starts at 0 if 0 is near the values.
    fn numbers(&self, values: impl Iterator<Item = f64> + Clone) -> Option<Axis> {
        let (low, high) = values
            .clone()
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), v| {
                (a.min(v), b.max(v))
            });
        let near = low >= 0.0 && low <= 0.3 * high;
        let scale = if near { Scale::FromZero } else { Scale::Linear };
        Axis::over(scale, values, (0.02, 0.02))
    }
}
