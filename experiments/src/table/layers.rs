//! Table 2: four choices of layers on four tasks.

use std::collections::BTreeMap;

use tangent_spectral::Spectrum;

use super::record::{Cell, TableRow};
use super::{Made, task_name};
use crate::Result;
use crate::cli::{Console, Interrupt};
use crate::paper::{
    Adapted, LAMBDA_OF_CHOICES as LAMBDA, NTK_N, Request, SIGMA, TaskSizes, Trained, Wanted, tables,
};

/// The choices.
pub(crate) const CHOICES: [Adapted; 4] = [
    Adapted::query_value(&[0]),
    Adapted::query_value(&[0, 11]),
    Adapted::query_value(&[0, 5, 11]),
    Adapted::key(&[0, 5, 11]),
];

/// All of their modules.
const UNION: Adapted = Adapted {
    layers: &[0, 5, 11],
    targets: &["query", "key", "value"],
};

type Measure = (
    &'static str,
    &'static str,
    fn(&(f64, Trained)) -> Option<f64>,
);

const MEASURES: [Measure; 5] = [
    ("κ(K + σI)", "kappa", |(kappa, _)| Some(*kappa)),
    ("training loss", "train_loss", |(_, run)| {
        Some(run.last.train_loss)
    }),
    ("evaluation loss", "eval_loss", |(_, run)| {
        Some(run.last.eval_loss)
    }),
    ("accuracy %", "accuracy", |(_, run)| {
        Some(100.0 * run.last.accuracy?)
    }),
    ("task's metric", "", |(_, run)| Some(run.last.metric)),
];

/// Table 2.
pub(super) fn choices(request: &Request, console: &Console, interrupt: &Interrupt) -> Result<Made> {
    let mut made = Made::with(&["task", "adapted"]);
    for task in &request.profile.tasks {
        let mut measured: BTreeMap<usize, Vec<(f64, Trained)>> = BTreeMap::new();
        for &seed in request.seeds() {
            let name = format!("{}, seed {seed}", task.paper);
            let kappas = made.part(&name, kappas(request, task, seed, console, interrupt))?;
            for (choice, adapted) in CHOICES.iter().enumerate() {
                let name = format!("{name}, {}", adapted.name());
                let run = run(request, task, adapted, seed, console, interrupt);
                if let (Some(run), Some(kappas)) = (made.part(&name, run)?, &kappas) {
                    measured
                        .entry(choice)
                        .or_default()
                        .push((kappas[choice], run));
                }
            }
        }
        let first = made.rows.len();
        for (choice, adapted) in CHOICES.iter().enumerate() {
            let of = |(name, key, value): &Measure| {
                let of_choice = measured.get(&choice).into_iter().flatten();
                let cell = Cell {
                    values: of_choice.filter_map(value).collect(),
                    paper: printed(task.paper, &adapted.name(), key),
                };
                ((*name).to_owned(), cell)
            };
            made.rows.push(TableRow {
                of: vec![task_name(task), adapted.name()],
                cells: MEASURES.iter().map(of).collect(),
            });
        }
        made.remarks.extend(best(task.paper, &made.rows[first..]));
    }
    Ok(made)
}

/// A run of Table 2, by epoch.
pub(crate) fn run(
    request: &Request,
    task: &TaskSizes,
    adapted: &Adapted,
    seed: u64,
    console: &Console,
    interrupt: &Interrupt,
) -> Result<Trained> {
    let group = request.group(task, adapted, seed);
    let runs = group.train(&[LAMBDA], Wanted::FullByEpoch, console, interrupt)?;
    Ok(runs.into_iter().next().expect("one λ, one run"))
}

/// κ of each choice.
pub(crate) fn kappas(
    request: &Request,
    task: &TaskSizes,
    seed: u64,
    console: &Console,
    interrupt: &Interrupt,
) -> Result<Vec<f64>> {
    let blocks = request
        .group(task, &UNION, seed)
        .blocks(NTK_N, console, interrupt)?;
    let precision = request.machine.precision;
    let kappa = |adapted: &Adapted| {
        let spectrum = Spectrum::of_gram(&blocks.sum(&blocks.of(adapted)), precision)?;
        Ok(spectrum.condition(SIGMA)?.kappa)
    };
    CHOICES.iter().map(kappa).collect()
}

/// What the paper prints.
pub(crate) fn printed(task: &str, config: &str, key: &str) -> Option<f64> {
    let tables = tables();
    let rows = tables["table2"].as_array()?;
    rows.iter()
        .find(|row| row["task"] == task && row["config"] == config)?[key]
        .as_f64()
}

/// Whether the choice of the smallest κ is also that of the smallest evaluation loss and the largest accuracy, ours and
/// the paper's.
fn best(task: &str, rows: &[TableRow]) -> Option<String> {
    let best = |column: usize, sign: f64, of: fn(&Cell) -> Option<f64>| -> Option<String> {
        let values: Option<Vec<f64>> = rows.iter().map(|row| of(&row.cells[column].1)).collect();
        let values = values?;
        let least =
            (0..values.len()).min_by(|&a, &b| (sign * values[a]).total_cmp(&(sign * values[b])))?;
        Some(rows[least].of[1].clone())
    };
    let line = |of: fn(&Cell) -> Option<f64>| {
        Some(format!(
            "{} has the smallest κ, {} the smallest evaluation loss, {} the best accuracy",
            best(0, 1.0, of)?,
            best(2, 1.0, of)?,
            best(3, -1.0, of)?
        ))
    };
    let ours = line(Cell::mean)?;
    let paper = line(|cell| cell.paper).map_or(String::new(), |paper| format!(" Paper: {paper}."));
    Some(format!("{task}: {ours}.{paper}"))
}
