//! Bars side by side, in groups.

use plotters::coord::Shift;
use plotters::prelude::*;
use serde::{Deserialize, Serialize};

use super::axis::Axis;
use super::frame::{Along, Frame, empty};
use super::{Colour, Drawn, Mark, Picture, Scale, headed};

/// Bars side by side, in groups.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BarChart {
    /// The title above the chart.
    pub title: String,
    /// The name of the vertical axis.
    pub y: String,
    /// The scale of the vertical axis.
    pub scale: Scale,
    /// The names of the groups.
    pub groups: Vec<String>,
    /// The series, each with one bar in every group.
    pub series: Vec<Bars>,
}

/// The bars of one colour, one in each group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bars {
    /// The name of the series.
    pub name: String,
    /// The colour of the bars.
    pub colour: Colour,
    /// The heights of the bars, one for each group.
    pub values: Vec<Option<f64>>,
    /// Half the lengths of the error bars, one for each group; empty for no error bars.
    #[serde(default)]
    pub deviations: Vec<Option<f64>>,
}

impl Picture for BarChart {
    fn draw_on<D: DrawingBackend>(&self, area: DrawingArea<D, Shift>) -> Drawn
    where
        D::ErrorType: 'static,
    {
        let entry = |bars: &Bars| (bars.name.clone(), Mark::Bar(bars.colour));
        let entries: Vec<_> = self.series.iter().map(entry).collect();
        let rest = headed(&area, &self.title, &entries)?;
        match self.heights() {
            Some(heights) => {
                let along = Along::Names(&self.groups);
                let frame = Frame::draw(&rest, (along, ""), (heights, &self.y))?;
                for (i, bars) in self.series.iter().enumerate() {
                    self.draw_bars(&frame, i, bars)?;
                }
            }
            None => empty(&rest, self.scale.nothing())?,
        }
        area.present()?;
        Ok(())
    }
}

impl BarChart {
    /// Returns the vertical axis. Bars start at 0, except on a logarithmic axis.
    fn heights(&self) -> Option<Axis> {
        let scale = match self.scale {
            Scale::Logarithmic => Scale::Logarithmic,
            _ => Scale::FromZero,
        };
        let bars = || self.series.iter().flat_map(|bars| self.bars(bars));
        bars().next()?;
        let ends =
            bars().flat_map(|(_, value, deviation)| [value, value - deviation, value + deviation]);
        // On a logarithmic axis, room below gives the lowest bar some height.
        let below = if scale == Scale::Logarithmic {
            0.15
        } else {
            0.05
        };
        Axis::over(scale, ends, (below, 0.05))
    }

    /// Returns the bars that the scale can show: group, value, and deviation or 0.
    fn bars(&self, bars: &Bars) -> impl Iterator<Item = (usize, f64, f64)> {
        let deviation = |i: usize| bars.deviations.get(i).copied().flatten();
        bars.values
            .iter()
            .take(self.groups.len())
            .enumerate()
            .filter_map(|(i, value)| Some((i, (*value)?)))
            .filter(|bar| self.scale.holds(bar.1))
            .map(move |(i, value)| {
                let deviation = deviation(i).filter(|d| d.is_finite() && *d > 0.0);
                (i, value, deviation.unwrap_or(0.0))
            })
    }

    /// Draws the bars of one series, at its position within each group.
    fn draw_bars<D: DrawingBackend>(&self, frame: &Frame<D>, series: usize, bars: &Bars) -> Drawn
    where
        D::ErrorType: 'static,
    {
        let count = self.series.len() as f64;
        let wide = (0.8 * frame.slot() / count).min(70.0);
        let first = (series as f64 - count / 2.0) * wide;
        let gap = if wide > 6.0 { 1 } else { 0 };
        for (group, value, deviation) in self.bars(bars) {
            let left = f64::from(frame.x(group as f64)) + first;
            let (from, to) = (
                left.round() as i32 + gap,
                (left + wide).round() as i32 - gap,
            );
            frame.bar((from, to), (frame.ground(), frame.y(value)), bars.colour)?;
            if deviation > 0.0 {
                let x = (left + wide / 2.0).round() as i32;
                let cap = ((wide / 4.0) as i32).clamp(2, 8);
                let low = match self.scale.holds(value - deviation) {
                    true => frame.y(value - deviation),
                    false => frame.ground(),
                };
                let high = frame.y(value + deviation);
                let style = BLACK.mix(0.8).stroke_width(1);
                frame.path(&[(x, low), (x, high)], style)?;
                for y in [low, high] {
                    frame.path(&[(x - cap, y), (x + cap, y)], style)?;
                }
            }
        }
        Ok(())
    }
}
