//! Table 2: four choices of layers on four tasks.

use super::Made;
use super::record::{Cell, TableRow};
use crate::protocol::{LAYER_CHOICES, LayerRun, Request, TaskSizes, layer_runs, printed_of_choice};
use tangent_base::Result;
use tangent_base::cli::{Console, Interrupt};

/// A measure: our name, the paper's key, and the value for a run, in the paper's unit.
type Measure = (&'static str, &'static str, fn(&LayerRun) -> Option<f64>);

const MEASURES: [Measure; 5] = [
    ("κ(K + σI)", "kappa", |run| Some(run.kappa)),
    ("training loss", "train_loss", |run| {
        Some(run.trained.last.train_loss)
    }),
    ("evaluation loss", "eval_loss", |run| {
        Some(run.trained.last.eval_loss)
    }),
    ("accuracy %", "accuracy", |run| {
        Some(100.0 * run.trained.last.accuracy?)
    }),
    ("task's metric", "", |run| Some(run.trained.last.metric)),
];

/// Makes Table 2.
pub(super) fn choices(request: &Request, console: &Console, interrupt: &Interrupt) -> Result<Made> {
    let mut made = Made::with(&["task", "adapted"]);
    for task in &request.profile.tasks {
        let runs = layer_runs(request, task, &mut made.failed, console, interrupt)?;
        let first = made.rows.len();
        for (adapted, of_choice) in LAYER_CHOICES.iter().zip(&runs) {
            let of = |(name, key, value): &Measure| {
                let cell = Cell {
                    values: of_choice.iter().filter_map(value).collect(),
                    paper: printed_of_choice(task.paper, adapted, key),
                };
                ((*name).to_owned(), cell)
            };
            made.rows.push(TableRow {
                of: vec![task.name(), adapted.name()],
                cells: MEASURES.iter().map(of).collect(),
            });
        }
        made.remarks.extend(best(task.paper, &made.rows[first..]));
        made.remarks.extend(fewer(request, task, &runs));
    }
    Ok(made)
}

/// Returns a remark if a task has fewer training examples than the profile asks for.
fn fewer(request: &Request, task: &TaskSizes, runs: &[Vec<LayerRun>]) -> Option<String> {
    let asked = request.profile.train_n?;
    let there = runs.iter().flatten().find_map(|run| run.trained.examples)?;
    (there < asked).then(|| {
        format!(
            "{}: trained on {there} rows, all that there are, in place of {asked}.",
            task.paper
        )
    })
}

/// Returns a remark on which choices have the smallest κ, the smallest evaluation loss and the best accuracy, ours and
/// the paper's.
fn best(task: &str, rows: &[TableRow]) -> Option<String> {
    let best = |column: usize, sign: f64, of: fn(&Cell) -> Option<f64>| -> Option<String> {
        let values: Option<Vec<f64>> = rows
            .iter()
            .map(|row| Some(sign * of(&row.cells[column].1)?))
            .collect();
        let values = values?;
        let least = values.iter().copied().min_by(f64::total_cmp)?;
        let with_it = rows.iter().zip(&values).filter(|(_, v)| **v == least);
        let names: Vec<&str> = with_it.map(|(row, _)| row.of[1].as_str()).collect();
        Some(match names.len() {
            1 => names[0].to_owned(),
            n if n == rows.len() => "all alike".to_owned(),
            _ => names.join(" and "),
        })
    };
    let line = |of: fn(&Cell) -> Option<f64>| {
        Some(format!(
            "smallest κ: {}; smallest evaluation loss: {}; best accuracy: {}",
            best(0, 1.0, of)?,
            best(2, 1.0, of)?,
            best(3, -1.0, of)?
        ))
    };
    let ours = line(Cell::mean)?;
    let paper = line(|cell| cell.paper).map_or(String::new(), |paper| format!(" Paper: {paper}."));
    Some(format!("{task}: {ours}.{paper}"))
}
