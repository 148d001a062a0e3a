//! `tangent figure`: the paper's figures, drawn from measurement.

mod figure_1;
mod figure_2;
mod figure_3;
mod number;
mod paths;
mod record;
mod settings;

use std::time::{Instant, SystemTime};

use serde_json::Value;

pub use number::FigureNumber;
pub use record::{FORMAT, FigureResult, Panel};
pub use settings::Args;

pub(crate) use number::file_name;

use crate::protocol::{self, Failed, LAMBDA_OF_CHOICES as LAMBDA, Request, collect};
use crate::table::TableNumber;
use tangent_base::Result;
use tangent_base::cli::{Console, Interrupt};
use tangent_base::output::Output;
use tangent_base::settings::refused;

/// Runs the command.
///
/// # Errors
/// Invalid settings, model or data; a file to draw from that was edited or would overwrite another result; results that
/// cannot be written; an interruption, after which the same command continues; and, once the rest is written, failed
/// parts.
pub fn run(args: &Args, console: &Console, interrupt: &Interrupt) -> Result<()> {
    let request = Request::new(&args.paper)?;
    let result = match &args.from {
        Some(file) => {
            let (result, value): (FigureResult, _) =
                tangent_base::record::read_sealed(file, FORMAT)?;
            tangent_base::record::holds("Figure", result.figure, args.number.number())
                .map_err(|problem| refused("from", format!("{}: {problem}", file.display())))?;
            let there = request.output.join(format!("{}.json", args.number.file()));
            tangent_base::record::refuse_another(&there, &value)?;
            write(&result, &value, &request)?;
            result
        }
        None => {
            let number = args.number;
            let (work, seconds) = cost(&request, number);
            console.note(request.plan(&format!("Figure {}", number.number()), &work, seconds));
            if args.paper.plan {
                return Ok(());
            }
            let result = make(&request, number, console, interrupt.deferred());
            protocol::kept(&request.output, result)?
        }
    };
    console.result(&result, || text(&result))?;
    let name = file_name(result.figure);
    console.note(format_args!(
        "{name}.json and its pictures in {}",
        request.output.display()
    ));
    protocol::complete(result.failed.len())
}

/// Returns the work for a figure, in words, and the seconds that it takes if no run exists yet.
pub(crate) fn cost(request: &Request, number: FigureNumber) -> (String, f64) {
    let profile = &request.profile;
    let seeds = request.seeds().len();
    match number {
        FigureNumber::Paths => (
            "one training run, full and linearized".into(),
            2.0 * profile.run_seconds,
        ),
        FigureNumber::LayerChoices => (
            "the runs and kernels of Table 2".into(),
            crate::table::cost(request, TableNumber::LayerChoices).1,
        ),
        FigureNumber::RiskRatios => {
            let runs = seeds * profile.dynamics().len() * (figure_3::CANDIDATES.len() + 1);
            let each = profile
                .dynamics()
                .iter()
                .map(|task| profile.full_run_seconds(task))
                .sum::<f64>();
            let seconds = (seeds * (figure_3::CANDIDATES.len() + 1)) as f64 * each;
            (format!("{runs} training runs, and their kernels"), seconds)
        }
    }
}

/// Makes a figure and writes its files.
///
/// # Errors
/// As [`run`], except for failed parts, which the result names.
pub(crate) fn make(
    request: &Request,
    number: FigureNumber,
    console: &Console,
    interrupt: &Interrupt,
) -> Result<FigureResult> {
    let console = &console.part();
    let began = (SystemTime::now(), Instant::now());
    // An output folder that cannot be written to is found before the work.
    Output::open(&request.output)?;
    let made = match number {
        FigureNumber::Paths => figure_1::make(request, console, interrupt)?,
        FigureNumber::LayerChoices => figure_2::make(request, console, interrupt)?,
        FigureNumber::RiskRatios => figure_3::make(request, console, interrupt)?,
    };
    let result = FigureResult {
        format: FORMAT.into(),
        figure: number.number(),
        title: number.title().into(),
        panels: made.panels,
        remarks: made.remarks,
        failed: made.failed,
        provenance: protocol::provenance(
            number.command(request),
            request.config(
                &[LAMBDA],
                match number {
                    FigureNumber::Paths => &request.seeds()[..1],
                    _ => request.seeds(),
                },
            ),
            began,
            console.warnings(),
        ),
    };
    write(&result, &tangent_base::record::sealed(&result), request)?;
    Ok(result)
}

/// Writes the pictures of a result, and its sealed content, `sealed`, unchanged.
fn write(result: &FigureResult, sealed: &Value, request: &Request) -> Result<()> {
    let mut output = Output::open(&request.output)?;
    let name = file_name(result.figure);
    for panel in &result.panels {
        output.picture(&format!("pictures/{}", panel.file(&name)), &panel.chart)?;
    }
    output.json(&format!("{name}.json"), sealed)?;
    output.commit()
}

/// A figure under construction.
#[derive(Default)]
struct Made {
    panels: Vec<Panel>,
    remarks: Vec<String>,
    failed: Failed,
}

impl Made {
    /// Calls [`collect`] on the figure's failed parts.
    fn part<T>(&mut self, name: &str, part: Result<T>) -> Result<Option<T>> {
        collect(&mut self.failed, name, part)
    }

    fn panel(&mut self, name: &str, caption: impl Into<String>, chart: tangent_plot::Chart) {
        self.panels.push(Panel {
            name: name.into(),
            caption: caption.into(),
            chart,
        });
    }
}

/// Returns the figure as text: its title, captions, remarks and failed parts.
fn text(result: &FigureResult) -> String {
    let mut lines = vec![format!("Figure {} · {}", result.figure, result.title)];
    lines.extend(
        result
            .panels
            .iter()
            .map(|panel| format!("({}) {}", panel.name, panel.caption)),
    );
    lines.extend(result.remarks.iter().cloned());
    lines.extend(
        result
            .failed
            .iter()
            .map(|failed| format!("Not there: {failed}")),
    );
    lines.push(String::new());
    lines.join("\n")
}
