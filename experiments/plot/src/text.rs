//! Text that stays within the room that it is given.

use std::collections::VecDeque;
use std::mem;

use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::{FONT, Fallible};

/// Returns the width of a text.
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

/// Returns the width of the widest of several texts.
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

/// Returns the pieces of a text that lines do not break: words.
pub(super) fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split_inclusive(' ')
}

/// Returns the pieces into which a word is broken that is too long: between punctuation marks, or else into characters.
fn syllables(word: &str) -> Vec<&str> {
    let signs: Vec<&str> = word
        .split_inclusive([',', '.', '/', '+', '_', '-'])
        .collect();
    match signs.as_slice() {
        [_] => word.split_inclusive(|_| true).collect(),
        _ => signs,
    }
}

/// Returns the text in lines no wider than `room`, broken between words, and within a word only if it alone is wider.
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
    let mut pieces: VecDeque<&str> = words(text).collect();
    while let Some(piece) = pieces.pop_front() {
        let longer = format!("{line}{piece}");
        if width(area, longer.trim_end(), size)? <= room {
            line = longer;
        } else if width(area, piece.trim_end(), size)? <= room || piece.chars().count() == 1 {
            lines.push(mem::replace(&mut line, piece.into()));
        } else {
            for part in syllables(piece).into_iter().rev() {
                pieces.push_front(part);
            }
        }
    }
    lines.push(line);
    let lines = lines.iter().map(|line| line.trim().to_owned());
    Ok(lines.filter(|line| !line.is_empty()).collect())
}

/// Returns the text in as many lines as [`wrapped`], but of about equal length.
pub(super) fn balanced<D: DrawingBackend>(
    area: &DrawingArea<D, Shift>,
    text: &str,
    size: i32,
    room: i32,
) -> Fallible<Vec<String>>
where
    D::ErrorType: 'static,
{
    let mut lines = wrapped(area, text, size, room)?;
    let mut narrower = room;
    while lines.len() > 1 && narrower > room / 2 {
        narrower -= room / 40 + 1;
        match wrapped(area, text, size, narrower)? {
            more if more.len() > lines.len() => break,
            same => lines = same,
        }
    }
    Ok(lines)
}

/// Writes a text with its anchor at a point: left, centre or right, and top, centre or bottom.
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

/// Writes a text that is read from the bottom to the top; the anchor is that of the text before it is turned.
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
