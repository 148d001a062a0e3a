//! A surface in space, its tangent plane, and paths on them.

use plotters::coord::Shift;
use plotters::prelude::*;
use serde::{Deserialize, Serialize};

use super::axis::Axis;
use super::frame::empty;
use super::space::{Patch, Space};
use super::{Colour, Drawn, Mark, Picture, Scale, headed, number};

/// A surface over a rectangle and its tangent plane, as wire meshes in perspective, with paths in front of them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SurfaceChart {
    /// The title above the chart.
    pub title: String,
    /// The name of the first axis of the rectangle.
    pub x: String,
    /// The name of the second axis of the rectangle.
    pub y: String,
    /// The name of the vertical axis.
    pub z: String,
    /// The positions of the meshes' points along the first axis.
    pub xs: Vec<f64>,
    /// The positions of the meshes' points along the second axis.
    pub ys: Vec<f64>,
    /// The surface's heights: `surface[i][j]` is over `(xs[i], ys[j])`.
    #[serde(deserialize_with = "number::grid")]
    pub surface: Vec<Vec<f64>>,
    /// The tangent plane's heights, in the same order.
    #[serde(deserialize_with = "number::grid")]
    pub plane: Vec<Vec<f64>>,
    /// The paths in front of both, each from a ring to a dot.
    pub paths: Vec<SpacePath>,
}

/// A path in space.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SpacePath {
    /// The name of the path.
    pub name: String,
    /// The colour of the path.
    pub colour: Colour,
    /// Whether the path is dashed, as for a second model.
    pub dashed: bool,
    /// The points of the path.
    #[serde(deserialize_with = "number::triples")]
    pub points: Vec<(f64, f64, f64)>,
}

impl Picture for SurfaceChart {
    fn draw_on<D: DrawingBackend>(&self, area: DrawingArea<D, Shift>) -> Drawn
    where
        D::ErrorType: 'static,
    {
        let mut entries: Vec<(String, Mark)> = Vec::new();
        for (name, heights, colour) in [
            ("surface", &self.surface, SURFACE),
            ("tangent plane", &self.plane, PLANE),
        ] {
            if !heights.is_empty() {
                entries.push((name.into(), Mark::Mesh(colour)));
            }
        }
        entries.extend(self.paths.iter().map(|path| {
            let (colour, dashed) = (path.colour, path.dashed);
            let mark = Mark::Line {
                colour,
                dashed,
                marked: false,
            };
            (path.name.clone(), mark)
        }));
        let rest = headed(&area, &self.title, &entries)?;
        match self.ends() {
            Some(ends) => {
                let patches = self.patches();
                let names = [self.x.as_str(), &self.y, &self.z];
                let space = Space::draw(&rest, ends, names, &patches)?;
                space.patches(patches)?;
                for path in &self.paths {
                    space.path(&held(path), path.colour, path.dashed)?;
                }
                for path in &self.paths {
                    space.ends(&held(path), path.colour)?;
                }
            }
            None => empty(&rest, Scale::Linear.nothing())?,
        }
        area.present()?;
        Ok(())
    }
}

const SURFACE: Colour = Colour::Grey;
const PLANE: Colour = Colour::Sky;

impl SurfaceChart {
    /// Returns the three axes, around the meshes and the paths.
    fn ends(&self) -> Option<[Axis; 3]> {
        let paths = || self.paths.iter().flat_map(held);
        let corners = || self.patches().into_iter().flat_map(|patch| patch.corners);
        let points = || corners().chain(paths());
        let axis = |at: usize, room| {
            Axis::over(Scale::Linear, points().map(|point| point[at]), (room, room))
        };
        Some([axis(0, 0.0)?, axis(1, 0.0)?, axis(2, 0.02)?])
    }

    /// Returns the quadrilaterals of both meshes whose corners are all finite.
    fn patches(&self) -> Vec<Patch> {
        let mut patches = Vec::new();
        for (heights, colour) in [(&self.plane, PLANE), (&self.surface, SURFACE)] {
            let corner = |i: usize, j: usize| {
                let point = [*self.xs.get(i)?, *self.ys.get(j)?, *heights.get(i)?.get(j)?];
                point.iter().all(|v| v.is_finite()).then_some(point)
            };
            for i in places(self.xs.len()).windows(2) {
                for j in places(self.ys.len()).windows(2) {
                    let corners = [(i[0], j[0]), (i[1], j[0]), (i[1], j[1]), (i[0], j[1])];
                    let corners = corners.map(|(i, j)| corner(i, j));
                    if let [Some(a), Some(b), Some(c), Some(d)] = corners {
                        let corners = [a, b, c, d];
                        patches.push(Patch { corners, colour });
                    }
                }
            }
        }
        patches
    }
}

/// Returns the indices of the mesh lines to draw: evenly spaced and few enough that they remain distinguishable, with
/// the last one.
fn places(count: usize) -> Vec<usize> {
    const MOST: usize = 24;
    let last = count.saturating_sub(1);
    let step = last.div_ceil(MOST).max(1);
    let mut places: Vec<_> = (0..last).step_by(step).collect();
    places.push(last);
    places
}

/// Returns the finite points of a path.
fn held(path: &SpacePath) -> Vec<[f64; 3]> {
    let points = path.points.iter().map(|&(x, y, z)| [x, y, z]);
    points
        .filter(|point| point.iter().all(|v| v.is_finite()))
        .collect()
}
