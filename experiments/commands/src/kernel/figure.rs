//! The spectrum as a picture.

use std::io;
use std::path::Path;

use plotters::coord::Shift;
use plotters::prelude::*;

use super::record::KernelResult;
use tangent_plot::{self, Colour, Drawn, FONT, Mark, Picture, headed};

/// Draws the spectrum as SVG or PNG, depending on the ending of the path.
pub(super) fn draw(result: &KernelResult, path: &Path) -> io::Result<()> {
    tangent_plot::draw(result, path)
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
    // From the largest to the smallest. A logarithmic axis cannot show values that are not positive.
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
    // Eigenvalues below the floor are noise: two decades of them are enough.
    let bottom = lowest.max(floor / 100.0) / 3.0;
    let end = summary.n as f64 + 1.0;

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
        result.data.train.ids.len(),
        result.kernel.readout
    );
    let (above, noise): (Vec<_>, Vec<_>) = values
        .into_iter()
        .filter(|&(_, value)| value >= bottom)
        .partition(|&(_, value)| value > floor);
    let levels = [
        (floor, Colour::Orange, format!("noise floor {floor:.1e}")),
        (sigma, Colour::Green, format!("ridge σ = {sigma:.1e}")),
    ]
    .into_iter()
    .filter(|(level, ..)| (bottom..=top).contains(level));
    let levels: Vec<_> = levels.collect();
    let kappa = format!("eigenvalues: κ(K + σI) = {:.3e}", summary.condition.kappa);
    let mut entries = vec![(kappa, Mark::Dot(Colour::Blue))];
    if !noise.is_empty() {
        entries.push(("below the noise floor".into(), Mark::Dot(Colour::Grey)));
    }
    entries.extend(levels.iter().map(|(_, colour, name)| {
        let mark = Mark::Line {
            colour: *colour,
            dashed: true,
            marked: false,
        };
        (name.clone(), mark)
    }));
    let rest = headed(&area, &title, &entries)?;
    let mut chart = ChartBuilder::on(&rest)
        .margin(18)
        .margin_top(6)
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
    for (points, colour) in [(above, Colour::Blue), (noise, Colour::Grey)] {
        let dot = |point| Circle::new(point, 3, colour.rgb().filled());
        chart.draw_series(points.into_iter().map(dot))?;
    }
    for (level, colour, _) in levels {
        let ends = [(0.0, level), (end, level)];
        let style = colour.rgb().stroke_width(2);
        chart.draw_series(DashedLineSeries::new(ends, 8, 5, style))?;
    }
    area.present()?;
    Ok(())
}
