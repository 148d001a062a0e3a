//! The title and the legend, above a chart so that they do not cover it.

use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, VPos};

use super::text::{balanced, width, wrapped, write};
use super::{Colour, Fallible, LABEL};

/// The sign of an entry in a legend.
#[derive(Clone, Copy, Debug)]
pub enum Mark {
    /// A line.
    Line {
        /// The colour of the line.
        colour: Colour,
        /// Whether the line is dashed.
        dashed: bool,
        /// Whether the line has dots.
        marked: bool,
    },
    /// A bar.
    Bar(Colour),
    /// A dot.
    Dot(Colour),
    /// A mesh.
    Mesh(Colour),
}

const MARGIN: i32 = 18;
const LINE: i32 = 24;
const SWATCH: i32 = 24;

/// Draws the title and the legend above a chart, so that they do not cover it, and returns the area that is left for
/// the chart.
pub fn headed<D: DrawingBackend>(
    area: &DrawingArea<D, Shift>,
    title: &str,
    entries: &[(String, Mark)],
) -> Fallible<DrawingArea<D, Shift>>
where
    D::ErrorType: 'static,
{
    area.fill(&WHITE)?;
    let right = i32::try_from(area.dim_in_pixel().0)? - MARGIN;
    let mut y = titled(area, title, right - MARGIN)?;
    let mut x = MARGIN;
    for (name, mark) in entries {
        let text = x + SWATCH + 8;
        if x > MARGIN && text + width(area, name, LABEL)? > right {
            (x, y) = (MARGIN, y + LINE);
        }
        draw_mark(area, *mark, (x, y + LINE / 2))?;
        x += SWATCH + 8;
        let lines = wrapped(area, name, LABEL, right - x)?;
        for (i, line) in lines.iter().enumerate() {
            y += if i > 0 { LINE } else { 0 };
            write(
                area,
                line,
                LABEL,
                (x, y + LINE / 2),
                (HPos::Left, VPos::Center),
            )?;
        }
        x = match lines.as_slice() {
            [line] => x + width(area, line, LABEL)? + 22,
            _ => right,
        };
    }
    if !entries.is_empty() {
        y += LINE;
    }
    Ok(area.split_vertically(y + 4).1)
}

/// Draws the title, smaller or in several lines if it is long, and returns the vertical pixel where it ends.
fn titled<D: DrawingBackend>(area: &DrawingArea<D, Shift>, title: &str, room: i32) -> Fallible<i32>
where
    D::ErrorType: 'static,
{
    let mut size = 21;
    while size > 17 && width(area, title, size)? > room {
        size -= 1;
    }
    let mut y = 12;
    for line in balanced(area, title, size, room)? {
        write(
            area,
            &line,
            size,
            (MARGIN + room / 2, y),
            (HPos::Center, VPos::Top),
        )?;
        y += size + 5;
    }
    Ok(y + 4)
}

/// Draws the sign of an entry, from this point to the right.
fn draw_mark<D: DrawingBackend>(
    area: &DrawingArea<D, Shift>,
    mark: Mark,
    (x, y): (i32, i32),
) -> Fallible<()>
where
    D::ErrorType: 'static,
{
    let middle = (x + SWATCH / 2, y);
    match mark {
        Mark::Line {
            colour,
            dashed,
            marked,
        } => {
            let pieces: &[(i32, i32)] = match dashed {
                true => &[(0, 9), (15, SWATCH)],
                false => &[(0, SWATCH)],
            };
            for (from, to) in pieces {
                let line = vec![(x + from, y), (x + to, y)];
                area.draw(&PathElement::new(line, colour.rgb().stroke_width(3)))?;
            }
            // A dot would fill the gap that shows that the line is dashed.
            if marked && !dashed {
                area.draw(&Circle::new(middle, 5, colour.rgb().filled()))?;
            }
        }
        Mark::Bar(colour) => {
            let corners = [(x + 5, y - 7), (x + 19, y + 7)];
            area.draw(&Rectangle::new(corners, colour.rgb().filled()))?;
        }
        Mark::Dot(colour) => area.draw(&Circle::new(middle, 5, colour.rgb().filled()))?,
        Mark::Mesh(colour) => {
            let corners = [(x + 4, y - 8), (x + 20, y + 8)];
            area.draw(&Rectangle::new(corners, colour.rgb().mix(0.3).filled()))?;
            let style = colour.rgb().stroke_width(1);
            for at in [0, 8, 16] {
                let across = vec![(x + 4, y - 8 + at), (x + 20, y - 8 + at)];
                let down = vec![(x + 4 + at, y - 8), (x + 4 + at, y + 8)];
                area.draw(&PathElement::new(across, style))?;
                area.draw(&PathElement::new(down, style))?;
            }
        }
    }
    Ok(())
}
