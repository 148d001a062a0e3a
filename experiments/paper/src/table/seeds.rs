//! Table 4: the spectrum over seeds.

use tangent_spectral::Spectrum;

use super::Made;
use super::record::{Cell, TableRow};
use crate::protocol::{Adapted, NTK_N, Request, SIGMA, tables};
use tangent_base::Result;
use tangent_base::cli::{Console, Interrupt};

/// The paper's seeds.
const SEEDS: [u64; 5] = [42, 123, 7, 99, 2024];

/// Returns the seeds that were asked for, or the paper's.
pub(super) fn seeds(request: &Request) -> &[u64] {
    request.asked_seeds.as_deref().unwrap_or(&SEEDS)
}

/// Makes Table 4. The seed decides the sample, A and the head.
pub(super) fn spectra(request: &Request, console: &Console, interrupt: &Interrupt) -> Result<Made> {
    let adapted = Adapted::key(&[11]);
    let task = &request.profile.tasks[0];
    let paper = tables();
    let mut made = Made::with(&["seed"]);
    let mut noise = 0;
    for &seed in seeds(request) {
        let spectrum = || {
            let blocks = request
                .group(task, &adapted, seed)
                .blocks(NTK_N, console, interrupt)?;
            let sum = blocks.sum(&adapted.places(&blocks));
            Ok(Spectrum::of_gram(&sum, request.machine.precision)?.summary(SIGMA)?)
        };
        let Some(summary) = made.part(&format!("seed {seed}"), spectrum())? else {
            continue;
        };
        noise += usize::from(summary.lambda_min_is_noise);
        let rows = paper["table4"].as_array();
        let printed = rows.and_then(|rows| rows.iter().find(|row| row["seed"] == seed));
        let cell = |name: &str, value: f64, key: &str| {
            let paper = printed.and_then(|row| row[key].as_f64());
            (
                name.to_owned(),
                Cell {
                    values: vec![value],
                    paper,
                },
            )
        };
        made.rows.push(TableRow {
            of: vec![seed.to_string()],
            cells: vec![
                cell("λmin", summary.lambda_min, "lambda_min"),
                cell("λmax", summary.lambda_max, "lambda_max"),
                cell("κ(K + σI)", summary.condition.kappa, "kappa"),
            ],
        });
    }
    let ours = made
        .rows
        .iter()
        .filter_map(|row| row.cells[2].1.mean())
        .collect();
    let kappa = Cell {
        values: ours,
        paper: None,
    };
    let printed: Vec<f64> = made
        .rows
        .iter()
        .filter_map(|row| row.cells[2].1.paper)
        .collect();
    let printed = Cell {
        values: printed,
        paper: None,
    };
    let text = |cell: &Cell| Some(format!("{:.2} ± {:.2}", cell.mean()?, cell.deviation()?));
    if let Some(ours) = text(&kappa) {
        let paper = text(&printed).map_or(String::new(), |paper| format!(" (paper: {paper})"));
        let floor = match noise {
            0 => String::new(),
            some => format!(
                " λmin cannot be told from 0 for {some} of {} seeds; κ(K + σI) is then λmax/σ + 1 as far as can be told.",
                made.rows.len()
            ),
        };
        made.remarks
            .push(format!("κ over seeds: {ours}{paper}.{floor}"));
    }
    Ok(made)
}
