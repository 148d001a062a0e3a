//! The spectrum as a picture.

use std::io;
use std::path::Path;

use plotters::coord::Shift;
use plotters::prelude::*;

use super::record::KernelResult;
use crate::plot::{self, Colour, Drawn, FONT, Picture};

/// Draws the spectrum as SVG or PNG, by the path's ending.
pub(super) fn draw(result: &KernelResult, path: &Path) -> io::Result<()> {
    plot::draw(result, path)
}

impl Picture for KernelResult {
    fn draw_on<D: DrawingBackend>(&self, area: DrawingArea<D, Shift>) -> Drawn
    where
        D::ErrorType: 'static,
    {
        spectrum(self, area)
    }
}

fn spectrum<D: DrawingBackend>(result: &KernelResult, area: DrawingArea<D, Shift>) -> Drawn
where
    D::ErrorType: 'static,
{
    let Some(record) = &result.spectrum else {
        return Ok(());
    };
    let summary = &record.summary;
    let floor = summary.solver_floor.max(summary.row_floor);
    let sigma = summary.condition.sigma;
    // From the largest to the smallest; what is not positive has no place on a logarithmic axis.
    let values: Vec<(f64, f64)> = (1..)
        .map(f64::from)
        .zip(record.eigenvalues.iter().rev().copied())
        .collect();
    let positive = values
        .iter()
        .map(|&(_, value)| value)
        .filter(|&value| value > 0.0);
    let top = summary.lambda_max.max(sigma).max(f64::MIN_POSITIVE) * 3.0;
    let lines = [floor, sigma].into_iter().filter(|&level| level > 0.0);
    let lowest = positive.chain(lines).fold(top, f64::min);
    // Below the floor lies noise, of which two decades are enough.
    let bottom = lowest.max(floor / 100.0) / 3.0;
    let end = summary.n as f64 + 1.0;

    area.fill(&WHITE)?;
    let config = &result.config;
    let title = format!(
        "Spectrum of {}: {}, {}, n = {}, {}",
        if record.of_symmetric_part {
            "(K + Kᵀ)/2"
        } else {
            "K"
        },
        result.model.name,
        config.data.task,
        config.n,
        result.kernel.readout
    );
    let mut chart = ChartBuilder::on(&area)
        .caption(title, (FONT, 22))
        .margin(18)
        .x_label_area_size(44)
        .y_label_area_size(76)
        .build_cartesian_2d(0.0..end, (bottom..top).log_scale())?;
    chart
        .configure_mesh()
        .x_desc("index, from the largest eigenvalue")
        .y_desc("eigenvalue λ")
        .x_label_formatter(&|x| format!("{x:.0}"))
        .y_label_formatter(&|y| format!("{y:.0e}"))
        .label_style((FONT, 15))
        .axis_desc_style((FONT, 17))
        .light_line_style(WHITE)
        .bold_line_style(BLACK.mix(0.12))
        .disable_x_mesh()
        .draw()?;

    let (above, noise): (Vec<_>, Vec<_>) = values
        .into_iter()
        .filter(|&(_, value)| value >= bottom)
        .partition(|&(_, value)| value > floor);
    let dots = |points: Vec<(f64, f64)>, colour: RGBColor| {
        points
            .into_iter()
            .map(move |point| Circle::new(point, 3, colour.filled()))
    };
    let kappa = format!("eigenvalues: κ(K + σI) = {:.3e}", summary.condition.kappa);
    chart
        .draw_series(dots(above, Colour::Blue.rgb()))?
        .label(kappa)
        .legend(|(x, y)| Circle::new((x + 12, y), 4, Colour::Blue.rgb().filled()));
    if !noise.is_empty() {
        chart
            .draw_series(dots(noise, Colour::Grey.rgb()))?
            .label("below the noise floor")
            .legend(|(x, y)| Circle::new((x + 12, y), 4, Colour::Grey.rgb().filled()));
    }
    let levels = [
        (
            floor,
            Colour::Orange.rgb(),
            format!("noise floor {floor:.1e}"),
        ),
        (sigma, Colour::Green.rgb(), format!("ridge σ = {sigma:.1e}")),
    ];
    for (level, colour, label) in levels {
        if level < bottom || level > top {
            continue;
        }
        let line =
            DashedLineSeries::new([(0.0, level), (end, level)], 8, 5, colour.stroke_width(2));
        chart
            .draw_series(line)?
            .label(label)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 24, y)], colour.stroke_width(2)));
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
