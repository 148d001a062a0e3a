//! Tests of `tangent reproduce`, `tangent figure` and `tangent study`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use tempfile::TempDir;

use crate::interrupt::interrupted;
use crate::program::{Run, edit, program, run};

fn tangent(dir: &Path, what: &str) -> Run {
    run(what.split(' ').chain(["--output", dir.to_str().unwrap()]))
}

fn json(dir: &Path, name: &str) -> Value {
    serde_json::from_str(&fs::read_to_string(dir.join(name)).unwrap()).unwrap()
}

#[test]
fn parts_are_made_once_and_an_edited_one_anew() {
    let dir = TempDir::new().unwrap();
    let what = "reproduce --only table4,table9 --seeds 7,8";
    let first = tangent(dir.path(), what);
    assert_eq!(first.code, 0, "{}", first.err);
    assert!(first.err.contains("[1/2] table4"), "{}", first.err);
    let html = fs::read_to_string(dir.path().join("report.html")).unwrap();
    assert!(html.contains("spectrum of the NTK over seeds"));
    assert!(dir.path().join("report.md").is_file());
    let made = fs::read(dir.path().join("table4.json")).unwrap();

    let again = tangent(dir.path(), what);
    assert_eq!(again.code, 0, "{}", again.err);
    assert!(!again.err.contains("[1/2]"), "{}", again.err);
    assert!(again.err.contains("already made"), "{}", again.err);
    assert_eq!(fs::read(dir.path().join("table4.json")).unwrap(), made);

    let text = String::from_utf8(made).unwrap();
    fs::write(
        dir.path().join("table4.json"),
        text.replacen("kappa", "kapa", 1).replacen("λmin", "λ", 1),
    )
    .unwrap();
    let report = tangent(dir.path(), &format!("report {}", dir.path().display()));
    assert_ne!(report.code, 0);
    let mended = tangent(dir.path(), what);
    assert_eq!(mended.code, 0, "{}", mended.err);
    assert!(mended.err.contains("[1/2] table4"), "{}", mended.err);
    let other_seeds = tangent(dir.path(), "reproduce --plan --only table4 --seeds 7");
    assert!(
        !other_seeds.err.contains("already made"),
        "{}",
        other_seeds.err
    );
}

#[test]
fn a_failing_part_does_not_stop_the_others_and_is_named() {
    let dir = TempDir::new().unwrap();
    let what = "reproduce --profile desk --model ./nowhere --only table4,table9";
    let done = tangent(dir.path(), what);
    assert_eq!(done.code, 1, "{}", done.err);
    assert!(
        done.err.contains("table4: no model at ./nowhere"),
        "{}",
        done.err
    );
    assert_eq!(json(dir.path(), "failed.json")[0]["part"], "table4");
    assert!(dir.path().join("table9.json").is_file());
    let html = fs::read_to_string(dir.path().join("report.html")).unwrap();
    assert!(html.contains("no model at ./nowhere"));
    let done = tangent(
        dir.path(),
        "reproduce --profile desk --model ./nowhere --only table9",
    );
    // The failure of another part stays recorded until that part is made.
    assert_eq!(done.code, 0, "{}", done.err);
    assert_eq!(json(dir.path(), "failed.json")[0]["part"], "table4");
    let done = tangent(dir.path(), "reproduce --only table4 --seeds 7");
    assert_eq!(done.code, 0, "{}", done.err);
    assert!(!dir.path().join("failed.json").exists());
}

#[test]
fn without_the_model_of_a_profile_the_parts_that_need_none_are_made() {
    let dir = TempDir::new().unwrap();
    let args = "reproduce --profile desk --only theorems,table9 --output out";
    let done = program()
        .args(args.split(' '))
        .current_dir(dir.path())
        .output()
        .unwrap();
    let err = String::from_utf8(done.stderr).unwrap();
    assert_eq!(done.status.code(), Some(1), "{err}");
    assert!(
        err.contains("theorems: no model at models/all-MiniLM-L6-v2: `make minilm` fetches it"),
        "{err}"
    );
    let out = dir.path().join("out");
    assert!(out.join("table9.json").is_file());
    let failed = json(&out, "failed.json");
    assert_eq!(failed.as_array().map(Vec::len), Some(1));
    assert_eq!(failed[0]["part"], "theorems");
}

/// Returns the runs in a folder, by the names of their files.
fn runs(dir: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let files = fs::read_dir(dir.join("runs")).into_iter().flatten();
    files
        .map(|file| file.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "json"))
        .map(|path| (path.clone(), fs::read(path).unwrap()))
        .collect()
}

#[test]
fn after_ctrl_c_the_same_command_goes_on_with_the_runs_that_are_there() {
    let dir = TempDir::new().unwrap();
    let what = "reproduce --only table2 --seeds 7";
    let args = what
        .split(' ')
        .chain(["--output", dir.path().to_str().unwrap()]);
    let err = interrupted(args, || runs(dir.path()).len() >= 2);
    assert!(
        err.contains("finished runs and parts are kept in "),
        "{err}"
    );
    assert!(!dir.path().join("table2.json").exists());
    let kept = runs(dir.path());
    assert!((2..16).contains(&kept.len()), "{}", kept.len());

    let done = tangent(dir.path(), what);
    assert_eq!(done.code, 0, "{}", done.err);
    let all = runs(dir.path());
    assert_eq!(all.len(), 16);
    // A run that was made again would differ in its seconds.
    for (file, run) in kept {
        assert!(all[&file] == run, "{} was made again", file.display());
    }
}

#[test]
fn a_figure_has_its_numbers_and_its_pictures() {
    let dir = TempDir::new().unwrap();
    let done = tangent(dir.path(), "figure 1 --seeds 3");
    assert_eq!(done.code, 0, "{}", done.err);
    let figure = json(dir.path(), "figure1.json");
    let chart = &figure["panels"][0]["chart"];
    assert_eq!(chart["kind"], "surface");
    for path in chart["paths"].as_array().unwrap() {
        let points = path["points"].as_array().unwrap();
        assert!(points.len() > 10);
        // Both paths begin at θ₀, where nothing has changed.
        for coordinate in points[0].as_array().unwrap() {
            assert!(coordinate.as_f64().unwrap().abs() < 1e-9, "{coordinate}");
        }
    }
    for ending in ["svg", "png"] {
        assert!(
            dir.path()
                .join(format!("pictures/figure1-paths.{ending}"))
                .is_file()
        );
    }
    let from = format!(
        "figure 1 --from {}",
        dir.path().join("figure1.json").display()
    );
    let again = dir.path().join("again");
    for _ in 0..2 {
        assert_eq!(tangent(&again, &from).code, 0);
        assert_eq!(json(&again, "figure1.json"), figure);
    }

    // Options that --from would ignore are refused.
    for flag in [
        "--profile desk",
        "--seeds 1",
        "--rule always",
        "--model m",
        "--data d",
        "--threads 1",
        "--plan",
    ] {
        let refused = tangent(&again, &format!("{from} {flag}"));
        let name = flag.split(' ').next().unwrap();
        assert!(
            refused.code == 2 && refused.err.contains(name),
            "{flag}: {}",
            refused.err
        );
    }

    // A file that was edited and a file without a hash, whose edits cannot be detected, are refused too.
    let edits: [fn(&mut serde_json::Value); 2] = [
        |json| json["title"] = "another".into(),
        |json| drop(json.as_object_mut().unwrap().remove("sha256")),
    ];
    for (edit_it, message) in edits.into_iter().zip(["it was edited", "has no hash"]) {
        let mut other = figure.clone();
        edit_it(&mut other);
        fs::write(dir.path().join("figure1.json"), other.to_string()).unwrap();
        let refused = tangent(&again, &from);
        assert_eq!(refused.code, 2);
        assert!(refused.err.contains(message), "{}", refused.err);
        assert!(refused.err.contains("makes it again"), "{}", refused.err);
        assert_eq!(json(&again, "figure1.json"), figure);
    }

    // A name in a file cannot lead out of the folder.
    edit(dir.path().join("figure1.json"), |json| {
        json["panels"][0]["name"] = "/../../../x".into();
        *json = tangent_record::seal(json.take());
    });
    // Another result is not overwritten.
    let refused = tangent(&again, &from);
    assert_eq!(refused.code, 2);
    assert!(
        refused.err.contains("holds another result"),
        "{}",
        refused.err
    );
    assert_eq!(json(&again, "figure1.json"), figure);
    let deep = dir.path().join("a/b");
    assert_eq!(tangent(&deep, &from).code, 0);
    assert!(deep.join("pictures/figure1-----------x.svg").is_file());
    for outside in [dir.path(), &dir.path().join("a"), &deep] {
        assert!(!outside.join("x.svg").exists());
    }
}

#[test]
fn made_twice_result_files_differ_in_when_and_how_long_alone() {
    let made = ["1", "2"].map(|threads| {
        let dir = TempDir::new().unwrap();
        let what = format!("reproduce --only table4,figure1 --seeds 0 --threads {threads}");
        let done = tangent(dir.path(), &what);
        assert_eq!(done.code, 0, "{}", done.err);
        dir
    });
    for name in ["table4.json", "figure1.json"] {
        let [one, other] = made.each_ref().map(|dir| {
            let mut result = json(dir.path(), name);
            for field in ["started", "seconds", "sha256"] {
                assert!(
                    result.as_object_mut().unwrap().remove(field).is_some(),
                    "{field}"
                );
            }
            result
        });
        assert_eq!(one, other, "{name}");
    }
    for name in [
        "table4.md",
        "pictures/figure1-paths.svg",
        "pictures/figure1-paths.png",
    ] {
        let [one, other] = made
            .each_ref()
            .map(|dir| fs::read(dir.path().join(name)).unwrap());
        assert!(one == other, "{name}");
    }
}

#[test]
fn plans_run_nothing() {
    for what in ["study", "figure 2", "figure 3", "reproduce", "table 2"] {
        let dir = TempDir::new().unwrap();
        let plan = tangent(dir.path(), &format!("{what} --plan"));
        assert_eq!(plan.code, 0, "{}", plan.err);
        assert!(plan.err.contains("about "), "{}", plan.err);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0, "{what}");
    }
}
