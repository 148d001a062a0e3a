//! Text that stays within its room.

use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::{FONT, Fallible};

/// The width of a text.
pub(super) fn width<D: DrawingBackend>(
    area: &DrawingArea<D, Shift>,
    text: &str,
    size: i32,
) -> Fallible<i32>
where
    D::ErrorType: 'static,
{
    let style = (FONT, size).into_text_style(area);
    Ok(i32::try_from(area.estimate_text_size(text, &style)?.0)?)
}

/// The width of the widest of several texts.
pub(super) fn widest<'t, D: DrawingBackend>(
    area: &DrawingArea<D, Shift>,
    texts: impl IntoIterator<Item = &'t str>,
    size: i32,
) -> Fallible<i32>
where
    D::ErrorType: 'static,
{
    let mut most = 0;
    for text in texts {
        most = most.max(width(area, text, size)?);
    }
    Ok(most)
}

/// What of a text stays together: words, and what follows a comma or a slash.
pub(super) fn pieces(text: &str) -> impl Iterator<Item = &str> {
    text.split_inclusive([' ', ',', '/', '+', '_'])
}

/// The text in lines no wider than that: broken between pieces, and within one only if it alone is wider.
pub(super) fn wrapped<D: DrawingBackend>(
    area: &DrawingArea<D, Shift>,
    text: &str,
    size: i32,
    room: i32,
) -> Fallible<Vec<String>>
where
    D::ErrorType: 'static,
{
    let mut lines = Vec::new();
    let mut line = String::new();
    for piece in pieces(text) {
        let longer = format!("{line}{piece}");
        if width(area, longer.trim_end(), size)? <= room {
            line = longer;
            continue;
        }
        lines.push(std::mem::take(&mut line));
        if width(area, piece.trim_end(), size)? <= room {
            line = piece.into();
            continue;
        }
        for letter in piece.chars() {
            if width(area, &format!("{line}{letter}"), size)? > room {
                lines.push(std::mem::take(&mut line));
            }
            line.push(letter);
        }
    }
    lines.push(line);
    let lines = lines.iter().map(|line| line.trim().to_owned());
    Ok(lines.filter(|line| !line.is_empty()).collect())
}

/// A text with its point of reference: left, centre or right, and top, centre or bottom.
pub(super) fn write<D: DrawingBackend>(
    area: &DrawingArea<D, Shift>,
    text: &str,
    size: i32,
    at: (i32, i32),
    anchor: (HPos, VPos),
) -> Fallible<()>
where
    D::ErrorType: 'static,
{
    let style = (FONT, size).into_text_style(area);
    let style = style.pos(Pos::new(anchor.0, anchor.1));
    area.draw_text(text, &style, at)?;
    Ok(())
}

/// The same, read from the bottom to the top; the anchor is as before the turn.
pub(super) fn write_upwards<D: DrawingBackend>(
    area: &DrawingArea<D, Shift>,
    text: &str,
    size: i32,
    at: (i32, i32),
    anchor: (HPos, VPos),
) -> Fallible<()>
where
    D::ErrorType: 'static,
{
    let style = (FONT, size)
        .into_font()
        .transform(FontTransform::Rotate270)
        .into_text_style(area);
    let style = style.pos(Pos::new(anchor.0, anchor.1));
    area.draw_text(text, &style, at)?;
    Ok(())
}
