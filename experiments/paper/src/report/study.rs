//! The section of the study of whether the spectrum predicts.

use std::collections::BTreeSet;

use super::figures::panels;
use super::tree::{Cell, Column, Element, Kind, Section, Table, Tone};
use crate::study::{Among, Correlation, StudyResult, with_an_order};

/// The outcomes that are predicted, with their names.
const OUTCOMES: [(&str, &str); 3] = [
    ("train_loss", "the training loss"),
    ("eval_loss", "the evaluation loss"),
    ("metric", "the task's metric"),
];

/// Adds the study to its section.
pub(super) fn fill(section: &mut Section, result: &StudyResult) {
    let tasks: BTreeSet<&str> = result.runs.iter().map(|run| run.task.as_str()).collect();
    let seeds: BTreeSet<u64> = result.runs.iter().map(|run| run.seed).collect();
    section.push(Element::Paragraph(format!(
        "{} choices of layers and matrices, {} tasks, {} seeds, {} runs. Each score is taken before training; the \
         tables hold Spearman's rank correlation with what training comes to, the mean over seeds, signed so that 1 \
         means that what the score prefers ends better, with its 95 % bootstrap interval over choices. Bold: the \
         interval leaves 0 out.",
        result.choices.len(),
        tasks.len(),
        seeds.len(),
        result.runs.len()
    )));
    section.list(&result.remarks);
    for among in Among::BOTH {
        section.push(Element::Paragraph(format!(
            "Among {}: {}",
            among.name(),
            with_an_order(result, among)
        )));
        for (outcome, name) in OUTCOMES {
            let of_it: Vec<&Correlation> = result
                .correlations
                .iter()
                .filter(|c| c.among == among && c.outcome == outcome)
                .collect();
            if !of_it.is_empty() {
                let caption = format!("Rank correlation with {name} at the end, {}", among.name());
                section.push(Element::Table(correlations(
                    &of_it,
                    &result.predictors,
                    caption,
                )));
            }
        }
    }
    panels(section, "study", &result.panels);
    if !result.predictors.is_empty() {
        section.push(Element::Table(ignored(&result.predictors)));
    }
    section.end(&result.failed, &result.provenance);
}

/// Returns a table of predictors by tasks; the mean over tasks, if there is one, is the first column of numbers.
fn correlations(of_it: &[&Correlation], predictors: &[(String, String)], caption: String) -> Table {
    const ALL: &str = Correlation::ALL_TASKS;
    let mut tasks: Vec<&str> = Vec::new();
    for correlation in of_it {
        if !tasks.contains(&correlation.task.as_str()) {
            tasks.push(&correlation.task);
        }
    }
    tasks.sort_by_key(|task| *task != ALL);
    let mut columns = vec![Column::new("score", Kind::Name)];
    columns.extend(tasks.iter().map(|task| {
        let name = if *task == ALL { "all tasks" } else { task };
        Column::new(name, Kind::Number)
    }));
    let row = |(predictor, _): &(String, String)| {
        let mut cells = vec![Cell::new(predictor.clone())];
        cells.extend(tasks.iter().map(|task| {
            let found = of_it
                .iter()
                .find(|c| c.predictor == *predictor && c.task == *task);
            found.map_or(Cell::toned("–", Tone::Muted), |found| heat(found))
        }));
        cells
    };
    Table {
        caption,
        columns,
        rows: predictors.iter().map(row).collect(),
    }
}

fn heat(correlation: &Correlation) -> Cell {
    let (low, high) = correlation.interval;
    let text = correlation.text().replace('-', "−");
    let sure = low > 0.0 || high < 0.0;
    Cell::toned(
        text,
        Tone::Heat {
            rho: correlation.rho,
            sure,
        },
    )
}

fn ignored(predictors: &[(String, String)]) -> Table {
    Table {
        caption: "What each score ignores".into(),
        columns: vec![
            Column::new("score", Kind::Name),
            Column::new("ignores", Kind::Text),
        ],
        rows: predictors
            .iter()
            .map(|(name, ignores)| vec![Cell::new(name.clone()), Cell::new(ignores.clone())])
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn correlations_are_hot_by_size_and_sure_where_the_interval_leaves_0_out() {
        let mut correlation = super::super::samples::study().correlations[0].clone();
        (correlation.rho, correlation.interval) = (-0.5, (-0.75, -0.25));
        let cell = heat(&correlation);
        assert_eq!(cell.text, "−0.50 [−0.75, −0.25]");
        assert_eq!(
            cell.tone,
            Tone::Heat {
                rho: -0.5,
                sure: true
            }
        );
        correlation.interval = (-0.75, 0.25);
        assert_eq!(
            heat(&correlation).tone,
            Tone::Heat {
                rho: -0.5,
                sure: false
            }
        );
    }
}
