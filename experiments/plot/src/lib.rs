//! Pictures in a common style, as SVG or PNG.

mod axis;
mod bars;
mod chart;
mod colour;
mod frame;
mod heading;
mod lines;
mod number;
mod scale;
mod scatter;
mod space;
mod surface;
#[cfg(test)]
mod tests;
mod text;

use std::error::Error as StdError;
use std::io;
use std::path::Path;
use std::sync::Once;

use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::register_font;

const SIZE: (u32, u32) = (900, 560);

/// The font size of labels.
const LABEL: i32 = 16;

/// The name of the only font.
const FONT: &str = "sans-serif";

/// The result of drawing.
pub type Drawn = Fallible<()>;

type Fallible<T> = Result<T, Box<dyn StdError>>;

pub use bars::{BarChart, Bars};
pub use chart::Chart;
pub use colour::Colour;
use heading::{Mark, headed};
pub use lines::{Line, LineChart};
pub use scale::Scale;
pub use scatter::{Dots, ScatterChart};
pub use surface::{SpacePath, SurfaceChart};

/// Something that can be drawn on any backend.
pub trait Picture {
    /// Draws the picture on an area.
    ///
    /// # Errors
    /// The file cannot be written.
    fn draw_on<D: DrawingBackend>(&self, area: DrawingArea<D, Shift>) -> Drawn
    where
        D::ErrorType: 'static;
}

/// Draws a picture as SVG or PNG, depending on the ending of the path.
///
/// # Errors
/// The file cannot be written.
pub fn draw(picture: &impl Picture, path: &Path) -> io::Result<()> {
    with_font();
    let svg = path.extension().is_some_and(|extension| extension == "svg");
    let drawn = match svg {
        true => picture.draw_on(SVGBackend::new(path, SIZE).into_drawing_area()),
        false => picture.draw_on(BitMapBackend::new(path, SIZE).into_drawing_area()),
    };
    drawn.map_err(|error| io::Error::other(error.to_string()))
}

/// The endings of the two files of a picture.
pub const ENDINGS: [&str; 2] = ["svg", "png"];

/// Returns a picture as the text of an SVG element, to be placed inside a page.
///
/// # Errors
/// The picture cannot be drawn.
pub fn svg(picture: &impl Picture) -> io::Result<String> {
    with_font();
    let mut text = String::new();
    let drawn = picture.draw_on(SVGBackend::with_string(&mut text, SIZE).into_drawing_area());
    drawn.map_err(|error| io::Error::other(error.to_string()))?;
    Ok(text)
}

/// Registers the font at the first call.
fn with_font() {
    static FONTS: Once = Once::new();
    FONTS.call_once(|| {
        let font = include_bytes!("../assets/DejaVuSans-subset.ttf");
        if register_font(FONT, FontStyle::Normal, font).is_err() {
            unreachable!("a test draws with this font");
        }
    });
}
