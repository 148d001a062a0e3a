//! Title and legend, above a chart, where they cover nothing of it.

use std::error::Error as StdError;

use plotters::coord::Shift;
use plotters::prelude::*;

use super::{Colour, FONT};

/// How an entry of a legend looks.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Mark {
    Line {
        colour: Colour,
        dashed: bool,
        marked: bool,
    },
    Square(Colour),
    Dot(Colour),
}

/// Title and legend above a chart, where they cover nothing of it; returns what is left for the chart.
pub(crate) fn headed<D: DrawingBackend>(
    area: &DrawingArea<D, Shift>,
    title: &str,
    entries: &[(String, Mark)],
) -> Result<DrawingArea<D, Shift>, Box<dyn StdError>>
where
    D::ErrorType: 'static,
{
    const LINE: i32 = 26;
    const SWATCH: i32 = 24;
    area.fill(&WHITE)?;
    let width = i32::try_from(area.dim_in_pixel().0)?;
    let (title_style, style) = (
        (FONT, 20).into_text_style(area),
        (FONT, 15).into_text_style(area),
    );
    let title_width = i32::try_from(area.estimate_text_size(title, &title_style)?.0)?;
    area.draw_text(title, &title_style, ((width - title_width).max(0) / 2, 14))?;
    let (mut x, mut y) = (76, 48);
    for (name, mark) in entries {
        let long = SWATCH + 8 + i32::try_from(area.estimate_text_size(name, &style)?.0)? + 22;
        if x > 76 && x + long > width - 18 {
            (x, y) = (76, y + LINE);
        }
        let middle = y + 8;
        match *mark {
            Mark::Line {
                colour,
                dashed,
                marked,
            } => {
                let pieces: &[(i32, i32)] = match dashed {
                    true => &[(0, 9), (14, 23)],
                    false => &[(0, SWATCH)],
                };
                for (from, to) in pieces {
                    let line = vec![(x + from, middle), (x + to, middle)];
                    area.draw(&PathElement::new(line, colour.rgb().stroke_width(3)))?;
                }
                if marked {
                    area.draw(&Circle::new(
                        (x + SWATCH / 2, middle),
                        4,
                        colour.rgb().filled(),
                    ))?;
                }
            }
            Mark::Square(colour) => area.draw(&Rectangle::new(
                [(x + 4, middle - 7), (x + 20, middle + 7)],
                colour.rgb().filled(),
            ))?,
            Mark::Dot(colour) => area.draw(&Circle::new(
                (x + SWATCH / 2, middle),
                5,
                colour.rgb().filled(),
            ))?,
        }
        area.draw_text(name, &style, (x + SWATCH + 8, y))?;
        x += long;
    }
    let below = if entries.is_empty() { 40 } else { y + LINE };
    Ok(area.split_vertically(below).1)
}
