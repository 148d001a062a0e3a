//! A table's text, drawn from its result alone.

use std::fmt::Write;

use super::record::TableResult;
use crate::cli::four_digits;

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
            cells.push(cell.text());
            cells.extend(cell.paper.map(four_digits));
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
