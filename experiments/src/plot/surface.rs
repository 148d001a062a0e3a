//! A surface in space, its tangent plane, and paths on them.

use plotters::coord::Shift;
use plotters::prelude::*;
use serde::{Deserialize, Serialize};

use super::{Colour, Drawn, Mark, Picture, headed, number};

/// A surface over a rectangle and a plane beside it, as wire meshes in perspective, with paths in front of them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SurfaceChart {
    /// Above the chart.
    pub title: String,
    /// Beside the first axis of the rectangle.
    pub x: String,
    /// Beside the second.
    pub y: String,
    /// Beside the vertical axis.
    pub z: String,
    /// Where the meshes' points are along the first axis.
    pub xs: Vec<f64>,
    /// Where they are along the second.
    pub ys: Vec<f64>,
    /// The surface's heights: `surface[i][j]` is over `(xs[i], ys[j])`.
    #[serde(deserialize_with = "number::grid")]
    pub surface: Vec<Vec<f64>>,
    /// The plane's heights, alike.
    #[serde(deserialize_with = "number::grid")]
    pub plane: Vec<Vec<f64>>,
    /// Paths in front of both.
    pub paths: Vec<SpacePath>,
}

/// A path in space.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SpacePath {
    /// What it is.
    pub name: String,
    /// Its colour.
    pub colour: Colour,
    /// Drawn dashed: a second model.
    pub dashed: bool,
    /// Its points.
    #[serde(deserialize_with = "number::triples")]
    pub points: Vec<(f64, f64, f64)>,
}

impl Picture for SurfaceChart {
    fn draw_on<D: DrawingBackend>(&self, area: DrawingArea<D, Shift>) -> Drawn
    where
        D::ErrorType: 'static,
    {
        let entry = |path: &SpacePath| {
            let mark = Mark::Line {
                colour: path.colour,
                dashed: path.dashed,
                marked: false,
            };
            (path.name.clone(), mark)
        };
        let entries: Vec<_> = self.paths.iter().map(entry).collect();
        headed(&area, &self.title, &entries)?;
        area.present()?;
        Ok(())
    }
}
