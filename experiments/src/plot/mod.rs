//! Pictures: one look for all of them, as SVG or PNG.

mod lines;

use std::error::Error as StdError;
use std::io;
use std::path::Path;
use std::sync::Once;

use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::register_font;

const SIZE: (u32, u32) = (900, 560);

/// The name of the one font.
pub const FONT: &str = "sans-serif";

/// Okabe and Ito's colours, which colour-blind people can tell apart.
pub const BLUE: RGBColor = RGBColor(0, 114, 178);
/// The second.
pub const ORANGE: RGBColor = RGBColor(213, 94, 0);
/// The third.
pub const GREEN: RGBColor = RGBColor(0, 158, 115);
/// The fourth.
pub const PURPLE: RGBColor = RGBColor(204, 121, 167);
/// For what is in the background.
pub const GREY: RGBColor = RGBColor(140, 140, 140);

/// What drawing comes to.
pub type Drawn = Result<(), Box<dyn StdError>>;

pub use lines::{Line, LineChart, Scale};

/// Something that can be drawn, on whatever there is to draw on.
pub trait Picture {
    /// Draws it.
    ///
    /// # Errors
    /// The file cannot be written.
    fn draw_on<D: DrawingBackend>(&self, area: DrawingArea<D, Shift>) -> Drawn
    where
        D::ErrorType: 'static;
}

/// Draws a picture as SVG or PNG, by the path's ending.
///
/// # Errors
/// The file cannot be written.
pub fn draw(picture: &impl Picture, path: &Path) -> io::Result<()> {
    static FONTS: Once = Once::new();
    FONTS.call_once(|| {
        let font = include_bytes!("../../assets/fonts/DejaVuSans-subset.ttf");
        if register_font(FONT, FontStyle::Normal, font).is_err() {
            unreachable!("a test draws with this font");
        }
    });
    let svg = path.extension().is_some_and(|extension| extension == "svg");
    let drawn = match svg {
        true => picture.draw_on(SVGBackend::new(path, SIZE).into_drawing_area()),
        false => picture.draw_on(BitMapBackend::new(path, SIZE).into_drawing_area()),
    };
    drawn.map_err(|error| io::Error::other(error.to_string()))
}

/// How an entry of a legend looks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mark {
    pub(crate) colour: RGBColor,
    pub(crate) dashed: bool,
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
        let pieces: &[(i32, i32)] = if mark.dashed {
            &[(0, 9), (14, 23)]
        } else {
            &[(0, SWATCH)]
        };
        for (from, to) in pieces {
            let line = vec![(x + from, middle), (x + to, middle)];
            area.draw(&PathElement::new(line, mark.colour.stroke_width(3)))?;
        }
        area.draw_text(name, &style, (x + SWATCH + 8, y))?;
        x += long;
    }
    let below = if entries.is_empty() { 40 } else { y + LINE };
    Ok(area.split_vertically(below).1)
}

/// A number of an axis of that length, with as many decimals as tell its marks apart.
fn label(value: f64, length: f64) -> String {
    let decimals = (1.0 - length.log10().floor()).clamp(0.0, 6.0) as usize;
    match length < 1e-4 {
        true => format!("{value:.1e}"),
        false => format!("{value:.decimals$}"),
    }
}
