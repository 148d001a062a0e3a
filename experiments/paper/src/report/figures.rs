//! The sections of the paper's figures, drawn from their numbers.

use super::tree::{Element, Figure, Section};
use crate::figure::{FigureResult, Panel, file_name};

/// Adds a figure to its section.
pub(super) fn fill(section: &mut Section, result: &FigureResult) {
    panels(section, &file_name(result.figure), &result.panels);
    section.list(&result.remarks);
    section.end(&result.failed, &result.provenance);
}

/// Adds the pictures of panels; the names of their files begin with `file`.
pub(super) fn panels(section: &mut Section, file: &str, panels: &[Panel]) {
    for panel in panels {
        section.push(Element::Figure(Figure {
            name: panel.file(file),
            caption: match panel.name.len() {
                1 => format!("({}) {}", panel.name, panel.caption),
                _ => panel.caption.clone(),
            },
            chart: panel.chart.clone(),
        }));
    }
}
