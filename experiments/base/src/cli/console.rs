use std::fmt::Display;
use std::io::{self, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anstyle::{AnsiColor, Style};
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;

use crate::{Error, Result};

/// The output of a command to its user: tables go to standard output; warnings, errors and progress go to standard
/// error. Colours and progress appear only on a terminal, and `NO_COLOR` is respected.
///
/// Clones share their lists of warnings.
#[derive(Clone, Debug)]
pub struct Console {
    quiet: bool,
    json: bool,
    strict: bool,
    /// Warnings of the whole command.
    given: Warnings,
    /// Warnings of the part that this console is for.
    of_part: Warnings,
}

type Warnings = Arc<Mutex<Vec<String>>>;

const WARNING: Style = AnsiColor::Yellow.on_default().bold();
const ERROR: Style = AnsiColor::Red.on_default().bold();

impl Console {
    /// Returns a console. `quiet` omits tables, notes and progress; `json` prints results as JSON instead of tables;
    /// `strict` makes a warning end the command.
    pub fn new(quiet: bool, json: bool, strict: bool) -> Self {
        Self {
            quiet,
            json,
            strict,
            given: Arc::default(),
            of_part: Arc::default(),
        }
    }

    /// Returns the console of a part of the command that has a result of its own; its [`Console::warnings`] are those
    /// of the part alone.
    pub fn part(&self) -> Self {
        Self {
            of_part: Arc::default(),
            ..self.clone()
        }
    }

    /// Returns the same console without notes, progress and results, for one of many parts whose output would be the
    /// same.
    pub fn quieted(&self) -> Self {
        Self {
            quiet: true,
            ..self.clone()
        }
    }

    /// Returns whether only warnings and errors are shown.
    pub fn is_quiet(&self) -> bool {
        self.quiet
    }

    /// Prints a result: as `table` for people, or as JSON.
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

    /// Prints to standard output. A reader that stops early, as in `tangent … | head`, is not an error.
    ///
    /// # Errors
    /// [`Error::Stdout`] if standard output cannot be written, for example because the disk behind it is full.
    pub fn print(&self, text: &str) -> Result<()> {
        let mut out = anstream::stdout();
        match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Error::Stdout(error)),
            _ => Ok(()),
        }
    }

    /// Prints a note, which is neither a result nor a warning.
    pub fn note(&self, text: impl Display) {
        if !self.quiet {
            say(format_args!("{text}"));
        }
    }

    /// Prints a warning, each text only once, because many parts of one command read the same data.
    pub fn warn(&self, text: impl Display) {
        let text = text.to_string();
        if add(&self.given, &text) {
            say(format_args!("{WARNING}warning{WARNING:#}: {text}"));
        }
        add(&self.of_part, &text);
    }

    /// Returns every warning of this part so far, in order, for the part's result.
    pub fn warnings(&self) -> Vec<String> {
        locked(&self.of_part).clone()
    }

    /// Ends a command that treats warnings as errors; called before long work and before results are written.
    ///
    /// # Errors
    /// [`Error::Strict`] if there was a warning and `--strict` was given.
    pub fn allow_warnings(&self) -> Result<()> {
        match locked(&self.given).len() {
            count if self.strict && count > 0 => Err(Error::Strict { count }),
            _ => Ok(()),
        }
    }

    /// Prints the error that ended the command.
    pub fn error(&self, text: impl Display) {
        say(format_args!("{ERROR}error{ERROR:#}: {text}"));
    }

    /// Returns a progress bar over `length` units, such as tokens.
    pub fn bar(&self, what: &str, unit: &str, length: u64) -> ProgressBar {
        if self.quiet {
            return ProgressBar::hidden();
        }
        // The bar hides itself if standard error is not a terminal.
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

/// Adds a warning unless it is in the list; returns whether it was added.
fn add(warnings: &Warnings, text: &str) -> bool {
    let mut warnings = locked(warnings);
    let new = !warnings.iter().any(|given| given == text);
    if new {
        warnings.push(text.to_owned());
    }
    new
}

/// Prints a line to standard error. A failure is ignored, because there is nowhere to report it.
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
