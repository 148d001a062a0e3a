//! The table of all bounds, as printed and as repaired, with verdicts and slack.

use tangent_spectral::theorems::Knowledge;

use super::statements::{STATEMENTS, form_name};
use super::tally::Tally;
use super::theorems::Theorems;
use super::tree::{Cell, Column, Kind, Table, merge};

/// Returns a table with a line for each bound of each form.
pub(super) fn bounds(theorems: &Theorems) -> Table {
    const PROVED: &str = "proved constants";
    const MODEL: &str = "the model";
    let mut rows = Vec::new();
    for (statement, name, _) in STATEMENTS {
        for form in theorems.forms(statement) {
            for what in theorems.whats(statement, form) {
                let tally = |knowledge: Knowledge| {
                    Tally::of(theorems, |setting, found| {
                        setting.knowledge == knowledge
                            && (found.statement, found.form, &*found.what)
                                == (statement, form, what)
                    })
                };
                let (proved, model) = (tally(Knowledge::Certified), tally(Knowledge::Estimated));
                rows.push(vec![
                    Cell::new(name),
                    Cell::new(form_name(form)),
                    Cell::new(what),
                    proved.verdicts(),
                    proved.slack(),
                    model.verdicts(),
                    model.slack(),
                ]);
            }
        }
    }
    merge(&mut rows, 0);
    merge(&mut rows, 1);
    Table {
        caption: "Every bound: counts of verdicts, and slack as measured/bound".into(),
        columns: vec![
            Column::new("result", Kind::Name),
            Column::new("form", Kind::Words),
            Column::new("bound", Kind::Text),
            Column::of(PROVED, "verdicts", Kind::Words),
            Column::of(PROVED, "slack", Kind::Number),
            Column::of(MODEL, "verdicts", Kind::Words),
            Column::of(MODEL, "slack", Kind::Number),
        ],
        rows,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_counted_apart_for_proved_and_estimated_constants() {
        let theorems: Theorems = serde_json::from_value(super::super::samples::theorems()).unwrap();
        let rows = bounds(&theorems).rows;
        let texts = |row: usize| {
            rows[row]
                .iter()
                .map(|c| c.text.as_str())
                .collect::<Vec<_>>()
        };
        assert_eq!(
            texts(0),
            ["Theorem 6", "as stated", "(21)", "–", "–", "○ void 1", "–"]
        );
        assert_eq!(
            texts(1),
            [
                "Theorem 7",
                "as printed",
                "(21)",
                "✗ fails 1",
                "25.00",
                "–",
                "–"
            ]
        );
        assert_eq!(texts(2)[3..5], ["✓ holds 1", "0.5000"]);
        assert_eq!((rows[1][0].rows, rows[2][0].rows), (2, 0));
    }
}
