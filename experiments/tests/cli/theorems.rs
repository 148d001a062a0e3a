//! Tests of `tangent theorems`.

use serde_json::Value;
use tempfile::TempDir;

use crate::program::{Run, model_with_zero_head, run};

fn theorems(dir: &TempDir, more: &str) -> Run {
    let output = dir.path().join("out");
    let args = ["theorems", "--output", output.to_str().unwrap()];
    run(args.into_iter().chain(more.split(' ')))
}

fn result(dir: &TempDir) -> Value {
    let text = std::fs::read_to_string(dir.path().join("out/result.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// Returns the findings of all settings, each with the name of its setting.
fn findings(result: &Value) -> Vec<(&str, &Value)> {
    let settings = result["settings"].as_array().unwrap();
    settings
        .iter()
        .flat_map(|setting| {
            let name = setting["name"].as_str().unwrap();
            setting["findings"]
                .as_array()
                .unwrap()
                .iter()
                .map(move |f| (name, f))
        })
        .collect()
}

#[test]
fn what_is_repaired_holds_on_fixtures_and_what_is_printed_wrongly_fails() {
    let dir = TempDir::new().unwrap();
    let done = theorems(&dir, "--fixtures-only");
    assert_eq!(done.code, 0, "{}", done.err);
    assert!(
        done.out.contains("**Theorem 4 · the same, linear in t**"),
        "{}",
        done.out
    );
    let result = result(&dir);
    let findings = findings(&result);
    assert!(findings.len() > 100);
    let mut printed_fail = 0;
    let refuted = |(_, finding): &(&str, &Value)| {
        finding["statement"] == "theorem7" && finding["check"]["verdict"] == "fails"
    };
    assert!(findings.iter().any(refuted));
    for (name, finding) in findings {
        let verdict = finding["check"]["verdict"].as_str().unwrap();
        match finding["form"].as_str().unwrap() {
            "printed" => printed_fail += usize::from(verdict == "fails"),
            _ => assert!(["holds", "void"].contains(&verdict), "{name}: {finding}"),
        }
    }
    assert!(printed_fail > 3);
    assert!(dir.path().join("out/theorems.md").is_file());
}

#[test]
fn a_model_is_at_most_consistent() {
    let dir = TempDir::new().unwrap();
    let small = "--layers 11 --rank 2 -n 3 --pulls 2 --samples 1 --adamw-steps 3";
    let done = theorems(&dir, small);
    assert_eq!(done.code, 0, "{}", done.err);
    let result = result(&dir);
    let of_model: Vec<_> = findings(&result)
        .into_iter()
        .filter(|(name, _)| name.starts_with("embedded"))
        .collect();
    assert!(of_model.len() > 10);
    for (_, finding) in of_model {
        let verdict = finding["check"]["verdict"].as_str().unwrap();
        // Statements about the kernel alone have no estimated constants.
        let of_the_kernel = ["lemma2", "theorem5", "theorem6", "theorem7", "corollary1"];
        let certain = of_the_kernel.contains(&finding["statement"].as_str().unwrap());
        assert!(
            certain || !["holds", "fails"].contains(&verdict),
            "{finding}"
        );
        let printed = finding["form"] == "printed";
        assert!(printed || verdict != "inconsistent", "{finding}");
    }
    assert_eq!(result["adamw"]["steps"], 3);
    assert!(done.out.contains("AdamW is no flow"));
}

#[test]
fn a_model_that_nothing_moves_has_no_theorems() {
    let model = model_with_zero_head();
    for more in ["", " --pulls 0", " --radius 3 --samples 1"] {
        let dir = TempDir::new().unwrap();
        let small = format!(
            "--model {} --layers 11 -n 3 --adamw-steps 3",
            model.path().display()
        );
        let refused = theorems(&dir, &format!("{small}{more}"));
        assert_ne!(refused.code, 0);
        assert!(
            refused
                .err
                .contains("the kernel is zero: no adapted parameter"),
            "{}",
            refused.err
        );
        assert!(!dir.path().join("out/result.json").exists());
    }
}

#[test]
fn balls_and_pulls_that_make_no_sense_are_refused() {
    for (flags, message) in [
        ("--radius 0", "--radius: 0: a ball of radius 0 has no λ∘"),
        ("--radius=-1", "--radius: -1"),
        ("--radius nan", "must be a finite number"),
        (
            "--pulls=-1",
            "--pulls: must be one number or more, none below 0",
        ),
        ("-n 0", "--n: must be at least 1"),
        ("--layers 0", "--fixtures-only: checks no model"),
        ("--task sst2", "--fixtures-only: checks no model"),
        ("-n 4", "--fixtures-only: checks no model"),
    ] {
        let dir = TempDir::new().unwrap();
        let refused = theorems(&dir, &format!("--fixtures-only {flags}"));
        assert_eq!(refused.code, 2, "{flags}: {}", refused.err);
        assert!(refused.err.contains(message), "{flags}: {}", refused.err);
    }
}
