//! Table 1, the sweep over λ; Table 6, the largest distance; Tables 7 and 8, Algorithm 1.

use super::record::{Cell, TableRow};
use super::{Made, TableNumber};
use crate::protocol::{Adapted, LAMBDA, Observed, Request, Ring, SWEEP, Trained, numbers, tables};
use tangent_base::Result;
use tangent_base::cli::{Console, Interrupt};

/// The modules that Table 1 adapts.
const QUERY_VALUE: Adapted = Adapted::query_value(&[0, 5, 11]);

/// The modules that Tables 6, 7 and 8 adapt.
const KEYS: [Adapted; 2] = [Adapted::key(&[0, 5, 11]), Adapted::key(&[0, 11])];

/// A measure of Table 1: our name, the paper's key, and the value for a run, in the paper's unit.
type Measure = (&'static str, &'static str, fn(&Trained) -> Option<f64>);

const MEASURES: [Measure; 5] = [
    ("‖θ − θ₀‖", "distance", |run| {
        Some(run.last.distance)
    }),
    ("‖f − f̄‖", "logit_gap", |run| run.last.gap),
    ("KL", "kl", |run| run.last.kl),
    ("accuracy %", "accuracy", |run| {
        Some(100.0 * run.last.accuracy?)
    }),
    ("task's metric", "", |run| Some(run.last.metric)),
];

/// Makes Table 1.
pub(super) fn lambda_sweep(
    request: &Request,
    console: &Console,
    interrupt: &Interrupt,
) -> Result<Made> {
    let paper = &tables()["table1"];
    let printed = numbers(&paper["lambda"]);
    let mut made = Made::with(&["task", "λ"]);
    for task in request.profile.dynamics() {
        let mut of_seed: Vec<Vec<Trained>> = Vec::new();
        for &seed in request.seeds() {
            let group = request.group(task, &QUERY_VALUE, seed);
            let name = format!("{}, seed {seed}", task.paper);
            let runs = group.train(&SWEEP, Observed::Both, console, interrupt);
            of_seed.extend(made.part(&name, runs)?);
        }
        let first = made.rows.len();
        for (index, lambda) in SWEEP.iter().enumerate() {
            let place = printed.iter().position(|printed| printed == lambda);
            let cell = |(name, key, value): &Measure| {
                let values = of_seed.iter().filter_map(|runs| value(&runs[index]));
                let printed = numbers(&paper[task.paper][*key]);
                let cell = Cell {
                    values: values.collect(),
                    paper: place.and_then(|place| printed.get(place).copied()),
                };
                ((*name).to_owned(), cell)
            };
            made.rows.push(TableRow {
                of: vec![task.name(), lambda.to_string()],
                cells: MEASURES.iter().map(cell).collect(),
            });
        }
        made.remarks.extend(shape(task.paper, &made.rows[first..]));
    }
    Ok(made)
}

/// Returns a remark on how each measure changes as λ falls from row to row, ours and the paper's.
fn shape(task: &str, rows: &[TableRow]) -> Vec<String> {
    let measure = |column: usize| {
        let cells = || rows.iter().map(|row| &row.cells[column].1);
        let rises = |values: &[f64]| values.windows(2).filter(|pair| pair[1] > pair[0]).count();
        let ours: Vec<f64> = cells().filter_map(Cell::mean).collect();
        let paper: Vec<f64> = cells().filter_map(|cell| cell.paper).collect();
        if ours.len() < 2 {
            return None;
        }
        let mut text = format!(
            "{} rises in {} of {}",
            rows[0].cells[column].0,
            rises(&ours),
            ours.len() - 1
        );
        if paper.len() > 1 {
            text += &format!(" (paper: {} of {})", rises(&paper), paper.len() - 1);
        }
        Some(text)
    };
    let measures: Vec<String> = (0..MEASURES.len() - 1).filter_map(measure).collect();
    match measures.is_empty() {
        true => Vec::new(),
        false => vec![format!(
            "{task}: from each λ to the next smaller one, {}.",
            measures.join(", ")
        )],
    }
}

/// Makes Table 6.
pub(super) fn largest_distance(
    request: &Request,
    console: &Console,
    interrupt: &Interrupt,
) -> Result<Made> {
    let mut made = Made::with(&["modules"]);
    for (index, adapted) in KEYS.iter().enumerate() {
        let name = adapted.name();
        let mut values = Vec::new();
        for &seed in request.seeds() {
            let group = request.group(&request.profile.tasks[0], adapted, seed);
            let part = format!("{name}, seed {seed}");
            let runs = group.train(&[LAMBDA], Observed::Full, console, interrupt);
            values.extend(made.part(&part, runs)?.map(|runs| runs[0].last.farthest));
        }
        let paper = tables()["table6"][index]["r_max"].as_f64();
        made.rows.push(TableRow {
            of: vec![name],
            cells: vec![("R_max".into(), Cell { values, paper })],
        });
    }
    made.remarks.extend(distances(&made.rows));
    Ok(made)
}

/// Returns a remark on how each R_max compares with the paper's, and on which is the largest.
fn distances(rows: &[TableRow]) -> Option<String> {
    let both = |row: &TableRow| {
        Some((
            row.of[0].clone(),
            row.cells[0].1.mean()?,
            row.cells[0].1.paper?,
        ))
    };
    let all: Vec<(String, f64, f64)> = rows.iter().map(both).collect::<Option<_>>()?;
    let times =
        |(name, ours, paper): &(String, f64, f64)| format!("{:.2} for {name}", ours / paper);
    let times: Vec<String> = all.iter().map(times).collect();
    let farthest = |of: fn(&(String, f64, f64)) -> f64| {
        let most = all.iter().max_by(|a, b| of(a).total_cmp(&of(b)))?;
        Some(most.0.clone())
    };
    Some(format!(
        "R_max in units of the paper's: {}. {} goes the farthest (paper: {}).",
        times.join(", "),
        farthest(|row| row.1)?,
        farthest(|row| row.2)?
    ))
}

/// Makes Table 7 or 8: Algorithm 1 up to the R_max of the same modules and seed.
pub(super) fn input_rings(
    request: &Request,
    number: TableNumber,
    console: &Console,
    interrupt: &Interrupt,
) -> Result<Made> {
    let adapted = &KEYS[usize::from(number == TableNumber::RingsOfTwo)];
    let paper = &tables()[number.file()];
    let pairs = paper["pairs"].as_u64().unwrap_or(0) as usize;
    let mut made = Made::with(&["ring"]);
    let mut of_seed: Vec<Vec<Ring>> = Vec::new();
    for &seed in request.seeds() {
        let group = request.group(&request.profile.tasks[0], adapted, seed);
        let rings = || {
            let runs = group.train(&[LAMBDA], Observed::Full, console, interrupt)?;
            group.rings(runs[0].last.farthest, pairs, console, interrupt)
        };
        of_seed.extend(made.part(&format!("seed {seed}"), rings())?);
    }
    type Column = (&'static str, &'static str, fn(&Ring) -> f64);
    let columns: [Column; 3] = [
        ("r", "r", |ring| ring.r),
        ("L_avg", "l_avg", |ring| ring.l_avg),
        ("L_upper", "l_upper", |ring| ring.l_upper),
    ];
    for index in 0..of_seed.first().map_or(0, Vec::len) {
        let cell = |(name, key, value): &Column| {
            let cell = Cell {
                values: of_seed.iter().map(|rings| value(&rings[index])).collect(),
                paper: numbers(&paper[*key]).get(index).copied(),
            };
            ((*name).to_owned(), cell)
        };
        made.rows.push(TableRow {
            of: vec![(index + 1).to_string()],
            cells: columns.iter().map(cell).collect(),
        });
    }
    if let (Some(first), Some(last)) = (made.rows.first(), made.rows.last()) {
        let growth = |column: usize, of: fn(&Cell) -> Option<f64>| {
            let [from, to] = [first, last].map(|row| of(&row.cells[column].1));
            // Outputs that do not move have no finite growth.
            Some(100.0 * (to? / from? - 1.0)).filter(|growth| growth.is_finite())
        };
        if let (Some(ours), Some(paper)) = (growth(2, Cell::mean), growth(2, |cell| cell.paper)) {
            made.remarks.push(format!(
                "From the innermost ring to the outermost L_upper grows by {ours:.2} % (paper: {paper:.2} %)."
            ));
        }
    }
    Ok(made)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_distances_are_compared_with_the_papers() {
        let row = |name: &str, ours: f64, paper: f64| TableRow {
            of: vec![name.into()],
            cells: vec![(
                "R_max".into(),
                Cell {
                    values: vec![ours],
                    paper: Some(paper),
                },
            )],
        };
        let mut rows = vec![row("a", 0.3, 0.2), row("b", 0.1, 0.4)];
        assert_eq!(
            distances(&rows).unwrap(),
            "R_max in units of the paper's: 1.50 for a, 0.25 for b. a goes the farthest (paper: b)."
        );
        rows[1].cells[0].1.values.clear();
        assert_eq!(distances(&rows), None);
    }
}
