//! The parts of the paper.

use serde_json::{Value, json};
use tangent_linearize::checks::Form;
use tangent_spectral::Precision;
use tangent_spectral::theorems::Verdict;

use crate::figure::FigureNumber;
use crate::protocol::{self, Profile, ProfileName, Request};
use crate::table::TableNumber;
use crate::{figure, study, table};
use tangent_base::cli::{Console, Interrupt};
use tangent_base::settings::{DataArgs, MachineArgs, ModelArgs, refused};
use tangent_base::{Error, Result, system};
use tangent_commands::theorems;

/// A part of the paper with a result file of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Theorems,
    Table(TableNumber),
    Figure(FigureNumber),
    Study,
}

impl Part {
    /// Returns all parts; a part that uses the runs of another comes after it.
    fn all() -> Vec<Self> {
        let tables = TableNumber::all().map(Self::Table);
        let figures = FigureNumber::all().map(Self::Figure);
        let rest = [Self::Study];
        std::iter::once(Self::Theorems)
            .chain(tables)
            .chain(figures)
            .chain(rest)
            .collect()
    }

    /// Returns the parts of these names, or all.
    ///
    /// # Errors
    /// A name is not that of a part.
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
                    format!("`{name}` is not a part; the parts are {}", all.join(", ")),
                )
            })
        };
        only.iter().map(part).collect()
    }

    /// Returns the name of the part, which is the name of its file without the extension.
    pub(super) fn name(self) -> String {
        match self {
            Self::Theorems => "theorems".into(),
            Self::Table(number) => number.file(),
            Self::Figure(number) => number.file(),
            Self::Study => "study".into(),
        }
    }

    /// Returns the work, in words, and the seconds that it takes if no run exists yet.
    pub(super) fn cost(self, request: &Request) -> (String, f64) {
        match self {
            Self::Theorems => {
                let seconds = match request.profile.name {
                    ProfileName::Embedded => 60.0,
                    ProfileName::Desk => 1_600.0,
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

    /// Returns the part whose runs are all that this one needs, if there is one.
    pub(super) fn runs_of(self) -> Option<Self> {
        match self {
            Self::Table(TableNumber::Seconds) | Self::Figure(FigureNumber::LayerChoices) => {
                Some(Self::Table(TableNumber::LayerChoices))
            }
            _ => None,
        }
    }

    /// Returns the content of the part's file, if it is not damaged or edited, was made by these versions with these
    /// settings, and names no failed parts.
    pub(super) fn there(self, request: &Request) -> Option<Value> {
        let format = match self {
            Self::Theorems => theorems::FORMAT,
            Self::Table(_) => table::FORMAT,
            Self::Figure(_) => figure::FORMAT,
            Self::Study => study::FORMAT,
        };
        let file = request.output.join(format!("{}.json", self.name()));
        let result: Value = tangent_base::record::read(&file, format).ok()?;
        let of = |command: String, profile: Profile| {
            result["command"] == command && result["config"]["profile"] == json!(profile)
        };
        let same = match self {
            Self::Theorems => {
                theorems_config(request).is_ok_and(|config| result["config"] == json!(config))
            }
            Self::Table(number) => of(number.command(request), request.profile),
            Self::Figure(number) => of(number.command(request), request.profile),
            Self::Study => of(request.command("study"), request.profile.for_study()),
        };
        let whole = result["failed"].as_array().is_none_or(Vec::is_empty);
        (same && whole && result["versions"] == json!(system::versions())).then_some(result)
    }

    /// Returns an error if an existing file holds refuted statements.
    ///
    /// # Errors
    /// Statements that fail, as when the file was made.
    pub(super) fn judged(self, result: &Value) -> Result<()> {
        if self != Self::Theorems {
            return Ok(());
        }
        let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
        let settings = list(&result["settings"]).into_iter();
        let refuted = |finding: &Value| {
            finding["form"] != json!(Form::Printed)
                && finding["check"]["verdict"] == json!(Verdict::Fails)
        };
        match settings
            .flat_map(|setting| list(&setting["findings"]))
            .filter(refuted)
            .count()
        {
            0 => Ok(()),
            count => Err(Error::TheoremFails { count }),
        }
    }

    /// Makes the part and writes its files.
    ///
    /// # Errors
    /// The error that ended the part; or, if it was written, the number of its own failed parts.
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
                let result = theorems::make(config, ("theorems", command), console, interrupt)?;
                return theorems::judged(&result);
            }
            Self::Table(number) => table::make(request, number, console, interrupt)?.failed,
            Self::Figure(number) => figure::make(request, number, console, interrupt)?.failed,
            Self::Study => study::make(request, console, interrupt)?.failed,
        };
        protocol::complete(failed.len())
    }
}

/// Returns the configuration that checks the theorems on the model, on the first of the profile's tasks, in f64.
fn theorems_config(request: &Request) -> Result<theorems::Config> {
    let task = &request.profile.tasks[0];
    let data = request
        .data
        .as_ref()
        .zip(task.folder)
        .map(|(data, folder)| data.join(folder).into());
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
        output: Some(request.output.clone().into()),
        ..theorems::Args::default()
    })
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use tempfile::TempDir;

    use super::*;
    use crate::protocol::PaperArgs;
    use tangent_record::seal;

    #[test]
    fn parts_are_chosen_by_the_names_of_their_files() {
        let only = ["figure3", "table2"].map(String::from);
        assert_eq!(
            Part::chosen(Some(&only)).unwrap(),
            [
                Part::Figure(FigureNumber::RiskRatios),
                Part::Table(TableNumber::LayerChoices)
            ]
        );
        assert_eq!(Part::chosen(None).unwrap().len(), 13);
        let error = Part::chosen(Some(&["table5".to_owned()])).unwrap_err();
        assert_eq!(error.exit_code(), 2);
        assert!(
            error
                .to_string()
                .contains("`table5` is not a part; the parts are theorems, table1")
        );
    }
    fn request(dir: &Path, data: &str) -> Request {
        Request::new(&PaperArgs {
            profile: ProfileName::Desk,
            seeds: None,
            rule: None,
            model: None,
            data: Some(data.into()),
            threads: Some(1),
            plan: false,
            output: Some(dir.into()),
        })
        .unwrap()
    }

    fn write(dir: &Path, name: &str, result: Value) {
        fs::write(dir.join(name), seal(result).to_string()).unwrap();
    }

    #[test]
    fn a_file_of_other_data_or_other_sizes_is_not_there() {
        let dir = TempDir::new().unwrap();
        let request = request(dir.path(), "../my data");
        for (part, name, profile) in [
            (
                Part::Table(TableNumber::LargestDistance),
                "table6.json",
                request.profile,
            ),
            (Part::Study, "study.json", request.profile.for_study()),
        ] {
            let (format, what) = match part {
                Part::Study => (study::FORMAT, "study"),
                _ => (table::FORMAT, "table 6"),
            };
            let command = request.command(what);
            assert_eq!(
                command,
                format!("tangent {what} --profile desk --data '../my data'")
            );
            let result = json!({
                "format": format, "command": command, "config": {"profile": profile}, "failed": [],
                "versions": system::versions(),
            });
            write(dir.path(), name, result.clone());
            assert!(part.there(&request).is_some(), "{name}");
            assert!(
                part.there(&super::tests::request(dir.path(), "other"))
                    .is_none()
            );
            let mut sizes = result;
            sizes["config"]["profile"]["epochs"] = 7.into();
            write(dir.path(), name, sizes);
            assert!(part.there(&request).is_none(), "{name}");
        }
    }

    #[test]
    fn refuted_statements_of_a_file_that_is_there_fail_as_when_they_were_checked() {
        let dir = TempDir::new().unwrap();
        let request = request(dir.path(), "data");
        let finding =
            |form: Form, verdict: Verdict| json!({"form": form, "check": {"verdict": verdict}});
        let mut result = json!({
            "format": theorems::FORMAT, "config": theorems_config(&request).unwrap(), "versions": system::versions(),
            "settings": [{"findings": [
                finding(Form::Printed, Verdict::Fails),
                finding(Form::Repaired, Verdict::Inconsistent),
            ]}],
        });
        write(dir.path(), "theorems.json", result.clone());
        let there = Part::Theorems.there(&request).unwrap();
        assert!(Part::Theorems.judged(&there).is_ok());
        result["settings"][0]["findings"][1] = finding(Form::Repaired, Verdict::Fails);
        write(dir.path(), "theorems.json", result);
        let there = Part::Theorems.there(&request).unwrap();
        assert!(matches!(
            Part::Theorems.judged(&there),
            Err(Error::TheoremFails { count: 1 })
        ));
    }
}
