use std::fmt::Display;
use std::io::{self, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anstyle::{AnsiColor, Style};
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;

use crate::{Error, Result};

/// Where a command speaks to its user: tables on standard output; warnings, errors and progress on standard error.
/// Colours and progress only where that is a terminal, and `NO_COLOR` is respected.
///
/// Clones share their lists of warnings.
#[derive(Clone, Debug)]
pub struct Console {
    quiet: bool,
    json: bool,
    strict: bool,
    /// Warnings of the whole command.
    given: Warnings,
    /// Warnings of the part that this is for.
    of_part: Warnings,
}

type Warnings = Arc<Mutex<Vec<String>>>;

const WARNING: Style = AnsiColor::Yellow.on_default().bold();
const ERROR: Style = AnsiColor::Red.on_default().bold();

impl Console {
    /// With `quiet` neither tables nor progress; with `json` results as JSON in place of tables; with `strict` a warning
    /// ends the command.
    pub fn new(quiet: bool, json: bool, strict: bool) -> Self {
        Self {
            quiet,
            json,
            strict,
            given: Arc::default(),
            of_part: Arc::default(),
        }
    }

    /// The same for a part of the command with a result of its own, which has the part's warnings alone.
    pub fn part(&self) -> Self {
        Self {
            of_part: Arc::default(),
            ..self.clone()
        }
    }

    /// The same without notes, progress and results: for one of many parts that would all say the same.
    pub fn quieted(&self) -> Self {
        Self {
            quiet: true,
            ..self.clone()
        }
    }

    /// Whether nothing but warnings and errors is wanted.
    pub fn is_quiet(&self) -> bool {
        self.quiet
    }

    /// Shows a result: `table` for people, or the result itself as JSON.
    ///
    /// # Errors
    /// As [`Console::print`].
    pub fn result(&self, result: &impl Serialize, table: impl FnOnce() -> String) -> Result<()> {
        if self.json {
            let json = serde_json::to_string_pretty(result);
            self.print(&(json.expect("results have no keys but strings") + "\n"))
        } else if !self.quiet {
            self.print(&table())
        } else {
            Ok(())
        }
    }

    /// Prints to standard output. It is no failure that nobody reads it to its end, as in `tangent … | head`.
    ///
    /// # Errors
    /// [`Error::Stdout`] where it cannot be written: the disk behind it is full, say.
    pub fn print(&self, text: &str) -> Result<()> {
        let mut out = anstream::stdout();
        match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Error::Stdout(error)),
            _ => Ok(()),
        }
    }

    /// Says something that is neither result nor warning.
    pub fn note(&self, text: impl Display) {
        if !self.quiet {
            say(format_args!("{text}"));
        }
    }

    /// Warns, once of the same: many parts of one command read the same data.
    pub fn warn(&self, text: impl Display) {
        let text = text.to_string();
        if add(&self.given, &text) {
            say(format_args!("{WARNING}warning{WARNING:#}: {text}"));
        }
        add(&self.of_part, &text);
    }

    /// Every warning of this part so far, in the order in which they were given: for its result.
    pub fn warnings(&self) -> Vec<String> {
        locked(&self.of_part).clone()
    }

    /// Ends a command that is to take warnings for errors: asked before long work, and before results are written.
    ///
    /// # Errors
    /// [`Error::Strict`] where there was a warning and `--strict` was given.
    pub fn allow_warnings(&self) -> Result<()> {
        match locked(&self.given).len() {
            count if self.strict && count > 0 => Err(Error::Strict { count }),
            _ => Ok(()),
        }
    }

    /// Says what ended the command.
    pub fn error(&self, text: impl Display) {
        say(format_args!("{ERROR}error{ERROR:#}: {text}"));
    }

    /// A progress bar over `length` units, such as tokens.
    pub fn bar(&self, what: &str, unit: &str, length: u64) -> ProgressBar {
        if self.quiet {
            return ProgressBar::hidden();
        }
        // Hidden by itself where standard error is no terminal.
        let bar = ProgressBar::new(length);
        let template = format!(
            "{what} {{bar:30}} {{percent:>3}} %  {{human_pos}} of {{human_len}} {unit}, {{per_sec}}, {{eta}} left  {{msg}}"
        );
        let style = ProgressStyle::with_template(&template).expect("the template is well-formed");
        bar.with_style(style)
    }
}

fn locked(warnings: &Warnings) -> MutexGuard<'_, Vec<String>> {
    warnings.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whether the warning is a new one.
fn add(warnings: &Warnings, text: &str) -> bool {
    let mut warnings = locked(warnings);
    let new = !warnings.iter().any(|given| given == text);
    if new {
        warnings.push(text.to_owned());
    }
    new
}

/// A line on standard error. Nothing can be said about a standard error that takes no line.
fn say(line: std::fmt::Arguments<'_>) {
    let _ = writeln!(anstream::stderr(), "{line}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_warning_is_kept_once_and_ends_a_strict_command() {
        for strict in [false, true] {
            let console = Console::new(true, false, strict);
            assert!(console.allow_warnings().is_ok());
            for text in ["b", "a", "b"] {
                console.quieted().warn(text);
            }
            assert_eq!(console.warnings(), ["b", "a"]);
            let part = console.part();
            part.warn("a");
            assert_eq!(part.warnings(), ["a"]);
            assert_eq!(console.warnings(), ["b", "a"]);
            assert_eq!(part.allow_warnings().is_err(), strict);
        }
    }
}
