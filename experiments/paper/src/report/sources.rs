//! The result files of a report, which are read and checked before anything is drawn from them.

use std::path::Path;

use serde::de::DeserializeOwned;

use super::theorems::Theorems;
use crate::figure::{self, FigureNumber, FigureResult};
use crate::protocol::FailedPart;
use crate::study::{self, StudyResult};
use crate::table::{self, TableNumber, TableResult};
use tangent_record::Hash;

/// Everything that a report is drawn from.
#[derive(Clone, Debug)]
pub(super) struct Sources {
    pub(super) tables: Vec<(u32, Source<TableResult>)>,
    pub(super) figures: Vec<(u32, Source<FigureResult>)>,
    pub(super) study: Source<StudyResult>,
    pub(super) theorems: Source<Theorems>,
    pub(super) failed: Source<Vec<FailedPart>>,
}

/// A result file.
#[derive(Clone, Debug)]
pub(super) struct Source<T> {
    /// The name of the file in the folder.
    pub(super) file: String,
    pub(super) state: State<T>,
}

/// The state of a result file.
#[derive(Clone, Debug)]
pub(super) enum State<T> {
    There(Print, T),
    Absent,
    /// The file is not used, for this reason.
    Refused(String),
}

/// The hash of a file, and whether it is sealed.
#[derive(Clone, Debug)]
pub(super) struct Print {
    /// The SHA-256 of the file's bytes.
    pub(super) sha256: String,
    /// Whether the file holds the hash of its own content.
    pub(super) sealed: bool,
}

impl Sources {
    /// Reads the result files of a folder.
    pub(super) fn of(dir: &Path) -> Self {
        Self::among(&|file| tangent_files::read(&dir.join(file)))
    }

    /// Reads the result files whose bytes `bytes` returns for a file's name.
    pub(super) fn among(bytes: &impl Fn(&str) -> Result<Vec<u8>, tangent_files::Error>) -> Self {
        let tables = TableNumber::all().map(|number| {
            let fits = |result: &TableResult| {
                tangent_base::record::holds("Table", result.table, number.number())
            };
            (
                number.number(),
                Source::result(bytes, &number.file(), table::FORMAT, fits),
            )
        });
        let figures = FigureNumber::all().map(|number| {
            let fits = |result: &FigureResult| {
                tangent_base::record::holds("Figure", result.figure, number.number())
            };
            (
                number.number(),
                Source::result(bytes, &number.file(), figure::FORMAT, fits),
            )
        });
        Self {
            tables: tables.collect(),
            figures: figures.collect(),
            study: Source::result(bytes, "study", study::FORMAT, |_| Ok(())),
            theorems: Source::result(
                bytes,
                "theorems",
                tangent_commands::theorems::FORMAT,
                |_| Ok(()),
            ),
            failed: Source::read(bytes, FailedPart::FILE, |bytes| {
                FailedPart::list(bytes).map(|parts| (parts, false))
            }),
        }
    }
}

/// The names of the result files, by their state.
#[derive(Clone, Debug, Default)]
pub(super) struct Judged {
    pub(super) there: Vec<String>,
    pub(super) absent: Vec<String>,
    /// Each with the reason.
    pub(super) refused: Vec<(String, String)>,
}

impl Sources {
    /// Returns the names of all files, in the order of the report.
    pub(super) fn judged(&self) -> Judged {
        let mut judged = Judged::default();
        judged.take(&self.theorems);
        self.tables
            .iter()
            .for_each(|(_, source)| judged.take(source));
        self.figures
            .iter()
            .for_each(|(_, source)| judged.take(source));
        judged.take(&self.study);
        // The list of failed parts is not a result, and it is normal that it does not exist.
        if let State::Refused(_) = self.failed.state {
            judged.take(&self.failed);
        }
        judged
    }
}

impl Judged {
    fn take<T>(&mut self, source: &Source<T>) {
        let file = source.file.clone();
        match &source.state {
            State::There(..) => self.there.push(file),
            State::Absent => self.absent.push(file),
            State::Refused(reason) => self.refused.push((file, reason.clone())),
        }
    }
}

impl<T: DeserializeOwned> Source<T> {
    /// Reads a result file of this format.
    fn result(
        bytes: &impl Fn(&str) -> Result<Vec<u8>, tangent_files::Error>,
        name: &str,
        format: &str,
        fits: impl Fn(&T) -> Result<(), String>,
    ) -> Self {
        Self::read(bytes, name, |bytes| {
            let (result, sealed) = tangent_record::parse(bytes, format)?;
            fits(&result).map(|()| (result, sealed))
        })
    }
}

impl<T> Source<T> {
    fn read(
        bytes: &impl Fn(&str) -> Result<Vec<u8>, tangent_files::Error>,
        name: &str,
        judge: impl Fn(&[u8]) -> Result<(T, bool), String>,
    ) -> Self {
        let file = format!("{name}.json");
        let judged = |bytes: Vec<u8>| {
            let (result, sealed) = judge(&bytes)?;
            let mut hash = Hash::default();
            hash.update(&bytes);
            let sha256 = hash.hex();
            Ok((Print { sha256, sealed }, result))
        };
        let state = match bytes(&file) {
            Err(error) if error.is_absent() => State::Absent,
            Err(error) => State::Refused(format!("it cannot be read: {error}")),
            Ok(bytes) => match judged(bytes) {
                Ok((print, result)) => State::There(print, result),
                Err(reason) => State::Refused(reason),
            },
        };
        Self { file, state }
    }

    /// Returns the file's content, if it was accepted.
    pub(super) fn there(&self) -> Option<&T> {
        match &self.state {
            State::There(_, result) => Some(result),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use serde_json::json;
    use tempfile::TempDir;

    use super::*;

    fn state(text: &str) -> State<StudyResult> {
        let bytes = |_: &str| Ok(text.as_bytes().to_vec());
        Source::result(&bytes, "study", study::FORMAT, |_| Ok(())).state
    }

    fn refused(text: &str) -> String {
        match state(text) {
            State::Refused(reason) => reason,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_file_that_is_not_as_it_was_written_is_refused_with_its_reason() {
        let study = json!(super::super::samples::study());
        assert!(matches!(
            state(&study.to_string()),
            State::There(Print { sealed: false, .. }, _)
        ));
        let mut sealed = tangent_record::seal(study.clone());
        assert!(matches!(
            state(&sealed.to_string()),
            State::There(Print { sealed: true, .. }, _)
        ));
        sealed["correlations"][0]["rho"] = 1.into();
        assert!(refused(&sealed.to_string()).contains("it was edited"));
        let text = study.to_string();
        assert!(refused(&text[..text.len() / 2]).contains("it is not whole"));
        assert!(refused("not JSON").contains("it is not JSON"));
        let other = text.replace(study::FORMAT, "tangent study 0");
        assert!(
            refused(&other).contains("`tangent study 0`, this program reads `tangent study 2`")
        );
        assert!(refused("{}").contains("no field `format`"));
        assert!(refused(r#"{"format": "tangent study 2"}"#).contains("missing field"));
    }

    #[test]
    fn what_is_no_file_is_refused_without_waiting_for_it() {
        let dir = TempDir::new().unwrap();
        let pipe = dir.path().join("study.json");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status();
        assert!(made.unwrap().success());
        fs::create_dir(dir.path().join("table1.json")).unwrap();
        let judged = Sources::of(dir.path()).judged();
        let names: Vec<_> = judged.refused.iter().map(|(file, _)| &file[..]).collect();
        assert_eq!(names, ["table1.json", "study.json"]);
        let reasons = judged.refused.iter().map(|(_, reason)| reason);
        reasons.for_each(|reason| assert!(reason.contains("not a file"), "{reason}"));
    }

    #[test]
    fn a_table_under_another_number_is_refused() {
        let dir = TempDir::new().unwrap();
        let table = json!(super::super::samples::table(3)).to_string();
        fs::write(dir.path().join("table2.json"), table).unwrap();
        let judged = Sources::of(dir.path()).judged();
        let refused = (
            "table2.json".to_owned(),
            "it holds Table 3, not 2".to_owned(),
        );
        assert_eq!(judged.refused, [refused]);
        assert!(judged.absent.contains(&"study.json".to_owned()));
    }
}
