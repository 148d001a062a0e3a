//! The parts of the paper.

use serde_json::Value;
use tangent_spectral::Precision;

use crate::cli::{Console, Interrupt};
use crate::paper::{self, ProfileName, Request};
use crate::settings::{DataArgs, MachineArgs, ModelArgs, refused};
use crate::{Error, Result, figure, study, system, table, theorems};

/// A part of the paper with a result file of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Theorems,
    Table(u32),
    Figure(u32),
    Study,
}

impl Part {
    /// All of them, those that stand on the runs of others after these.
    fn all() -> Vec<Self> {
        let tables = table::NUMBERS.into_iter().map(Self::Table);
        let figures = figure::NUMBERS.into_iter().map(Self::Figure);
        let rest = [Self::Study];
        std::iter::once(Self::Theorems)
            .chain(tables)
            .chain(figures)
            .chain(rest)
            .collect()
    }

    /// Those of these names, or all.
    ///
    /// # Errors
    /// A name that is none.
    pub(super) fn chosen(only: Option<&[String]>) -> Result<Vec<Self>> {
        let Some(only) = only else {
            return Ok(Self::all());
        };
        let part = |name: &String| {
            let found = Self::all().into_iter().find(|part| part.name() == *name);
            found.ok_or_else(|| {
                let all: Vec<String> = Self::all().into_iter().map(Self::name).collect();
                refused(
                    "only",
                    format!("`{name}` is no part; there are {}", all.join(", ")),
                )
            })
        };
        only.iter().map(part).collect()
    }

    /// Its name, that of its file.
    pub(super) fn name(self) -> String {
        match self {
            Self::Theorems => "theorems".into(),
            Self::Table(number) => table::file_name(number),
            Self::Figure(number) => figure::file_name(number),
            Self::Study => "study".into(),
        }
    }

    /// What is to be done, and how many seconds that takes where nothing is there yet.
    pub(super) fn cost(self, request: &Request) -> (String, f64) {
        match self {
            Self::Theorems => {
                let seconds = match request.profile.name {
                    ProfileName::Embedded => 60.0,
                    ProfileName::Desk => 600.0,
                    ProfileName::Paper => 20_000.0,
                };
                (
                    "eleven results on fixtures and on the model".into(),
                    seconds,
                )
            }
            Self::Table(number) => table::cost(request, number),
            Self::Figure(number) => figure::cost(request, number),
            Self::Study => study::cost(request),
        }
    }

    /// Whether its file is there, whole, of this program and of what is asked for, and has no failed parts.
    pub(super) fn is_there(self, request: &Request) -> bool {
        let format = match self {
            Self::Theorems => theorems::FORMAT,
            Self::Table(_) => table::FORMAT,
            Self::Figure(_) => figure::FORMAT,
            Self::Study => study::FORMAT,
        };
        let file = request.output.join(format!("{}.json", self.name()));
        let Ok(result) = paper::read::<Value>(&file, format) else {
            return false;
        };
        let versions = serde_json::json!(system::versions());
        let same = match self {
            Self::Theorems => theorems_config(request)
                .is_ok_and(|config| result["config"] == serde_json::json!(config)),
            Self::Table(number) => result["command"] == request.command(&format!("table {number}")),
            Self::Figure(number) => {
                result["command"] == request.command(&format!("figure {number}"))
            }
            Self::Study => result["command"] == request.command("study"),
        };
        let whole = result["failed"].as_array().is_none_or(Vec::is_empty);
        same && whole && result["versions"] == versions
    }

    /// Makes it and writes its files.
    ///
    /// # Errors
    /// Whatever it fails at; parts of its own that failed.
    pub(super) fn make(
        self,
        request: &Request,
        console: &Console,
        interrupt: &Interrupt,
    ) -> Result<()> {
        let failed = match self {
            Self::Theorems => {
                let config = theorems_config(request)?;
                let command = request.command("reproduce --only theorems");
                let result =
                    theorems::make(config, ("theorems", Some(command)), console, interrupt)?;
                return theorems::judged(&result);
            }
            Self::Table(number) => table::make(request, number, console, interrupt)?.failed,
            Self::Figure(number) => figure::make(request, number, console, interrupt)?.failed,
            Self::Study => study::make(request, console, interrupt)?.failed,
        };
        match failed.len() {
            0 => Ok(()),
            count => Err(Error::PartsFailed { count }),
        }
    }
}

/// The theorems on the profile's model and the first of its tasks, in f64.
fn theorems_config(request: &Request) -> Result<theorems::Config> {
    let task = &request.profile.tasks[0];
    let data = request
        .data
        .as_ref()
        .zip(task.folder)
        .map(|(data, folder)| data.join(folder));
    theorems::Config::new(&theorems::Args {
        model: ModelArgs {
            model: Some(request.model.clone()),
            ..ModelArgs::default()
        },
        data: DataArgs {
            task: Some(task.task.into()),
            data,
            max_length: task.max_length,
            seed: request.seeds().first().copied(),
            ..DataArgs::default()
        },
        machine: MachineArgs {
            precision: Some(Precision::F64),
            threads: Some(request.machine.threads),
            ..MachineArgs::default()
        },
        output: Some(request.output.clone()),
        ..theorems::Args::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_chosen_by_the_names_of_their_files() {
        let only = ["figure3", "table2"].map(String::from);
        assert_eq!(
            Part::chosen(Some(&only)).unwrap(),
            [Part::Figure(3), Part::Table(2)]
        );
        assert_eq!(Part::chosen(None).unwrap().len(), 13);
        let error = Part::chosen(Some(&["table5".to_owned()])).unwrap_err();
        assert_eq!(error.exit_code(), 2);
        assert!(
            error
                .to_string()
                .contains("`table5` is no part; there are theorems, table1")
        );
    }
}
