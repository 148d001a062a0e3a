//! The spectrum as a picture.

use tangent_plot::{Colour, Line, LineChart, Scale};

use super::record::{KernelResult, SpectrumRecord};

/// Returns the chart of a spectrum: the eigenvalues from the largest to the smallest, those below the noise floor in
/// grey, and the levels of the noise floor and of the ridge.
pub(super) fn chart(result: &KernelResult, record: &SpectrumRecord) -> LineChart {
    let summary = &record.summary;
    let floor = summary.solver_floor.max(summary.row_floor);
    let sigma = summary.condition.sigma;
    let values: Vec<(f64, f64)> = (1..)
        .map(f64::from)
        .zip(record.eigenvalues.iter().rev().copied())
        .collect();
    // Eigenvalues far below the floor would press the others together; two decades of them are enough.
    let shown = |&(_, value): &(f64, f64)| value > 0.0 && value >= floor / 100.0;
    let (above, noise): (Vec<_>, Vec<_>) = values
        .into_iter()
        .filter(shown)
        .partition(|&(_, value)| value > floor);
    let dots = |name: String, colour, points| Line {
        name,
        colour,
        dashed: false,
        marked: true,
        points,
    };
    let end = summary.n as f64 + 1.0;
    let level = |name: String, colour, level| Line {
        name,
        colour,
        dashed: true,
        marked: false,
        points: vec![(0.0, level), (end, level)],
    };
    let kappa = format!("eigenvalues: κ(K + σI) = {:.3e}", summary.condition.kappa);
    let mut lines = vec![dots(kappa, Colour::Blue, above)];
    if !noise.is_empty() {
        lines.push(dots("below the noise floor".into(), Colour::Grey, noise));
    }
    if floor > 0.0 {
        lines.push(level(
            format!("noise floor {floor:.1e}"),
            Colour::Orange,
            floor,
        ));
    }
    if sigma > 0.0 {
        lines.push(level(
            format!("ridge σ = {sigma:.1e}"),
            Colour::Green,
            sigma,
        ));
    }
    LineChart {
        title: format!(
            "Spectrum of {}: {}, {}, n = {}, {}",
            if record.of_symmetric_part {
                "(K + Kᵀ)/2"
            } else {
                "K"
            },
            result.model.name,
            result.provenance.config.data.task,
            result.data.train.ids.len(),
            result.kernel.readout
        ),
        x: "index, from the largest eigenvalue".into(),
        y: "eigenvalue λ".into(),
        scale: Scale::Logarithmic,
        categories: Vec::new(),
        lines,
    }
}
