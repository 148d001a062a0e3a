//! Table 3: seconds of fine-tuning and of the NTK, on this machine.

use std::time::Instant;

use tangent_spectral::Spectrum;

use super::Made;
use super::record::{Cell, TableRow};
use crate::protocol::{Adapted, NTK_N, Request, SIGMA, TaskSizes, layer_run, tables};
use tangent_base::Result;
use tangent_base::cli::{Console, Interrupt};

const ADAPTED: Adapted = Adapted::key(&[0, 5, 11]);

/// Makes Table 3. Fine-tuning is the run of Table 2, evaluated after every epoch; its seconds were measured when that
/// run was made.
pub(super) fn seconds(request: &Request, console: &Console, interrupt: &Interrupt) -> Result<Made> {
    let mut made = Made::with(&["task"]);
    let mut ratios = Vec::new();
    for task in &request.profile.tasks {
        let (mut fine_tuning, mut ntk) = (Vec::new(), Vec::new());
        for &seed in request.seeds() {
            let name = format!("{}, seed {seed}", task.paper);
            let trained = layer_run(request, task, &ADAPTED, seed, console, interrupt);
            let Some(trained) = made.part(&name, trained)? else {
                continue;
            };
            let kernel = kernel_seconds(request, task, seed, console, interrupt);
            let Some(kernel) = made.part(&name, kernel)? else {
                continue;
            };
            fine_tuning.push(trained.seconds);
            ntk.push(kernel);
            ratios.push(trained.seconds / kernel);
        }
        let printed = printed(task.paper);
        let ratio = fine_tuning.iter().zip(&ntk).map(|(a, b)| a / b).collect();
        let cells = [
            ("fine-tuning, s", fine_tuning, printed.map(|p| p.0)),
            ("NTK, s", ntk, printed.map(|p| p.1)),
            ("ratio", ratio, printed.map(|p| p.0 / p.1)),
        ];
        let cell =
            |(name, values, paper): (&str, Vec<f64>, _)| (name.to_owned(), Cell { values, paper });
        made.rows.push(TableRow {
            of: vec![task.name()],
            cells: cells.into_iter().map(cell).collect(),
        });
    }
    let tasks = request.profile.tasks.iter();
    let papers = tasks.filter_map(|task| printed(task.paper).map(|(tuning, ntk)| tuning / ntk));
    if let (Some((least, most)), Some((paper_least, paper_most))) =
        (ends(&ratios), ends(&papers.collect::<Vec<_>>()))
    {
        made.remarks.push(format!(
            "Fine-tuning takes {least:.0} to {most:.0} times as long as kernel and spectrum together, its one pass over \
             {NTK_N} rows against all rows of all epochs; the paper: {paper_least:.0} to {paper_most:.0} times, on one \
             V100 at its sizes."
        ));
    }
    Ok(made)
}

/// Returns the smallest and the largest value.
fn ends(values: &[f64]) -> Option<(f64, f64)> {
    let values = || values.iter().copied();
    Some((
        values().min_by(f64::total_cmp)?,
        values().max_by(f64::total_cmp)?,
    ))
}

/// Returns the seconds of the kernel, which is one pass over the model, and of its spectrum.
fn kernel_seconds(
    request: &Request,
    task: &TaskSizes,
    seed: u64,
    console: &Console,
    interrupt: &Interrupt,
) -> Result<f64> {
    let blocks = request
        .group(task, &ADAPTED, seed)
        .blocks(NTK_N, console, interrupt)?;
    let clock = Instant::now();
    let sum = blocks.sum(&ADAPTED.places(&blocks));
    Spectrum::of_gram(&sum, request.machine.precision)?.condition(SIGMA)?;
    Ok(blocks.seconds + clock.elapsed().as_secs_f64())
}

/// Returns the seconds of fine-tuning and of the NTK that the paper prints for a task.
fn printed(task: &str) -> Option<(f64, f64)> {
    let rows = tables()["table3"].as_array()?;
    let row = rows.iter().find(|row| row["task"] == task)?;
    Some((row["fine_tune_s"].as_f64()?, row["ntk_s"].as_f64()?))
}
