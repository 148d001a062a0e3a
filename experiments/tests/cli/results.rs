//! Tests of the results that the book shows.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use tempfile::TempDir;

use crate::program::run;

/// Returns the committed result files whose names begin with `kind`.
fn committed(kind: &str) -> Vec<PathBuf> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/results");
    let mut files: Vec<PathBuf> = fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "json"))
        .filter(|path| stem(path).starts_with(kind))
        .collect();
    files.sort();
    files
}

fn stem(path: &Path) -> &str {
    path.file_stem().unwrap().to_str().unwrap()
}

/// Checks that a report can be drawn from this file alone, so that its format is current and it was not edited. If the
/// file is sealed, an edited copy must be refused.
#[track_caller]
fn assert_drawn(file: &Path) {
    let dir = TempDir::new().unwrap();
    // The name is that of the part, or the part, a hyphen and the profile.
    let part = stem(file).split('-').next().unwrap();
    let copy = dir.path().join(format!("{part}.json"));
    fs::copy(file, &copy).unwrap();
    let drawn = run(["report", "--json", dir.path().to_str().unwrap()]);
    assert_eq!(drawn.code, 0, "{}: {}", file.display(), drawn.err);
    let drawn: Value = serde_json::from_str(&drawn.out).unwrap();
    assert_eq!(drawn["files"], serde_json::json!([format!("{part}.json")]));

    let text = fs::read_to_string(file).unwrap();
    if text.contains("\"sha256\"") {
        fs::write(
            &copy,
            text.replacen("\"title\": \"", "\"title\": \"not ", 1),
        )
        .unwrap();
        let edited = run(["report", dir.path().to_str().unwrap()]);
        assert!(edited.err.contains("it was edited"), "{}", edited.err);
    }
}

#[test]
fn tables_and_figures_are_read_as_they_are() {
    let tables = committed("table");
    assert!(!tables.is_empty());
    for file in tables.into_iter().chain(committed("figure")) {
        assert_drawn(&file);
    }
}

#[test]
fn studies_are_read_as_they_are() {
    let studies = committed("study");
    assert!(!studies.is_empty());
    for file in studies {
        assert_drawn(&file);
    }
}

#[test]
fn what_the_book_shows_of_a_table_is_what_the_program_draws_of_it() {
    for file in committed("table") {
        let number = &stem(&file)["table".len()..];
        let number = number.split('-').next().unwrap();
        let drawn = run(["table", number, "--from", file.to_str().unwrap()]);
        assert_eq!(drawn.code, 0, "{}", drawn.err);
        let shown = fs::read_to_string(file.with_extension("md")).unwrap();
        assert!(drawn.out == shown, "{} is of another time", file.display());
    }
}

#[test]
fn what_the_book_shows_of_the_theorems_is_what_a_report_says_of_them() {
    let results = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/results");
    let dir = TempDir::new().unwrap();
    fs::copy(
        results.join("theorems.json"),
        dir.path().join("theorems.json"),
    )
    .unwrap();
    let drawn = run(["report", "--quiet", dir.path().to_str().unwrap()]);
    assert_eq!(drawn.code, 0, "{}", drawn.err);
    let report = fs::read_to_string(dir.path().join("report.md")).unwrap();
    let shown = fs::read_to_string(results.join("theorems-summary.md")).unwrap();
    assert!(
        report.contains(&shown),
        "theorems-summary.md is of another time"
    );
}
