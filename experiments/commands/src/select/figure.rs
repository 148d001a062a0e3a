//! The best choices as a picture.

use super::choices::name;
use super::record::{Ranks, SelectResult};
use tangent_plot::{Chart, Colour, Line, LineChart, Scale};

/// The largest number of choices that are drawn.
const SHOWN: usize = 12;

/// Returns the chart of the best choices' ranks on the subsamples.
pub(super) fn chart(result: &SelectResult) -> Chart {
    let shown = || result.choices.iter().take(SHOWN);
    let line = |title: &str, colour, dashed, of: fn(Ranks) -> usize| Line {
        name: title.into(),
        colour,
        dashed,
        marked: true,
        points: shown()
            .enumerate()
            .map(|(i, c)| (i as f64, of(c.ranks) as f64))
            .collect(),
    };
    Chart::Lines(LineChart {
        title: format!(
            "{}, {}: ranks by {} on {} subsamples",
            result.model.name,
            result.provenance.config.data.task,
            result.provenance.config.score.name(),
            result.provenance.config.subsamples
        ),
        x: "the best choices, in order".into(),
        y: format!("rank among {}", result.choices.len()),
        scale: Scale::FromZero,
        categories: shown()
            .map(|c| name(&c.layers, &c.targets, result.provenance.config.matrices))
            .collect(),
        lines: vec![
            line("least", Colour::Sky, true, |ranks| ranks.least),
            line("median", Colour::Blue, false, |ranks| ranks.median),
            line("greatest", Colour::Orange, true, |ranks| ranks.greatest),
        ],
    })
}
