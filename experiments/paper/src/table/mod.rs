//! `tangent table`: the paper's tables, measured, beside the numbers that the paper prints.

mod cost;
mod hyperparameters;
mod layers;
mod number;
mod record;
mod render;
mod seeds;
mod settings;
mod sweep;

use std::path::Path;
use std::time::{Instant, SystemTime};

use serde_json::Value;

pub use number::TableNumber;
pub use record::{Cell, FORMAT, TableResult, TableRow};
pub use settings::Args;

use crate::protocol::{self, Failed, Request, collect};
use tangent_base::cli::{Console, Interrupt};
use tangent_base::output::Output;
use tangent_base::settings::refused;
use tangent_base::{Error, Result};

pub(crate) use render::markdown;

/// Runs the command.
///
/// # Errors
/// Invalid settings, model or data; results that cannot be written; an interruption, after which the same command
/// continues; and, once the rest is written, failed parts.
pub fn run(args: &Args, console: &Console, interrupt: &Interrupt) -> Result<()> {
    if let Some(file) = &args.from {
        return draw(file, args, console);
    }
    let request = Request::new(&args.paper)?;
    let number = args.number;
    let (work, seconds) = cost(&request, number);
    console.note(request.plan(&format!("Table {}", number.number()), &work, seconds));
    if args.paper.plan {
        return Ok(());
    }
    let result = make(&request, number, console, interrupt.deferred());
    let result = protocol::kept(&request.output, result)?;
    console.result(&result, || markdown(&result))?;
    let name = number.file();
    console.note(format_args!(
        "{name}.json and {name}.md in {}",
        request.output.display()
    ));
    protocol::complete(result.failed.len())
}

/// Draws a table from its file, and writes it into the output folder if one is given.
fn draw(file: &Path, args: &Args, console: &Console) -> Result<()> {
    let (result, sealed) = read(file)?;
    tangent_base::record::holds("Table", result.table, args.number.number())
        .map_err(|problem| refused("from", format!("{}: {problem}", file.display())))?;
    match &args.paper.output {
        Some(dir) => {
            let name = args.number.file();
            let (result, value): (TableResult, _) =
                tangent_base::record::read_sealed(file, FORMAT)?;
            tangent_base::record::refuse_another(&dir.join(format!("{name}.json")), &value)?;
            write(&result, &value, &name, Output::open(dir)?)?;
        }
        None if !sealed => {
            console.warn(format_args!(
                "{}: {}",
                file.display(),
                tangent_base::record::UNSEALED
            ));
        }
        None => {}
    }
    console.result(&result, || markdown(&result))?;
    Ok(())
}

/// Writes the text of a result, and its sealed content, `sealed`, unchanged.
fn write(result: &TableResult, sealed: &Value, name: &str, mut output: Output) -> Result<()> {
    let text = markdown(result);
    output.file(&format!("{name}.md"), |out| out.write_all(text.as_bytes()))?;
    output.json(&format!("{name}.json"), sealed)?;
    output.commit()
}

/// Makes a table and writes its files.
///
/// # Errors
/// As [`run`], except for failed parts, which the result names.
pub(crate) fn make(
    request: &Request,
    number: TableNumber,
    console: &Console,
    interrupt: &Interrupt,
) -> Result<TableResult> {
    let console = &console.part();
    let began = (SystemTime::now(), Instant::now());
    let output = Output::open(&request.output)?;
    let (made, lambdas, seeds) = match number {
        TableNumber::LambdaSweep => (
            sweep::lambda_sweep(request, console, interrupt)?,
            protocol::SWEEP.to_vec(),
            request.seeds(),
        ),
        TableNumber::LayerChoices => (
            layers::choices(request, console, interrupt)?,
            vec![protocol::LAMBDA_OF_CHOICES],
            request.seeds(),
        ),
        TableNumber::Seconds => (
            cost::seconds(request, console, interrupt)?,
            vec![protocol::LAMBDA_OF_CHOICES],
            request.seeds(),
        ),
        TableNumber::Seeds => (
            seeds::spectra(request, console, interrupt)?,
            Vec::new(),
            seeds::seeds(request),
        ),
        TableNumber::LargestDistance => (
            sweep::largest_distance(request, console, interrupt)?,
            vec![protocol::LAMBDA],
            request.seeds(),
        ),
        TableNumber::RingsOfThree | TableNumber::RingsOfTwo => (
            sweep::input_rings(request, number, console, interrupt)?,
            vec![protocol::LAMBDA],
            request.seeds(),
        ),
        TableNumber::Protocol => (
            hyperparameters::settings(&request.profile),
            Vec::new(),
            &[][..],
        ),
    };
    let result = TableResult {
        format: FORMAT.into(),
        table: number.number(),
        title: number.title().into(),
        headings: made.headings,
        rows: made.rows,
        remarks: made.remarks,
        failed: made.failed,
        provenance: protocol::provenance(
            number.command(request),
            request.config(&lambdas, seeds),
            began,
            console.warnings(),
        ),
    };
    write(
        &result,
        &tangent_base::record::sealed(&result),
        &number.file(),
        output,
    )?;
    Ok(result)
}

/// Returns the work for a table, in words, and the seconds that it takes if no run exists yet.
pub(crate) fn cost(request: &Request, number: TableNumber) -> (String, f64) {
    let profile = &request.profile;
    let seeds = request.seeds().len();
    let full = |tasks: &[protocol::TaskSizes]| -> f64 {
        tasks
            .iter()
            .map(|task| profile.full_run_seconds(task))
            .sum()
    };
    match number {
        TableNumber::LambdaSweep => {
            let runs = seeds * profile.dynamics().len() * protocol::SWEEP.len();
            let seconds = runs as f64 * profile.run_seconds;
            (
                format!("{runs} training runs, full and linearized"),
                seconds,
            )
        }
        TableNumber::LayerChoices => {
            let runs = seeds * profile.tasks.len() * protocol::LAYER_CHOICES.len();
            let seconds = (seeds * protocol::LAYER_CHOICES.len()) as f64 * full(&profile.tasks);
            (format!("{runs} training runs, and their kernels"), seconds)
        }
        TableNumber::Seconds => {
            let runs = seeds * profile.tasks.len();
            let seconds = seeds as f64 * full(&profile.tasks);
            (format!("{runs} training runs, and their kernels"), seconds)
        }
        TableNumber::Seeds => {
            let kernels = seeds::seeds(request).len();
            let seconds = kernels as f64 * profile.model_seconds * 10.0;
            (format!("{kernels} kernels"), seconds)
        }
        TableNumber::LargestDistance => {
            let runs = 2 * seeds;
            let seconds = runs as f64 * profile.full_run_seconds(&profile.tasks[0]);
            (format!("{runs} training runs"), seconds)
        }
        TableNumber::RingsOfThree | TableNumber::RingsOfTwo => {
            let forwards = seeds * (9 * profile.models + 1);
            let seconds = seeds as f64 * profile.full_run_seconds(&profile.tasks[0])
                + forwards as f64 * profile.model_seconds;
            (
                format!("{seeds} training runs, and {forwards} models of Algorithm 1"),
                seconds,
            )
        }
        TableNumber::Protocol => ("no runs".to_owned(), 0.0),
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

    /// Calls [`collect`] on the table's failed parts.
    fn part<T>(&mut self, name: &str, part: Result<T>) -> Result<Option<T>> {
        collect(&mut self.failed, name, part)
    }
}

/// Reads a table's result file. Returns the result, and whether it was sealed.
///
/// # Errors
/// The file cannot be read, is incomplete, was edited, or has the format of another kind of result or version of the
/// program.
fn read(file: &Path) -> Result<(TableResult, bool)> {
    let failed = |reason: String| Error::ResultFile {
        path: file.into(),
        reason,
    };
    let bytes = tangent_files::read(file).map_err(|error| failed(error.to_string()))?;
    tangent_record::parse(&bytes, FORMAT).map_err(failed)
}
