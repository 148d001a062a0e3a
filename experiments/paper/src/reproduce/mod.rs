//! `tangent reproduce`: makes the whole paper, part by part, and the report.

mod parts;
mod settings;

use std::path::Path;

pub use settings::Args;

use crate::protocol::{self, FailedPart, Request};
use crate::report;
use parts::Part;
use tangent_base::cli::{Console, Interrupt};
use tangent_base::output::Output;
use tangent_base::{Error, Result};

/// Runs the command.
///
/// # Errors
/// Unknown names of parts; results that cannot be written; an interruption, after which the same command continues;
/// and, once the rest and the report are written, failed parts.
pub fn run(args: &Args, console: &Console, interrupt: &Interrupt) -> Result<()> {
    let request = Request::new(&args.paper)?;
    let parts = Part::chosen(args.only.as_deref())?;
    console.note(plan(&parts, &request));
    if args.paper.plan {
        return Ok(());
    }
    Output::open(&request.output)?;
    let mut notes = Notes::earlier(&request.output);
    let tried = try_all(&parts, &request, &mut notes, console, interrupt.deferred());
    // The notes are written even after an interruption.
    notes.write(&request.output)?;
    let failed = protocol::kept(&request.output, tried)?;
    let drawn = report::draw(&request.output, None)?;
    for (file, reason) in &drawn.refused {
        console.warn(format_args!("{file}: {reason}"));
    }
    console.result(&drawn, || format!("{}\n", drawn.html.display()))?;
    protocol::complete(failed + drawn.refused.len())
}

/// Makes the parts that do not exist yet, and returns the number of parts that failed.
///
/// # Errors
/// An interruption.
fn try_all(
    parts: &[Part],
    request: &Request,
    notes: &mut Notes,
    console: &Console,
    interrupt: &Interrupt,
) -> Result<usize> {
    let mut failed = 0;
    for (place, part) in parts.iter().enumerate() {
        let outcome = match part.there(request) {
            Some(result) => part.judged(&result),
            None => {
                console.note(format_args!(
                    "[{}/{}] {}",
                    place + 1,
                    parts.len(),
                    part.name()
                ));
                part.make(request, console, interrupt)
            }
        };
        match &outcome {
            Err(error) if error.exit_code() == 130 => return outcome.map(|()| failed),
            Err(Error::Strict { .. }) => return outcome.map(|()| failed),
            Err(error) => {
                console.warn(format_args!("{}: {error}", part.name()));
                failed += 1;
            }
            Ok(()) => {}
        }
        notes.take(part.name(), outcome.err());
        interrupt.check()?;
    }
    Ok(failed)
}

/// The parts whose latest outcome was a failure, for the report.
struct Notes(Vec<FailedPart>);

impl Notes {
    /// Returns the notes that an earlier command left in `dir`.
    fn earlier(dir: &Path) -> Self {
        let bytes = tangent_files::read(&dir.join(file_name())).unwrap_or_default();
        Self(FailedPart::list(&bytes).unwrap_or_default())
    }

    /// Records the outcome of a part.
    fn take(&mut self, part: String, error: Option<Error>) {
        self.0.retain(|earlier| earlier.part != part);
        self.0.extend(error.map(|error| FailedPart {
            part,
            reason: error.to_string(),
        }));
    }

    /// Writes the notes, or removes an earlier file if there are none.
    fn write(&self, dir: &Path) -> Result<()> {
        let mut output = Output::open(dir)?;
        match self.0.is_empty() {
            true => output.supersede([file_name()]),
            false => output.json(&file_name(), &self.0)?,
        }
        output.commit()
    }
}

fn file_name() -> String {
    format!("{}.json", FailedPart::FILE)
}

/// Returns the plan: a line for each part with its work and time.
fn plan(parts: &[Part], request: &Request) -> String {
    let mut lines = vec![format!(
        "the paper at profile {}, into {}:",
        request.profile.name.name(),
        request.output.display()
    )];
    let mut total = 0.0;
    for part in parts {
        let (work, seconds) = part.cost(request);
        let planned = part.runs_of().filter(|other| parts.contains(other));
        let state = match (part.there(request), planned) {
            (Some(_), _) => "already made".to_owned(),
            (None, Some(other)) => format!("with the runs of {}", other.name()),
            (None, None) => {
                total += seconds;
                format!("about {}", time(seconds))
            }
        };
        lines.push(format!("  {:<10} {work}; {state}", part.name()));
    }
    lines.push(format!(
        "in all about {} on two cores; finished runs are not made again",
        time(total)
    ));
    lines.join("\n")
}

fn time(seconds: f64) -> String {
    let whole = std::time::Duration::from_secs(seconds.ceil() as u64);
    humantime::format_duration(whole).to_string()
}
