//! `tangent reproduce`: the whole paper, part by part, and the report.

mod parts;
mod settings;

use std::path::Path;

use serde::Serialize;

pub use settings::Args;

use crate::cli::{Console, Interrupt};
use crate::output::Output;
use crate::paper::Request;
use crate::{Error, Result, report};
use parts::Part;

/// A part that failed.
#[derive(Clone, Debug, Serialize)]
struct FailedPart {
    part: String,
    reason: String,
}

/// Runs the command.
///
/// # Errors
/// Parts that are none; results that cannot be written; an interruption, after which the same command goes on; and,
/// once the rest and the report are written, parts that failed.
pub fn run(args: &Args, console: &Console, interrupt: &Interrupt) -> Result<()> {
    let request = Request::new(&args.paper)?;
    let parts = Part::chosen(args.only.as_deref())?;
    console.note(plan(&parts, &request));
    if args.paper.plan {
        return Ok(());
    }
    Output::open(&request.output)?;
    let interrupt = interrupt.deferred();
    let mut failed = Vec::new();
    let count = parts.len();
    for (place, part) in parts.iter().enumerate() {
        if part.is_there(&request) {
            continue;
        }
        console.note(format_args!("[{}/{count}] {}", place + 1, part.name()));
        match part.make(&request, console, interrupt) {
            Ok(()) => {}
            Err(error) if error.exit_code() == 130 => return Err(error),
            Err(error) => {
                console.warn(format_args!("{}: {error}", part.name()));
                failed.push(FailedPart {
                    part: part.name(),
                    reason: error.to_string(),
                });
            }
        }
        interrupt.check()?;
    }
    note_failures(&request.output, &failed)?;
    let drawn = report::draw(&request.output, None)?;
    for (file, reason) in &drawn.refused {
        console.warn(format_args!("{file}: {reason}"));
    }
    console.result(&drawn, || format!("{}\n", drawn.html.display()));
    match failed.len() + drawn.refused.len() {
        0 => Ok(()),
        count => Err(Error::PartsFailed { count }),
    }
}

/// Leaves a note of what failed for the report, or takes an earlier one away.
fn note_failures(dir: &Path, failed: &[FailedPart]) -> Result<()> {
    let mut output = Output::open(dir)?;
    match failed.is_empty() {
        true => output.supersede(["failed.json".to_owned()]),
        false => output.json("failed.json", failed)?,
    }
    output.commit()
}

/// What is to be done, part by part.
fn plan(parts: &[Part], request: &Request) -> String {
    let mut lines = vec![format!(
        "the paper at profile {}, into {}:",
        request.profile.name.name(),
        request.output.display()
    )];
    let mut total = 0.0;
    for part in parts {
        let (work, seconds) = part.cost(request);
        let state = match part.is_there(request) {
            true => "there already".to_owned(),
            false => {
                total += seconds;
                format!("about {}", time(seconds))
            }
        };
        lines.push(format!("  {:<10} {work}; {state}", part.name()));
    }
    lines.push(format!(
        "in all about {} on two cores; runs that are there are not made again",
        time(total)
    ));
    lines.join("\n")
}

fn time(seconds: f64) -> String {
    let whole = std::time::Duration::from_secs(seconds.ceil() as u64);
    humantime::format_duration(whole).to_string()
}
