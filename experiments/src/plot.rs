//! Pictures: one look for all of them, as SVG or PNG.

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
        let font = include_bytes!("../assets/fonts/DejaVuSans-subset.ttf");
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

/// One line of a chart.
#[derive(Clone, Debug)]
pub struct Line {
    /// What it is.
    pub name: String,
    /// Its colour.
    pub colour: RGBColor,
    /// Drawn dashed: a bound, or a second model.
    pub dashed: bool,
    /// Its points.
    pub points: Vec<(f64, f64)>,
}

/// Lines over a common axis.
#[derive(Clone, Debug)]
pub struct LineChart {
    /// Above the chart.
    pub title: String,
    /// Below the horizontal axis.
    pub x: String,
    /// Beside the vertical axis.
    pub y: String,
    /// The vertical axis begins at 0.
    pub from_zero: bool,
    /// The lines.
    pub lines: Vec<Line>,
}

impl Picture for LineChart {
    fn draw_on<D: DrawingBackend>(&self, area: DrawingArea<D, Shift>) -> Drawn
    where
        D::ErrorType: 'static,
    {
        let points = || self.lines.iter().flat_map(|line| &line.points);
        let end = points()
            .map(|p| p.0)
            .fold(0.0, f64::max)
            .max(f64::MIN_POSITIVE);
        let (bottom, top) = self.heights();
        area.fill(&WHITE)?;
        let mut chart = ChartBuilder::on(&area)
            .caption(&self.title, (FONT, 22))
            .margin(18)
            .x_label_area_size(44)
            .y_label_area_size(76)
            .build_cartesian_2d(0.0..end, bottom..top)?;
        chart
            .configure_mesh()
            .x_desc(&self.x)
            .y_desc(&self.y)
            .y_label_formatter(&|y| label(*y, top - bottom))
            .label_style((FONT, 15))
            .axis_desc_style((FONT, 17))
            .light_line_style(WHITE)
            .bold_line_style(BLACK.mix(0.12))
            .draw()?;
        for line in &self.lines {
            let style = line.colour.stroke_width(2);
            let drawn = match line.dashed {
                true => {
                    chart.draw_series(DashedLineSeries::new(line.points.clone(), 8, 5, style))?
                }
                false => chart.draw_series(LineSeries::new(line.points.clone(), style))?,
            };
            let (colour, dashed) = (line.colour, line.dashed);
            drawn.label(&line.name).legend(move |(x, y)| {
                // A dash and a gap say enough of a dashed line.
                let end = if dashed { x + 10 } else { x + 24 };
                PathElement::new([(x, y), (end, y)], colour.stroke_width(2))
            });
        }
        chart
            .configure_series_labels()
            .position(SeriesLabelPosition::UpperRight)
            .background_style(WHITE.mix(0.9))
            .border_style(BLACK.mix(0.3))
            .label_font((FONT, 15))
            .legend_area_size(32)
            .draw()?;
        area.present()?;
        Ok(())
    }
}

impl LineChart {
    /// From where to where the vertical axis goes, with room for the legend above.
    fn heights(&self) -> (f64, f64) {
        let heights = || self.lines.iter().flat_map(|line| &line.points).map(|p| p.1);
        let highest = heights().fold(f64::NEG_INFINITY, f64::max);
        let lowest = match self.from_zero {
            true => 0.0,
            false => heights().fold(f64::INFINITY, f64::min),
        };
        let range = highest - lowest;
        if !(range.is_finite() && range > 0.0) {
            let at = if lowest.is_finite() { lowest } else { 0.0 };
            return (at, at + 1.0);
        }
        let room = if self.from_zero { 0.0 } else { 0.05 * range };
        (lowest - room, highest + 0.3 * range)
    }
}

/// A number of an axis of that length, with as many decimals as tell its marks apart.
fn label(value: f64, length: f64) -> String {
    let decimals = (2.0 - length.log10()).ceil().clamp(0.0, 6.0) as usize;
    match length < 1e-4 {
        true => format!("{value:.1e}"),
        false => format!("{value:.decimals$}"),
    }
}
