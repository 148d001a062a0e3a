//! A table's text, drawn from its result alone.

use std::fmt::Write;

use super::record::{Cell, TableResult};

/// The table as Markdown.
pub(crate) fn markdown(result: &TableResult) -> String {
    let mut out = String::new();
    let mut line = |text: &str| writeln!(out, "{text}").expect("writing to a string cannot fail");
    line(&format!("**Table {} · {}**\n", result.table, result.title));
    let mut head = result.headings.clone();
    if let Some(row) = result.rows.first() {
        for (name, cell) in &row.cells {
            head.push(name.clone());
            if cell.paper.is_some() {
                head.push("paper".into());
            }
        }
    }
    line(&format!("| {} |", head.join(" | ")));
    line(&format!("|{}", "---|".repeat(head.len())));
    for row in &result.rows {
        let mut cells = row.of.clone();
        for (_, cell) in &row.cells {
            cells.push(measured(cell));
            cells.extend(cell.paper.map(number));
        }
        line(&format!("| {} |", cells.join(" | ")));
    }
    for remark in &result.remarks {
        line(&format!("\n{remark}"));
    }
    for failed in &result.failed {
        line(&format!("\n**Not there:** {failed}"));
    }
    line(&format!("\nMade by `{}`.", result.provenance.command));
    out
}

/// Mean ± deviation.
fn measured(cell: &Cell) -> String {
    match (cell.mean(), cell.deviation()) {
        (None, _) => "–".into(),
        (Some(mean), None) => number(mean),
        (Some(mean), Some(deviation)) => format!("{} ± {}", number(mean), number(deviation)),
    }
}

/// Four digits that count.
fn number(value: f64) -> String {
    let size = value.abs();
    if size == 0.0 {
        "0".into()
    } else if !(1e-4..1e5).contains(&size) {
        format!("{value:.3e}")
    } else {
        let decimals = (3.0 - size.log10().floor()).clamp(0.0, 7.0) as usize;
        format!("{value:.decimals$}")
    }
}
