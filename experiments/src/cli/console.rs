use std::collections::BTreeSet;
use std::fmt::Display;
use std::io::Write;
use std::sync::{Mutex, PoisonError};

use anstyle::{AnsiColor, Style};
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;

/// Where a command speaks to its user: tables on standard output; warnings, errors and progress on standard error.
/// Colours and progress only where that is a terminal, and `NO_COLOR` is respected.
#[derive(Clone, Copy, Debug)]
pub struct Console {
    quiet: bool,
    json: bool,
}

const WARNING: Style = AnsiColor::Yellow.on_default().bold();
const ERROR: Style = AnsiColor::Red.on_default().bold();

impl Console {
    /// With `quiet` neither tables nor progress; with `json` results as JSON in place of tables.
    pub fn new(quiet: bool, json: bool) -> Self {
        Self { quiet, json }
    }

    /// The same without notes, progress and results: for one of many parts that would all say the same.
    pub fn quieted(self) -> Self {
        Self {
            quiet: true,
            ..self
        }
    }

    /// Whether nothing but warnings and errors is wanted.
    pub fn is_quiet(&self) -> bool {
        self.quiet
    }

    /// Shows a result: `table` for people, or the result itself as JSON.
    pub fn result(&self, result: &impl Serialize, table: impl FnOnce() -> String) {
        if self.json {
            let json = serde_json::to_string_pretty(result);
            self.print(&(json.expect("results have no keys but strings") + "\n"));
        } else if !self.quiet {
            self.print(&table());
        }
    }

    /// Prints to standard output. It is no failure that nobody reads it to its end, as in `tangent … | head`.
    pub fn print(&self, text: &str) {
        let _ = anstream::stdout().write_all(text.as_bytes());
    }

    /// Says something that is neither result nor warning.
    pub fn note(&self, text: impl Display) {
        if !self.quiet {
            anstream::eprintln!("{text}");
        }
    }

    /// Warns, once of the same: many parts of one command read the same data.
    pub fn warn(&self, text: impl Display) {
        static GIVEN: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
        let text = text.to_string();
        let mut given = GIVEN.lock().unwrap_or_else(PoisonError::into_inner);
        if !given.contains(&text) {
            anstream::eprintln!("{WARNING}warning{WARNING:#}: {text}");
            given.insert(text);
        }
    }

    /// Says what ended the command.
    pub fn error(&self, text: impl Display) {
        anstream::eprintln!("{ERROR}error{ERROR:#}: {text}");
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
