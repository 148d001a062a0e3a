//! `tangent reproduce`: the whole paper, part by part, and the report.

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
    let mut notes = Notes::earlier(&request.output);
    let tried = try_all(&parts, &request, &mut notes, console, interrupt.deferred());
    // Even where an interruption ended it.
    notes.write(&request.output)?;
    let failed = protocol::kept(&request.output, tried)?;
    let drawn = report::draw(&request.output, None)?;
    for (file, reason) in &drawn.refused {
        console.warn(format_args!("{file}: {reason}"));
    }
    console.result(&drawn, || format!("{}\n", drawn.html.display()))?;
    protocol::complete(failed + drawn.refused.len())
}

/// Makes the parts that are not there, and counts those that fail.
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

/// What is known of parts that failed, for the report: the latest outcome of each.
struct Notes(Vec<FailedPart>);

impl Notes {
    /// Those that an earlier command left.
    fn earlier(dir: &Path) -> Self {
        let bytes = tangent_files::read(&dir.join(file_name())).unwrap_or_default();
        Self(FailedPart::list(&bytes).unwrap_or_default())
    }

    /// Takes in what a part came to.
    fn take(&mut self, part: String, error: Option<Error>) {
        self.0.retain(|earlier| earlier.part != part);
        self.0.extend(error.map(|error| FailedPart {
            part,
            reason: error.to_string(),
        }));
    }

    /// Writes them; where there are none, an earlier file goes.
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
        let planned = part.runs_of().filter(|other| parts.contains(other));
        let state = match (part.there(request), planned) {
            (Some(_), _) => "there already".to_owned(),
            (None, Some(other)) => format!("with the runs of {}", other.name()),
            (None, None) => {
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
