//! A box in space in perspective: its edges with marks and names, and the meshes and paths in it.

use std::cmp::Ordering;

use plotters::coord::Shift;
use plotters::element::DashedPathElement;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, VPos};

use super::axis::Axis;
use super::text::{widest, width, wrapped, write, write_upwards};
use super::{Colour, Fallible, LABEL};

/// The degrees by which the box is turned about the vertical axis.
const TURN: f64 = 40.0;
/// The degrees by which the eye is above the horizon.
const RISE: f64 = 30.0;
/// The distance of the eye from the middle of the box, whose sides have length 2.
const DISTANCE: f64 = 8.0;
const NAME: i32 = 17;
const LINE: i32 = 19;
const MARGIN: i32 = 18;

/// A quadrilateral of a mesh.
#[derive(Clone, Copy, Debug)]
pub(super) struct Patch {
    pub(super) corners: [[f64; 3]; 4],
    pub(super) colour: Colour,
}

/// A box in space, drawn.
pub(super) struct Space<'a, D: DrawingBackend> {
    area: &'a DrawingArea<D, Shift>,
    axes: [Axis; 3],
    /// Whether each of the two axes of the floor runs towards the eye.
    turned: [bool; 2],
    /// The map from the view's plane to pixels: the pixel of its origin, and the pixels per unit.
    middle: (f64, f64),
    length: (f64, f64),
}

/// The corners of the box's floor, in shares of its sides. The view is from the corner (0, 0).
const NEAR: [f64; 3] = [0.0, 0.0, 0.0];
const LEFT: [f64; 3] = [0.0, 1.0, 0.0];
const RIGHT: [f64; 3] = [1.0, 0.0, 0.0];
const FAR: [f64; 3] = [1.0, 1.0, 0.0];

impl<'a, D: DrawingBackend> Space<'a, D>
where
    D::ErrorType: 'static,
{
    /// Draws the edges of the box with their marks and names.
    pub(super) fn draw(
        area: &'a DrawingArea<D, Shift>,
        axes: [Axis; 3],
        [x_name, y_name, z_name]: [&str; 3],
        patches: &[Patch],
    ) -> Fallible<Self> {
        let (wide, high) = area.dim_in_pixel();
        let (wide, high) = (i32::try_from(wide)?, i32::try_from(high)?);
        let marks = axes.map(|axis| axis.marks(6));
        let label_width = widest(area, marks[2].iter().map(|mark| mark.1.as_str()), LABEL)?;
        let z_lines = wrapped(area, z_name, NAME, high - 40)?;
        let half = (wide - 3 * MARGIN) / 2;
        let y_lines = wrapped(area, y_name, NAME, half)?;
        let x_lines = wrapped(area, x_name, NAME, half)?;
        let name_lines = x_lines.len().max(y_lines.len()) as i32;

        let left = MARGIN + LINE * z_lines.len() as i32 + label_width + 16;
        let right = wide - left.min(wide / 6);
        let bottom = high - 10 - LINE * name_lines - 8;
        let mut space = Self::within(area, axes, (left, right), (6, bottom - LINE));
        space.turn(patches);
        space.draw_edges()?;
        space.draw_marks(&marks)?;

        let y = bottom + 2;
        for (i, line) in y_lines.iter().enumerate() {
            let at = (MARGIN, y + LINE * i as i32);
            write(area, line, NAME, at, (HPos::Left, VPos::Top))?;
        }
        for (i, line) in x_lines.iter().enumerate() {
            let at = (wide - MARGIN, y + LINE * i as i32);
            write(area, line, NAME, at, (HPos::Right, VPos::Top))?;
        }
        let edge = (space.at(LEFT).1 + space.at([0.0, 1.0, 1.0]).1) / 2;
        for (i, line) in z_lines.iter().enumerate() {
            let half = width(area, line, NAME)? / 2 + 4;
            let at = (12 + LINE * i as i32, edge.max(half).min(high - half));
            write_upwards(area, line, NAME, at, (HPos::Center, VPos::Top))?;
        }
        Ok(space)
    }

    /// Returns the box, as large as the room between these pixels allows.
    fn within(
        area: &'a DrawingArea<D, Shift>,
        axes: [Axis; 3],
        (left, right): (i32, i32),
        (top, bottom): (i32, i32),
    ) -> Self {
        let corners = [NEAR, LEFT, RIGHT, FAR].into_iter();
        let corners = corners.flat_map(|[x, y, _]| [[x, y, 0.0], [x, y, 1.0]]);
        let views: Vec<(f64, f64)> = corners.map(|corner| seen(corner).0).collect();
        let ends = |of: fn(&(f64, f64)) -> f64| {
            views
                .iter()
                .map(of)
                .fold((f64::MAX, f64::MIN), |(a, b), v| (a.min(v), b.max(v)))
        };
        let (across, down) = (ends(|view| view.0), ends(|view| view.1));
        let fit = |(low, high): (f64, f64), (from, to): (i32, i32)| {
            let length = f64::from(to - from) / (high - low);
            (f64::from(from) - low * length, length)
        };
        let (x, y) = (fit(across, (left, right)), fit(down, (top, bottom)));
        Self {
            area,
            axes,
            turned: [false; 2],
            middle: (x.0, y.0),
            length: (x.1, y.1),
        }
    }

    /// Turns the axes of the floor so that as much as possible of the meshes' upper sides is visible.
    fn turn(&mut self, patches: &[Patch]) {
        let mut most = f64::NEG_INFINITY;
        let mut best = self.turned;
        for turned in [[false, false], [false, true], [true, false], [true, true]] {
            self.turned = turned;
            // Turning only one axis flips every patch.
            let side = if turned[0] == turned[1] { 1.0 } else { -1.0 };
            let seen: f64 = patches
                .iter()
                .map(|patch| side * self.seen_area(patch))
                .sum();
            if seen > most {
                (most, best) = (seen, turned);
            }
        }
        self.turned = best;
    }

    /// Returns the visible area of a patch, negative if it is seen from below.
    fn seen_area(&self, patch: &Patch) -> f64 {
        let corners = patch.corners.map(|corner| seen(self.shares(corner)).0);
        let next = corners.iter().cycle().skip(1);
        let crossed = corners.iter().zip(next).map(|(a, b)| b.0 * a.1 - a.0 * b.1);
        crossed.sum::<f64>() / 2.0
    }

    fn draw_edges(&self) -> Fallible<()> {
        let upper = |[x, y, _]: [f64; 3]| [x, y, 1.0];
        let light = BLACK.mix(0.25).stroke_width(1);
        for (from, to) in [
            (LEFT, FAR),
            (FAR, RIGHT),
            (FAR, upper(FAR)),
            (RIGHT, upper(RIGHT)),
            (upper(LEFT), upper(FAR)),
            (upper(FAR), upper(RIGHT)),
        ] {
            self.stroke(&[self.at(from), self.at(to)], light)?;
        }
        for (from, to) in [(NEAR, LEFT), (NEAR, RIGHT), (LEFT, upper(LEFT))] {
            self.stroke(&[self.at(from), self.at(to)], BLACK.stroke_width(1))?;
        }
        Ok(())
    }

    /// Draws marks below the two near edges and left of the left edge, with lines over the floor and the walls behind.
    fn draw_marks(&self, marks: &[Vec<(f64, String)>; 3]) -> Fallible<()> {
        let light = BLACK.mix(0.1).stroke_width(1);
        let inner = |share: f64| (0.04..=0.96).contains(&share);
        let [x_turned, y_turned] = self.turned;
        for (share, label) in &marks[0] {
            let share = turned(*share, x_turned);
            let (near, far) = ([share, 0.0, 0.0], [share, 1.0, 0.0]);
            self.stroke(&[self.at(near), self.at(far)], light)?;
            if inner(share) {
                let (x, y) = self.at(near);
                write(
                    self.area,
                    label,
                    LABEL,
                    (x + 6, y + 5),
                    (HPos::Left, VPos::Top),
                )?;
            }
        }
        for (share, label) in &marks[1] {
            let share = turned(*share, y_turned);
            let (near, far) = ([0.0, share, 0.0], [1.0, share, 0.0]);
            self.stroke(&[self.at(near), self.at(far)], light)?;
            if inner(share) {
                let (x, y) = self.at(near);
                write(
                    self.area,
                    label,
                    LABEL,
                    (x - 6, y + 5),
                    (HPos::Right, VPos::Top),
                )?;
            }
        }
        for (share, label) in &marks[2] {
            let height = |[x, y, _]: [f64; 3]| self.at([x, y, *share]);
            self.stroke(&[height(LEFT), height(FAR), height(RIGHT)], light)?;
            let (x, y) = height(LEFT);
            write(
                self.area,
                label,
                LABEL,
                (x - 8, y),
                (HPos::Right, VPos::Center),
            )?;
        }
        Ok(())
    }

    /// Returns the pixel of a point that is given in shares of the box.
    fn at(&self, shares: [f64; 3]) -> (i32, i32) {
        let (x, y) = seen(shares).0;
        let pixel = |middle: f64, length: f64, at: f64| (middle + length * at).round() as i32;
        (
            pixel(self.middle.0, self.length.0, x),
            pixel(self.middle.1, self.length.1, y),
        )
    }

    fn shares(&self, point: [f64; 3]) -> [f64; 3] {
        let [x, y, z] = &self.axes;
        let [x_turned, y_turned] = self.turned;
        [
            turned(x.share(point[0]), x_turned),
            turned(y.share(point[1]), y_turned),
            z.share(point[2]),
        ]
    }

    fn stroke(&self, points: &[(i32, i32)], style: ShapeStyle) -> Fallible<()> {
        self.area.draw(&PathElement::new(points.to_vec(), style))?;
        Ok(())
    }

    /// Draws the patches of meshes, from the farthest to the nearest.
    pub(super) fn patches(&self, mut patches: Vec<Patch>) -> Fallible<()> {
        let depth = |patch: &Patch| -> f64 {
            let depths = patch.corners.map(|corner| seen(self.shares(corner)).1);
            depths.iter().sum()
        };
        patches.sort_by(|a, b| depth(b).partial_cmp(&depth(a)).unwrap_or(Ordering::Equal));
        for patch in &patches {
            let corners = patch.corners.map(|corner| self.pixel(corner));
            let colour = patch.colour.rgb();
            self.area
                .draw(&Polygon::new(corners, pale(colour).mix(0.8).filled()))?;
            let around = [corners[0], corners[1], corners[2], corners[3], corners[0]];
            self.stroke(&around, colour.mix(0.8).stroke_width(1))?;
        }
        Ok(())
    }

    /// Draws a path in front of the meshes, with a light border.
    pub(super) fn path(&self, points: &[[f64; 3]], colour: Colour, dashed: bool) -> Fallible<()> {
        let pixels: Vec<_> = points.iter().map(|&point| self.pixel(point)).collect();
        let style = colour.rgb().stroke_width(3);
        self.stroke(&pixels, WHITE.mix(0.7).stroke_width(6))?;
        match dashed {
            true => self
                .area
                .draw(&DashedPathElement::new(pixels, 9, 6, style))?,
            false => self.stroke(&pixels, style)?,
        }
        Ok(())
    }

    /// Draws the ends of a path: a ring at its start, a dot at its end.
    pub(super) fn ends(&self, points: &[[f64; 3]], colour: Colour) -> Fallible<()> {
        let (Some(&first), Some(&last)) = (points.first(), points.last()) else {
            return Ok(());
        };
        let (ring, dot) = (self.pixel(first), self.pixel(last));
        let edge = WHITE.stroke_width(1);
        self.area.draw(&Circle::new(ring, 6, WHITE.filled()))?;
        self.area
            .draw(&Circle::new(ring, 6, BLACK.stroke_width(2)))?;
        self.area
            .draw(&Circle::new(dot, 6, colour.rgb().filled()))?;
        self.area.draw(&Circle::new(dot, 6, edge))?;
        Ok(())
    }

    fn pixel(&self, point: [f64; 3]) -> (i32, i32) {
        self.at(self.shares(point))
    }
}

fn turned(share: f64, turned: bool) -> f64 {
    if turned { 1.0 - share } else { share }
}

/// Returns a colour mixed with white.
fn pale(RGBColor(red, green, blue): RGBColor) -> RGBColor {
    let thin = |part: u8| 255 - (255 - part) / 4;
    RGBColor(thin(red), thin(green), thin(blue))
}

/// Returns the position in the view's plane, with y downwards, of a point in shares of the box's sides, and its
/// distance from the eye along the view.
fn seen([x, y, z]: [f64; 3]) -> ((f64, f64), f64) {
    let (x, y, z) = (2.0 * x - 1.0, 2.0 * y - 1.0, 2.0 * z - 1.0);
    let (turn, rise) = (TURN.to_radians(), RISE.to_radians());
    let right = x * turn.cos() - y * turn.sin();
    let away = x * turn.sin() + y * turn.cos();
    let depth = DISTANCE + away * rise.cos() - z * rise.sin();
    let up = z * rise.cos() + away * rise.sin();
    ((right / depth, -up / depth), depth)
}
