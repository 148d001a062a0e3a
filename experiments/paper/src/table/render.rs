//! The text of a table, drawn from its result alone.

use std::fmt::Write;

use super::record::{Cell, TableResult};
use tangent_base::cli::four_digits;

/// Returns the table as Markdown.
pub(crate) fn markdown(result: &TableResult) -> String {
    let mut out = String::new();
    let mut line = |text: &str| writeln!(out, "{text}").expect("writing to a string cannot fail");
    line(&format!("**Table {} · {}**\n", result.table, result.title));
    let mut head = result.headings.clone();
    let quantities = result.quantities();
    for (name, printed) in &quantities {
        head.push(name.clone());
        head.extend(printed.then(|| "paper".to_owned()));
    }
    line(&format!("| {} |", head.join(" | ")));
    line(&format!("|{}", "---|".repeat(head.len())));
    for row in &result.rows {
        let mut cells = row.of.clone();
        for (name, printed) in &quantities {
            let cell = row.cell(name);
            cells.push(cell.map_or("–".into(), Cell::text));
            if *printed {
                let paper = cell.and_then(|cell| cell.paper);
                cells.push(paper.map_or("–".into(), four_digits));
            }
        }
        line(&format!("| {} |", cells.join(" | ")));
    }
    out + &result.provenance.closing(&result.remarks, &result.failed)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::table::FORMAT;

    #[test]
    fn every_line_has_as_many_cells_as_the_head_whichever_rows_the_paper_prints() {
        let cell = |name: &str, values: &[f64], paper: Option<f64>| json!([name, {"values": values, "paper": paper}]);
        let result: TableResult = serde_json::from_value(json!({
            "format": FORMAT, "table": 4, "title": "t", "headings": ["seed"], "remarks": [], "failed": [],
            "rows": [
                {"of": ["0"], "cells": [cell("λmax", &[2.0], None), cell("κ", &[3.0], None)]},
                {"of": ["42"], "cells": [cell("λmax", &[], Some(5.0)), cell("κ", &[7.0], None)]},
                {"of": ["7"], "cells": [cell("κ", &[11.0], None)]},
            ],
            "command": "", "config": {}, "choices": [], "versions": {}, "machine": {}, "started": "", "seconds": 0.0,
        }))
        .unwrap();
        let text = markdown(&result);
        let lines: Vec<&str> = text.lines().filter(|line| line.starts_with('|')).collect();
        let expected = [
            "| seed | λmax | paper | κ |",
            "|---|---|---|---|",
            "| 0 | 2.000 | – | 3.000 |",
            "| 42 | – | 5.000 | 7.000 |",
            "| 7 | – | – | 11.00 |",
        ];
        assert_eq!(lines, expected);
    }
}
