//! The sections of the paper's tables, with our numbers beside the paper's.

use super::tree::{Cell, Column, Element, Kind, Section, Table, Tone, merge};
use crate::table::{self, TableResult, TableRow};
use tangent_base::cli::four_digits;

/// Adds a table to its section.
pub(super) fn fill(section: &mut Section, result: &TableResult) {
    section.push(Element::Table(table(result)));
    section.list(&result.remarks);
    section.end(&result.failed, &result.provenance);
}

/// Returns Table 5 as the paper prints it; it is not measured, because its models are decoders.
pub(super) fn printed_table_5() -> Table {
    let rows = crate::protocol::tables()["table5"]
        .as_array()
        .into_iter()
        .flatten();
    let name = |value: &serde_json::Value| Cell::new(value.as_str().unwrap_or_default());
    let number = |value: &serde_json::Value| or_dash(value.as_f64().map(four_digits));
    let mut rows: Vec<Vec<Cell>> = rows
        .map(|row| {
            vec![
                name(&row["model"]),
                name(&row["task"]),
                number(&row["kappa"]),
                number(&row["accuracy"]),
            ]
        })
        .collect();
    merge(&mut rows, 0);
    Table {
        caption: "Table 5, the paper's numbers alone".into(),
        columns: vec![
            Column::new("model", Kind::Name),
            Column::new("task", Kind::Words),
            Column::of("κ(K + σI)", "paper", Kind::Paper),
            Column::of("accuracy %", "paper", Kind::Paper),
        ],
        rows,
    }
}

fn table(result: &TableResult) -> Table {
    let quantities = result.quantities();
    let names = result.headings.iter().enumerate();
    let mut columns: Vec<Column> = names
        .map(|(place, heading)| {
            let kind = if place == 0 { Kind::Name } else { Kind::Words };
            Column::new(heading.clone(), kind)
        })
        .collect();
    for (name, printed) in &quantities {
        if *printed {
            columns.push(Column::of(name.clone(), "ours", Kind::Number));
            columns.push(Column::of(name.clone(), "paper", Kind::Paper));
        } else {
            columns.push(Column::new(name.clone(), Kind::Number));
        }
    }
    let mut rows: Vec<Vec<Cell>> = result.rows.iter().map(|r| row(r, &quantities)).collect();
    if result.headings.len() > 1 && !quantities.is_empty() {
        merge(&mut rows, 0);
    }
    Table {
        caption: caption(result),
        columns,
        rows,
    }
}

/// Returns the caption of a table; it names the seeds if cells are means over seeds.
fn caption(result: &TableResult) -> String {
    let several = result
        .rows
        .iter()
        .flat_map(|row| &row.cells)
        .any(|(_, cell)| cell.values.len() > 1);
    let seeds = result.provenance.config["seeds"]
        .as_array()
        .filter(|_| several);
    match seeds {
        Some(seeds) => {
            let seeds: Vec<String> = seeds.iter().map(ToString::to_string).collect();
            format!(
                "Table {}: mean ± deviation over seeds {}",
                result.table,
                seeds.join(", ")
            )
        }
        None => format!("Table {}", result.table),
    }
}

fn row(row: &TableRow, quantities: &[(String, bool)]) -> Vec<Cell> {
    let mut cells: Vec<Cell> = row.of.iter().map(Cell::new).collect();
    for (name, printed) in quantities {
        let cell = row.cell(name);
        cells.push(or_dash(cell.map(table::Cell::text)));
        if *printed {
            cells.push(or_dash(cell.and_then(|cell| cell.paper).map(four_digits)));
        }
    }
    cells
}

fn or_dash(text: Option<String>) -> Cell {
    match text {
        Some(text) => Cell::new(text),
        None => Cell::toned("–", Tone::Muted),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_papers_numbers_stand_beside_ours_where_it_has_any() {
        let table = table(&super::super::samples::table(2));
        let heads: Vec<_> = table
            .columns
            .iter()
            .map(|c| (c.group.as_deref().unwrap_or(""), c.name.as_str()))
            .collect();
        let expected = [
            ("", "task"),
            ("", "adapted"),
            ("κ(K + σI)", "ours"),
            ("κ(K + σI)", "paper"),
            ("", "metric"),
        ];
        assert_eq!(heads, expected);
        let texts = |row: usize| {
            table.rows[row]
                .iter()
                .map(|c| c.text.as_str())
                .collect::<Vec<_>>()
        };
        assert_eq!(
            texts(0),
            ["CoLA", "{0} qv", "2.000 ± 1.414", "11618", "0.5000"]
        );
        assert_eq!(texts(1)[2..], ["–", "–", "–"]);
        assert_eq!((table.rows[0][0].rows, table.rows[1][0].rows), (2, 0));
    }
}
