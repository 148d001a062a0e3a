//! Tests of `tangent report`.

use std::fs;

use tempfile::TempDir;

use crate::program::{edit, run};

#[test]
fn a_report_is_drawn_from_files_alone_and_names_those_that_it_refuses() {
    let dir = TempDir::new().unwrap();
    let at = dir.path().to_str().unwrap();
    assert_eq!(run(["table", "9", "--output", at]).code, 0);
    let drawn = run(["report", at]);
    assert_eq!(drawn.code, 0, "{}", drawn.err);
    assert!(
        drawn.out.contains("drawn from 1 of 13 result files"),
        "{}",
        drawn.out
    );
    let page = fs::read_to_string(dir.path().join("report.html")).unwrap();
    assert!(page.contains("has every setting as printed"));
    assert!(page.contains("<code>tangent table 9 --profile embedded</code>"));
    // The command for an absent part has the profile of the other parts.
    assert!(page.contains(&format!(
        "<code>tangent table 2 --profile embedded --output {at}</code>"
    )));

    edit(dir.path().join("table9.json"), |json| {
        json["format"] = "tangent table 0".into();
    });
    let refused = run(["report", at]);
    assert_eq!(refused.code, 1);
    for said in [
        "table9.json",
        "its format is `tangent table 0`",
        "1 result files are refused",
    ] {
        assert!(refused.err.contains(said), "{}", refused.err);
    }
    let page = fs::read_to_string(dir.path().join("report.html")).unwrap();
    assert!(page.contains("Nothing is drawn from <code>table9.json</code>"));
}

#[test]
fn a_report_goes_where_it_is_told_with_its_markdown_and_never_makes_a_folder_of_results() {
    let (dir, elsewhere) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let page = elsewhere.path().join("index.html");
    let drawn = run([
        "report",
        dir.path().to_str().unwrap(),
        "--output",
        page.to_str().unwrap(),
    ]);
    assert_eq!(drawn.code, 0, "{}", drawn.err);
    assert!(page.is_file() && page.with_extension("md").is_file());
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);

    let absent = dir.path().join("absent");
    let refused = run(["report", absent.to_str().unwrap()]);
    assert_eq!(refused.code, 2);
    assert!(refused.err.contains("no such folder"), "{}", refused.err);
    assert!(!absent.exists());
}
