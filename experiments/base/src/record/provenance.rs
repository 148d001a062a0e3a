use std::collections::BTreeMap;
use std::time::{Instant, SystemTime};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{cli, system};

/// How a result was made. `C` holds the settings.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Provenance<C = Value> {
    /// The command that makes the result again.
    pub command: String,
    /// The settings, with defaults filled in.
    pub config: C,
    /// The conventions chosen where the paper is silent, for results of the paper.
    #[serde(default, rename = "choices", skip_serializing_if = "Vec::is_empty")]
    pub conventions: Vec<String>,
    /// The warnings: what was assumed, ignored or left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
    /// Versions of the program and of the libraries that its numbers depend on.
    pub versions: BTreeMap<String, String>,
    /// The machine.
    pub machine: Value,
    /// When the command began, UTC.
    pub started: String,
    /// Seconds that the command took, without runs that were finished before.
    pub seconds: f64,
}

impl<C> Provenance<C> {
    /// Returns the provenance of a result whose command began at `started`.
    pub fn new(
        command: String,
        config: C,
        conventions: &[&str],
        (started, clock): (SystemTime, Instant),
        warnings: Vec<String>,
    ) -> Self {
        let versions = system::versions().into_iter();
        Self {
            command,
            config,
            conventions: conventions.iter().copied().map(String::from).collect(),
            warnings,
            versions: versions
                .map(|(name, version)| (name.into(), version.into()))
                .collect(),
            machine: serde_json::to_value(system::machine()).expect("a machine is plain data"),
            started: humantime::format_rfc3339_seconds(started).to_string(),
            seconds: clock.elapsed().as_secs_f64(),
        }
    }

    /// Returns the provenance of a result that this process makes, whose command line makes it again.
    pub fn of_process(config: C, began: (SystemTime, Instant), warnings: Vec<String>) -> Self {
        Self::new(cli::command_line(), config, &[], began, warnings)
    }

    /// Returns the end of a result's Markdown: remarks on the numbers, the parts that failed, and the command.
    pub fn closing(&self, remarks: &[String], failed: &[String]) -> String {
        let remarks = remarks.iter().map(|remark| format!("\n{remark}\n"));
        let failed = failed
            .iter()
            .map(|failed| format!("\n**Not there:** {failed}\n"));
        let command = format!("\nMade by `{}`.\n", self.command);
        remarks.chain(failed).chain([command]).collect()
    }
}
