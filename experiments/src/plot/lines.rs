//! Lines over a common axis.

use plotters::coord::Shift;
use plotters::prelude::*;
use serde::{Deserialize, Serialize};

use super::{Colour, Drawn, FONT, Mark, Picture, Scale, headed, label, number};

/// One line of a chart.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// What it is.
    pub name: String,
    /// Its colour.
    pub colour: Colour,
    /// Drawn dashed: a bound, or a second model.
    pub dashed: bool,
    /// A dot at each of its points.
    pub marked: bool,
    /// Its points.
    #[serde(deserialize_with = "number::pairs")]
    pub points: Vec<(f64, f64)>,
}

/// Lines over a common axis.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LineChart {
    /// Above the chart.
    pub title: String,
    /// Below the horizontal axis.
    pub x: String,
    /// Beside the vertical axis.
    pub y: String,
    /// The vertical axis.
    pub scale: Scale,
    /// The names of x = 0, 1, 2, …; empty where x is a number.
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
        let lines: Vec<Vec<(f64, f64)>> = self.lines.iter().map(|line| self.scaled(line)).collect();
        let points = || lines.iter().flatten();
        let end = points()
            .map(|p| p.0)
            .fold(0.0, f64::max)
            .max(f64::MIN_POSITIVE);
        let (bottom, top) = self.heights(&lines);
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
        let mut chart = ChartBuilder::on(&rest)
            .margin(18)
            .margin_top(6)
            .x_label_area_size(44)
            .y_label_area_size(76)
            .build_cartesian_2d(0.0..end, bottom..top)?;
        let height = |y: &f64| match self.scale {
            Scale::Logarithmic if top - bottom < 2.0 => format!("{:.1e}", 10_f64.powf(*y)),
            Scale::Logarithmic => format!("{:.0e}", 10_f64.powf(*y)),
            _ => label(*y, top - bottom),
        };
        chart
            .configure_mesh()
            .x_desc(&self.x)
            .y_desc(&self.y)
            .x_label_formatter(&|x| label(*x, end))
            .y_label_formatter(&height)
            .label_style((FONT, 15))
            .axis_desc_style((FONT, 17))
            .light_line_style(WHITE)
            .bold_line_style(BLACK.mix(0.12))
            .draw()?;
        for (line, points) in self.lines.iter().zip(lines) {
            let style = line.colour.rgb().stroke_width(2);
            match line.dashed {
                true => chart.draw_series(DashedLineSeries::new(points, 8, 5, style))?,
                false => chart.draw_series(LineSeries::new(points, style))?,
            };
        }
        area.present()?;
        Ok(())
    }
}

impl LineChart {
    /// A line's points as they are drawn.
    fn scaled(&self, line: &Line) -> Vec<(f64, f64)> {
        let points = line.points.iter().copied();
        match self.scale {
            Scale::Logarithmic => points
                .filter(|p| p.1 > 0.0)
                .map(|(x, y)| (x, y.log10()))
                .collect(),
            _ => points.collect(),
        }
    }

    /// From where to where the vertical axis goes.
    fn heights(&self, lines: &[Vec<(f64, f64)>]) -> (f64, f64) {
        let heights = || lines.iter().flatten().map(|p| p.1);
        let highest = heights().fold(f64::NEG_INFINITY, f64::max);
        let lowest = match self.scale {
            Scale::FromZero => 0.0,
            _ => heights().fold(f64::INFINITY, f64::min),
        };
        let range = highest - lowest;
        if !(range.is_finite() && range > 0.0) {
            let at = if lowest.is_finite() { lowest } else { 0.0 };
            return (at, at + 1.0);
        }
        let room = 0.05 * range;
        let below = if self.scale == Scale::FromZero {
            0.0
        } else {
            room
        };
        (lowest - below, highest + room)
    }
}
