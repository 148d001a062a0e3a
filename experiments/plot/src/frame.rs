//! The frame of a flat chart: its axes, with their marks and names, and the pixels of values in it.

use plotters::coord::Shift;
use plotters::element::DashedPathElement;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, VPos};

use super::axis::{Axis, AxisMark};
use super::text::{balanced, widest, width, words, wrapped, write, write_upwards};
use super::{Colour, Fallible, LABEL};

const NAME: i32 = 17;
const LINE: i32 = 19;
const MARGIN: i32 = 18;

/// The horizontal axis.
#[derive(Clone, Copy, Debug)]
pub(super) enum Along<'c> {
    /// Numbers.
    Numbers(Axis),
    /// Names of the positions 0, 1, 2, ….
    Names(&'c [String]),
}

impl Along<'_> {
    fn share(&self, value: f64) -> f64 {
        match self {
            Self::Numbers(axis) => axis.share(value),
            Self::Names(names) => (value + 0.5) / names.len() as f64,
        }
    }
}

/// The frame of a flat chart, drawn.
pub(super) struct Frame<'a, D: DrawingBackend> {
    area: &'a DrawingArea<D, Shift>,
    x: Along<'a>,
    y: Axis,
    left: i32,
    right: i32,
    top: i32,
    bottom: i32,
}

impl<'a, D: DrawingBackend> Frame<'a, D>
where
    D::ErrorType: 'static,
{
    /// Draws the axes with their names, with as much room as their labels need.
    pub(super) fn draw(
        area: &'a DrawingArea<D, Shift>,
        (x, x_name): (Along<'a>, &str),
        (y, y_name): (Axis, &str),
    ) -> Fallible<Self> {
        let (wide, high) = area.dim_in_pixel();
        let (wide, high) = (i32::try_from(wide)?, i32::try_from(high)?);
        let right = wide - MARGIN - 10;
        let top = 10;
        // The layout is computed twice. A long name of the vertical axis takes width from the names along the bottom,
        // which may then need more height; that leaves less length for the name of the vertical axis.
        let marks = y.marks(usize::try_from(high / 55)?);
        let labels = widest(area, marks.iter().map(|mark| mark.1.as_str()), LABEL)?;
        let left = |y_lines: usize| MARGIN + LINE * y_lines as i32 + 8 + labels + 10;
        let under = |left: i32| -> Fallible<(i32, Vec<String>)> {
            let deep = match x {
                Along::Numbers(_) => LINE,
                Along::Names(names) => Names::of(area, names, right - left)?.deep,
            };
            Ok((deep, wrapped(area, x_name, NAME, right - left)?))
        };
        let bottom = |(deep, x_lines): &(i32, Vec<String>)| {
            high - 12 - LINE * x_lines.len() as i32 - deep - 10
        };
        let length = bottom(&under(left(1))?) - top;
        let y_lines = balanced(area, y_name, NAME, length)?;
        let left = left(y_lines.len());
        let below = under(left)?;
        let bottom = bottom(&below);
        let (under, x_lines) = below;
        let frame = Self {
            area,
            x,
            y,
            left,
            right,
            top,
            bottom,
        };
        let marks = match y.marks(usize::try_from((frame.bottom - frame.top) / 48)?) {
            fewer if fewer.len() <= marks.len() => fewer,
            _ => marks,
        };
        frame.draw_heights(&marks)?;
        frame.draw_along()?;
        let middle = (left + right) / 2;
        for (i, line) in x_lines.iter().enumerate() {
            let y = bottom + 10 + under + LINE * i as i32;
            write(area, line, NAME, (middle, y), (HPos::Center, VPos::Top))?;
        }
        for (i, line) in y_lines.iter().enumerate() {
            let at = (12 + LINE * i as i32, (frame.top + bottom) / 2);
            let at = (at.0, frame.within(area, line, at.1)?);
            write_upwards(area, line, NAME, at, (HPos::Center, VPos::Top))?;
        }
        Ok(frame)
    }

    /// Returns the middle of an upright text, moved so that both ends of the text are in the picture.
    fn within(&self, area: &DrawingArea<D, Shift>, text: &str, middle: i32) -> Fallible<i32> {
        let half = width(area, text, NAME)? / 2 + 4;
        let high = i32::try_from(area.dim_in_pixel().1)?;
        Ok(middle.max(half).min(high - half))
    }

    fn draw_heights(&self, marks: &[AxisMark]) -> Fallible<()> {
        for (share, label) in marks {
            let y = self.height(*share);
            self.path(
                &[(self.left, y), (self.right, y)],
                BLACK.mix(0.12).stroke_width(1),
            )?;
            write(
                self.area,
                label,
                LABEL,
                (self.left - 8, y),
                (HPos::Right, VPos::Center),
            )?;
        }
        if let Some(share) = self.y.zero() {
            let y = self.height(share);
            self.path(
                &[(self.left, y), (self.right, y)],
                BLACK.mix(0.6).stroke_width(1),
            )?;
        }
        let axes = [
            (self.left, self.top),
            (self.left, self.bottom),
            (self.right, self.bottom),
        ];
        self.path(&axes, BLACK.stroke_width(1))
    }

    fn draw_along(&self) -> Fallible<()> {
        match self.x {
            Along::Names(names) => {
                let laid = Names::of(self.area, names, self.right - self.left)?;
                for i in 0..names.len() {
                    laid.write(self.area, i, (self.x(i as f64), self.bottom + 8))?;
                }
                Ok(())
            }
            Along::Numbers(axis) => {
                for (share, label) in self.fitting(&axis)? {
                    let x = self.left + (share * f64::from(self.right - self.left)).round() as i32;
                    self.path(
                        &[(x, self.bottom), (x, self.bottom + 5)],
                        BLACK.stroke_width(1),
                    )?;
                    let half = width(self.area, &label, LABEL)? / 2;
                    let middle = x.min(self.right + MARGIN + 6 - half);
                    let at = (middle, self.bottom + 8);
                    write(self.area, &label, LABEL, at, (HPos::Center, VPos::Top))?;
                }
                if let Some(share) = axis.zero() {
                    let x = self.left + (share * f64::from(self.right - self.left)).round() as i32;
                    self.path(
                        &[(x, self.top), (x, self.bottom)],
                        BLACK.mix(0.6).stroke_width(1),
                    )?;
                }
                Ok(())
            }
        }
    }

    /// Returns as many marks as have room beside each other.
    fn fitting(&self, axis: &Axis) -> Fallible<Vec<AxisMark>> {
        let length = self.right - self.left;
        let mut most = usize::try_from(length / 90)?;
        loop {
            let marks = axis.marks(most);
            let labels = marks.iter().map(|mark| mark.1.as_str());
            let needed = widest(self.area, labels, LABEL)? + 14;
            let apart = |pair: &[AxisMark]| (pair[1].0 - pair[0].0) * f64::from(length);
            let fits = marks
                .windows(2)
                .all(|pair| apart(pair) >= f64::from(needed));
            if fits || most <= 2 {
                return Ok(marks);
            }
            most -= 1;
        }
    }

    /// Returns the horizontal pixel of a value.
    pub(super) fn x(&self, value: f64) -> i32 {
        let length = f64::from(self.right - self.left);
        self.left + (self.x.share(value) * length).round() as i32
    }

    /// Returns the vertical pixel of a value.
    pub(super) fn y(&self, value: f64) -> i32 {
        self.height(self.y.share(value))
    }

    /// Returns the length in pixels of one unit of the horizontal axis.
    pub(super) fn slot(&self) -> f64 {
        (self.x.share(1.0) - self.x.share(0.0)) * f64::from(self.right - self.left)
    }

    /// Returns the vertical pixel where bars start.
    pub(super) fn ground(&self) -> i32 {
        self.height(self.y.ground())
    }

    fn height(&self, share: f64) -> i32 {
        self.bottom - (share * f64::from(self.bottom - self.top)).round() as i32
    }

    /// Draws a path of pixels.
    pub(super) fn path(&self, points: &[(i32, i32)], style: ShapeStyle) -> Fallible<()> {
        self.area.draw(&PathElement::new(points.to_vec(), style))?;
        Ok(())
    }

    /// Draws a line through these values, dashed or not; a single value is drawn as a dot.
    pub(super) fn line(&self, values: &[(f64, f64)], colour: Colour, dashed: bool) -> Fallible<()> {
        let points: Vec<_> = values
            .iter()
            .map(|&(x, y)| (self.x(x), self.y(y)))
            .collect();
        let style = colour.rgb().stroke_width(2);
        match (points.as_slice(), dashed) {
            (&[at], _) => self.area.draw(&Circle::new(at, 4, colour.rgb().filled()))?,
            (_, true) => self
                .area
                .draw(&DashedPathElement::new(points, 8, 5, style))?,
            (_, false) => self.area.draw(&PathElement::new(points, style))?,
        }
        Ok(())
    }

    /// Draws a dot.
    pub(super) fn dot(&self, (x, y): (f64, f64), size: i32, style: ShapeStyle) -> Fallible<()> {
        self.area
            .draw(&Circle::new((self.x(x), self.y(y)), size, style))?;
        Ok(())
    }

    /// Draws a bar between two heights, at least as a line.
    pub(super) fn bar(&self, x: (i32, i32), y: (i32, i32), colour: Colour) -> Fallible<()> {
        let (top, bottom) = (y.0.min(y.1), y.0.max(y.1));
        let corners = [(x.0, top), (x.1, bottom.max(top + 1))];
        self.area
            .draw(&Rectangle::new(corners, colour.rgb().filled()))?;
        Ok(())
    }
}

/// How the names along the bottom are written: side by side in lines if they fit, upright otherwise.
struct Names {
    lines: Vec<Vec<String>>,
    upright: bool,
    size: i32,
    deep: i32,
}

impl Names {
    fn of<D: DrawingBackend>(
        area: &DrawingArea<D, Shift>,
        names: &[String],
        room: i32,
    ) -> Fallible<Self>
    where
        D::ErrorType: 'static,
    {
        const UPRIGHT: i32 = 150;
        let slot = room / names.len().max(1) as i32 - 10;
        let all_words = names.iter().flat_map(|name| words(name)).map(str::trim_end);
        if widest(area, all_words, LABEL)? <= slot {
            let mut lines = Vec::new();
            for name in names {
                lines.push(wrapped(area, name, LABEL, slot)?);
            }
            let most = lines.iter().map(Vec::len).max().unwrap_or(0);
            if most <= 3 {
                let deep = LINE * most as i32;
                return Ok(Self {
                    lines,
                    upright: false,
                    size: LABEL,
                    deep,
                });
            }
        }
        // Upright: a name gets as many lines as fit into the width of its slot, in a smaller size if there are many
        // names.
        let size = (slot + 8).clamp(8, LABEL);
        let fit = (slot / (size + 3)).max(1) as usize;
        let mut lines = Vec::new();
        for name in names {
            let mut name_lines = wrapped(area, name, size, UPRIGHT)?;
            if name_lines.len() > fit {
                name_lines.truncate(fit);
                if let Some(last) = name_lines.last_mut() {
                    while width(area, &format!("{last}…"), size)? > UPRIGHT && last.pop().is_some()
                    {
                    }
                    last.push('…');
                }
            }
            lines.push(name_lines);
        }
        let deep = widest(area, lines.iter().flatten().map(String::as_str), size)?;
        Ok(Self {
            lines,
            upright: true,
            size,
            deep,
        })
    }

    fn write<D: DrawingBackend>(
        &self,
        area: &DrawingArea<D, Shift>,
        name: usize,
        (x, y): (i32, i32),
    ) -> Fallible<()>
    where
        D::ErrorType: 'static,
    {
        let lines = &self.lines[name];
        let step = if self.upright { self.size + 3 } else { LINE };
        for (i, line) in lines.iter().enumerate() {
            if self.upright {
                let across = step * (2 * i as i32 - (lines.len() as i32 - 1)) / 2;
                let anchor = (HPos::Right, VPos::Center);
                write_upwards(area, line, self.size, (x + across, y), anchor)?;
            } else {
                let at = (x, y + step * i as i32);
                write(area, line, self.size, at, (HPos::Center, VPos::Top))?;
            }
        }
        Ok(())
    }
}

/// Draws an empty frame with a note that says why it is empty.
pub(super) fn empty<D: DrawingBackend>(area: &DrawingArea<D, Shift>, note: &str) -> Fallible<()>
where
    D::ErrorType: 'static,
{
    let (wide, high) = area.dim_in_pixel();
    let (wide, high) = (i32::try_from(wide)?, i32::try_from(high)?);
    let corners = [(76, 10), (wide - MARGIN - 10, high - 56)];
    area.draw(&Rectangle::new(corners, BLACK.mix(0.5).stroke_width(1)))?;
    let middle = (
        (corners[0].0 + corners[1].0) / 2,
        (corners[0].1 + corners[1].1) / 2,
    );
    write(area, note, NAME, middle, (HPos::Center, VPos::Center))
}
