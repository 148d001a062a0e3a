//! `tangent table`: the paper's tables, measured, beside what it prints.

mod cost;
mod layers;
mod protocol;
mod record;
mod render;
mod seeds;
mod settings;
mod sweep;

use std::path::Path;
use std::time::{Instant, SystemTime};

pub use record::{Cell, FORMAT, TableResult, TableRow};
pub use settings::Args;

use crate::Result;
use crate::cli::{Console, Interrupt};
use crate::output::Output;
use crate::paper::{self, Failed, Provenance, Request, collect};

pub(crate) use layers::{CHOICES as LAYER_CHOICES, kappas, printed, run as layer_run};
pub(crate) use render::markdown;

/// The tables that there are.
pub(crate) const NUMBERS: [u32; 8] = [1, 2, 3, 4, 6, 7, 8, 9];

/// Runs the command.
///
/// # Errors
/// Whatever is wrong with the settings, the model or the data; results that cannot be written; an interruption, after
/// which the same command goes on; and, once the rest is written, parts that failed.
pub fn run(args: &Args, console: &Console, interrupt: &Interrupt) -> Result<()> {
    if let Some(file) = &args.from {
        let result = read(file)?;
        console.result(&result, || markdown(&result));
        return Ok(());
    }
    let request = Request::new(&args.paper)?;
    let number = args
        .number
        .parse()
        .expect("it is one of the numbers that are taken");
    let (work, seconds) = cost(&request, number);
    console.note(request.plan(&format!("Table {number}"), &work, seconds));
    if args.paper.plan {
        return Ok(());
    }
    let result = make(&request, number, console, interrupt.deferred());
    let result = paper::kept(&request.output, result)?;
    console.result(&result, || markdown(&result));
    let name = file_name(number);
    console.note(format_args!(
        "{name}.json and {name}.md in {}",
        request.output.display()
    ));
    paper::complete(result.failed.len())
}

/// The file of a table, without its ending.
pub(crate) fn file_name(number: u32) -> String {
    format!("table{number}")
}

/// Makes a table and writes its files.
///
/// # Errors
/// As [`run`], failed parts aside: the result names them.
pub(crate) fn make(
    request: &Request,
    number: u32,
    console: &Console,
    interrupt: &Interrupt,
) -> Result<TableResult> {
    let began = (SystemTime::now(), Instant::now());
    let mut output = Output::open(&request.output)?;
    let (made, lambdas, seeds) = match number {
        1 => (
            sweep::lambda_sweep(request, console, interrupt)?,
            paper::SWEEP.to_vec(),
            request.seeds(),
        ),
        2 => (
            layers::choices(request, console, interrupt)?,
            vec![paper::LAMBDA_OF_CHOICES],
            request.seeds(),
        ),
        3 => (
            cost::seconds(request, console, interrupt)?,
            vec![paper::LAMBDA_OF_CHOICES],
            request.seeds(),
        ),
        4 => (
            seeds::spectra(request, console, interrupt)?,
            Vec::new(),
            seeds::seeds(request),
        ),
        6 => (
            sweep::largest_distance(request, console, interrupt)?,
            vec![paper::LAMBDA],
            request.seeds(),
        ),
        7 | 8 => (
            sweep::input_rings(request, number, console, interrupt)?,
            vec![paper::LAMBDA],
            request.seeds(),
        ),
        _ => (protocol::settings(&request.profile), Vec::new(), &[][..]),
    };
    let result = TableResult {
        format: FORMAT.into(),
        table: number,
        title: title(number).into(),
        headings: made.headings,
        rows: made.rows,
        remarks: made.remarks,
        failed: made.failed,
        provenance: Provenance::new(
            request.command(&format!("table {number}")),
            request.config(&lambdas, seeds),
            began,
        ),
    };
    let name = file_name(number);
    let text = markdown(&result);
    output.file(&format!("{name}.md"), |out| out.write_all(text.as_bytes()))?;
    paper::write(&mut output, &format!("{name}.json"), &result)?;
    output.commit()?;
    Ok(result)
}

fn title(number: u32) -> &'static str {
    match number {
        1 => "λ sweep: distance, gap, KL and accuracy after fine-tuning",
        2 => "layer choices: κ of the NTK at the start, losses and accuracy after fine-tuning",
        3 => "seconds of fine-tuning and of the NTK",
        4 => "spectrum of the NTK over seeds, W_k of layer 11, CoLA",
        6 => "R_max, the largest ‖θ − θ₀‖ over training on CoLA",
        7 => "Algorithm 1 on {0,5,11} k, 1000 pairs",
        8 => "Algorithm 1 on {0,11} k, 100 pairs",
        _ => "hyperparameters",
    }
}

/// What is to be done for a table, and how many seconds that takes where nothing is there yet.
pub(crate) fn cost(request: &Request, number: u32) -> (String, f64) {
    let profile = &request.profile;
    let seeds = request.seeds().len();
    let full = |tasks: &[paper::TaskSizes]| -> f64 {
        tasks
            .iter()
            .map(|task| profile.full_run_seconds(task))
            .sum()
    };
    match number {
        1 => {
            let runs = seeds * profile.dynamics().len() * paper::SWEEP.len();
            let seconds = runs as f64 * profile.run_seconds;
            (
                format!("{runs} training runs, full and linearized"),
                seconds,
            )
        }
        2 => {
            let runs = seeds * profile.tasks.len() * layers::CHOICES.len();
            let seconds = (seeds * layers::CHOICES.len()) as f64 * full(&profile.tasks);
            (format!("{runs} training runs, and their kernels"), seconds)
        }
        3 => {
            let runs = seeds * profile.tasks.len();
            let seconds = seeds as f64 * full(&profile.tasks);
            (format!("{runs} training runs, and their kernels"), seconds)
        }
        4 => {
            let kernels = seeds::seeds(request).len();
            let seconds = kernels as f64 * profile.model_seconds * 10.0;
            (format!("{kernels} kernels"), seconds)
        }
        6 => {
            let runs = 2 * seeds;
            let seconds = runs as f64 * profile.full_run_seconds(&profile.tasks[0]);
            (format!("{runs} training runs"), seconds)
        }
        7 | 8 => {
            let forwards = seeds * (9 * profile.models + 1);
            let seconds = seeds as f64 * profile.full_run_seconds(&profile.tasks[0])
                + forwards as f64 * profile.model_seconds;
            (
                format!("{seeds} training runs, and {forwards} models of Algorithm 1"),
                seconds,
            )
        }
        _ => ("no runs".to_owned(), 0.0),
    }
}

/// A table under construction.
struct Made {
    headings: Vec<String>,
    rows: Vec<TableRow>,
    remarks: Vec<String>,
    failed: Failed,
}

impl Made {
    fn with(headings: &[&str]) -> Self {
        Self {
            headings: headings
                .iter()
                .map(|heading| (*heading).to_owned())
                .collect(),
            rows: Vec::new(),
            remarks: Vec::new(),
            failed: Failed::new(),
        }
    }

    /// As [`collect`].
    fn part<T>(&mut self, name: &str, part: Result<T>) -> Result<Option<T>> {
        collect(&mut self.failed, name, part)
    }
}

/// A table's result file.
///
/// # Errors
/// It cannot be read, is not whole, or is of another version of the program.
pub(crate) fn read(file: &Path) -> Result<TableResult> {
    paper::read(file, FORMAT)
}

/// The paper's task and, where another stands in its place, that one.
pub(crate) fn task_name(task: &paper::TaskSizes) -> String {
    let same = |name: &str| name.to_lowercase().replace('-', "");
    match same(task.paper) == same(task.task) {
        true => task.paper.to_owned(),
        false => format!("{} ({})", task.paper, task.task),
    }
}
