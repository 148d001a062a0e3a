//! Tests of `tangent table`.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use tempfile::TempDir;

use crate::program::{Run, edit, program, run};

fn table(dir: &Path, more: &str) -> Run {
    let args = ["table", "--output", dir.to_str().unwrap()];
    run(args.into_iter().chain(more.split(' ')))
}

fn json(dir: &Path, name: &str) -> Value {
    serde_json::from_str(&fs::read_to_string(dir.join(name)).unwrap()).unwrap()
}

#[test]
fn runs_are_made_once_and_shared_by_tables() {
    let dir = TempDir::new().unwrap();
    let first = table(dir.path(), "6 --seeds 7");
    assert_eq!(first.code, 0, "{}", first.err);
    assert!(first.out.contains("| {0,5,11} k | "), "{}", first.out);
    let runs = || fs::read_dir(dir.path().join("runs")).unwrap().count();
    assert_eq!(runs(), 2);
    let made = json(dir.path(), "table6.json");
    assert_eq!(made["rows"][0]["cells"][0][1]["paper"], 0.174);

    let eighth = table(dir.path(), "8 --seeds 7");
    assert_eq!(eighth.code, 0, "{}", eighth.err);
    // Its training run is that of Table 6.
    assert_eq!(runs(), 3);
    let rings = json(dir.path(), "table8.json");
    let rings = rings["rows"].as_array().unwrap();
    assert_eq!(rings.len(), 10);
    let value = |row: usize, column: usize| {
        rings[row]["cells"][column][1]["values"][0]
            .as_f64()
            .unwrap()
    };
    assert_eq!(value(0, 0), 0.0);
    assert_eq!(
        value(9, 0),
        made["rows"][1]["cells"][0][1]["values"][0]
            .as_f64()
            .unwrap()
    );
    for ring in 0..10 {
        assert!(value(ring, 1) <= value(ring, 2));
    }

    let again = table(dir.path(), "6 --seeds 7");
    assert_eq!(again.code, 0);
    assert_eq!(runs(), 3);
    assert_eq!(json(dir.path(), "table6.json")["rows"], made["rows"]);

    // An incomplete run is made again.
    for file in fs::read_dir(dir.path().join("runs")).unwrap() {
        fs::write(file.unwrap().path(), "{\"last\":").unwrap();
    }
    assert_eq!(table(dir.path(), "6 --seeds 7").code, 0);
    assert_eq!(json(dir.path(), "table6.json")["rows"], made["rows"]);

    // An edited run is made again too, and so is one without its seal.
    let value = |path: &Path| -> Option<Value> {
        serde_json::from_str(&fs::read_to_string(path).unwrap()).ok()
    };
    let files = fs::read_dir(dir.path().join("runs")).unwrap();
    let mut paths = files.map(|file| file.unwrap().path());
    let trained = |path: &PathBuf| value(path).is_some_and(|run| run["last"].is_object());
    let path = paths.find(trained).unwrap();
    let read = || value(&path).unwrap();
    let accuracy = read()["last"]["accuracy"].clone();
    edit(&path, |run| run["last"]["accuracy"] = 0.123.into());
    assert_eq!(table(dir.path(), "6 --seeds 7").code, 0);
    assert_eq!(read()["last"]["accuracy"], accuracy);
    edit(&path, |run| {
        run.as_object_mut().unwrap().remove("sha256");
        run["last"]["accuracy"] = 0.123.into();
    });
    assert_eq!(table(dir.path(), "6 --seeds 7").code, 0);
    assert_eq!(read()["last"]["accuracy"], accuracy);
}

#[test]
fn a_table_is_drawn_from_its_file_alone() {
    let dir = TempDir::new().unwrap();
    let made = table(dir.path(), "9");
    assert_eq!(made.code, 0, "{}", made.err);
    assert!(
        made.out.contains("has every setting as printed"),
        "{}",
        made.out
    );
    let file = dir.path().join("table9.json");
    let drawn = || table(dir.path(), &format!("9 --from {}", file.display()));
    assert_eq!(drawn().out, made.out);
    assert_eq!(
        fs::read_to_string(dir.path().join("table9.md")).unwrap(),
        made.out
    );

    let other = table(dir.path(), &format!("2 --from {}", file.display()));
    assert_eq!(other.code, 2);
    assert!(
        other.err.contains("it holds Table 9, not 2"),
        "{}",
        other.err
    );

    let plain = |more: &str| {
        let line = format!("table 9 --from {}{more}", file.display());
        run(line.split(' '))
    };
    assert_eq!(plain("").out, made.out);
    for flag in ["--profile desk", "--seeds 1", "--rule always", "--plan"] {
        let refused = plain(&format!(" {flag}"));
        let name = flag.split(' ').next().unwrap();
        assert!(
            refused.code == 2 && refused.err.contains(name),
            "{flag}: {}",
            refused.err
        );
    }

    // Another folder gets the same files, and another result there is not overwritten.
    let again = dir.path().join("again");
    let into = format!(" --output {}", again.display());
    for _ in 0..2 {
        assert_eq!(plain(&into).code, 0);
        for name in ["table9.json", "table9.md"] {
            let [one, other] = [dir.path(), &again].map(|dir| fs::read(dir.join(name)).unwrap());
            assert!(one == other, "{name}");
        }
    }
    edit(again.join("table9.json"), |json| {
        json["title"] = "another".into()
    });
    let lost = plain(&into);
    assert!(
        lost.code == 2 && lost.err.contains("holds another result"),
        "{}",
        lost.err
    );

    // A file without a hash, whose edits cannot be detected, is shown but not written elsewhere.
    edit(&file, |json| {
        drop(json.as_object_mut().unwrap().remove("sha256"))
    });
    let shown = plain("");
    assert_eq!((shown.code, &shown.out), (0, &made.out));
    assert!(shown.err.contains("has no hash"), "{}", shown.err);
    let refused = plain(&into);
    assert!(
        refused.code == 2 && refused.err.contains("has no hash"),
        "{}",
        refused.err
    );

    edit(&file, |json| json["format"] = "tangent table 0".into());
    let refused = drawn();
    assert_eq!(refused.code, 2);
    assert!(
        refused.err.contains("its format is `tangent table 0`"),
        "{}",
        refused.err
    );
    fs::write(&file, "{").unwrap();
    assert!(drawn().err.contains("not a result file of this program"));
}

#[test]
fn the_plan_says_what_would_run_and_runs_nothing() {
    let dir = TempDir::new().unwrap();
    let plan = table(dir.path(), "1 --plan");
    assert_eq!(plan.code, 0);
    assert!(
        plan.err
            .contains("Table 1: 48 training runs, full and linearized"),
        "{}",
        plan.err
    );
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
}

#[test]
fn a_profile_whose_model_is_not_there_says_how_to_get_it() {
    let dir = TempDir::new().unwrap();
    let absent = table(dir.path(), "6 --profile desk --model /nowhere/model");
    assert_eq!(absent.code, 2);
    assert!(
        absent
            .err
            .contains("no model at /nowhere/model: give a folder"),
        "{}",
        absent.err
    );
    // The program runs in a folder without `models/`.
    let args = ["table", "6", "--profile", "desk", "--output", "out"];
    let absent = program()
        .args(args)
        .current_dir(dir.path())
        .output()
        .unwrap();
    let err = String::from_utf8(absent.stderr).unwrap();
    assert!(err.contains("`make minilm` fetches it"), "{err}");
    let unknown = table(dir.path(), "5");
    assert_eq!(unknown.code, 2);
    assert!(
        unknown
            .err
            .contains("[possible values: 1, 2, 3, 4, 6, 7, 8, 9]"),
        "{}",
        unknown.err
    );
}
