//! Tests of a user's own data, as one file and as two, and of a user's own checkpoint.

use std::fs;
use std::path::{Path, PathBuf};

use nalgebra::{DMatrix, DVector};
use safetensors::SafeTensors;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::program::{kernel, run, write};

fn case(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/cases")
        .join(name)
}

fn result(dir: &Path) -> Value {
    serde_json::from_slice(&fs::read(dir.join("out/result.json")).unwrap()).unwrap()
}

/// Returns a CSV file of `n` rows.
fn rows(n: usize) -> String {
    let animals = ["dog", "cat", "fox", "cow", "hen", "pig"];
    let row = |i: usize| format!("a {} sings {i} times,{}\n", animals[i % 6], i % 2);
    format!("t,l\n{}", (0..n).map(row).collect::<String>())
}

#[test]
fn nine_rows_give_a_kernel_of_nine() {
    let dir = TempDir::new().unwrap();
    let file = write(dir.path(), "nine.csv", &rows(9));
    let data = format!("--data {} --text t --label l", file.display());
    let run = kernel(dir.path(), &format!("{data} --split all -n all"));
    assert_eq!(run.code, 0, "{}", run.err);
    let found = result(dir.path());
    assert_eq!(found["kernel"]["rows"], 9);
    assert_eq!(found["config"]["n"], "all");
    assert!(found["data"]["train"]["accounting"]["divided"].is_null());
    let run = kernel(dir.path(), &format!("{data} --split all -n 9"));
    assert_eq!(run.code, 0, "{}", run.err);
    let refused = kernel(dir.path(), &format!("{data} --split all -n all --test-n 1"));
    assert_eq!(refused.code, 2);
    assert!(
        refused
            .err
            .contains("--split: all rows leave none to test on")
    );
    let chosen = run_select(dir.path(), &format!("{data} --split all -n all"));
    assert_eq!(chosen["examples"]["ids"].as_array().unwrap().len(), 9);
}

fn run_select(dir: &Path, more: &str) -> Value {
    let out = dir.join("out");
    let mut args = vec!["select", "--choose", "1", "--subsamples", "2", "--output"];
    args.push(out.to_str().unwrap());
    args.extend(more.split(' '));
    let run = run(args);
    assert_eq!(run.code, 0, "{}", run.err);
    result(dir)
}

#[test]
fn a_second_file_to_evaluate_on_divides_neither() {
    let dir = TempDir::new().unwrap();
    let (train, eval) = (
        write(dir.path(), "mine.csv", &rows(8)),
        write(dir.path(), "others.csv", &rows(5)),
    );
    let data = format!(
        "--data {} --eval-data {} --text t --label l",
        train.display(),
        eval.display()
    );
    let run = kernel(dir.path(), &format!("{data} -n all --test-n all"));
    assert_eq!(run.code, 0, "{}", run.err);
    let found = result(dir.path());
    for (sample, file, n) in [("train", "mine.csv", 8), ("test", "others.csv", 5)] {
        let sample = &found["data"][sample];
        assert_eq!(sample["ids"].as_array().unwrap().len(), n);
        assert_eq!(sample["files"][0]["name"], file);
    }
    // The second file has a label that the first does not have.
    fs::write(&eval, "t,l\na dog sings,7\n").unwrap();
    let refused = kernel(dir.path(), &format!("{data} -n 4 --test-n 1"));
    assert_eq!(refused.code, 2, "{}", refused.err);
    assert!(
        refused.err.contains("label `7` is out of range"),
        "{}",
        refused.err
    );
    let published = kernel(dir.path(), "--task cola --data x --eval-data y");
    assert_eq!(published.code, 2);
    assert!(
        published
            .err
            .contains("--eval-data: is for files of your own")
    );
}

/// Returns a tensor of a file as a matrix; the file holds it row by row.
fn tensor(file: &SafeTensors, name: &str) -> DMatrix<f64> {
    let view = file.tensor(name).unwrap();
    let values = view.data().chunks_exact(8).map(|bytes| {
        let bytes = bytes.try_into().unwrap();
        match view.dtype() {
            safetensors::Dtype::I64 => i64::from_le_bytes(bytes) as f64,
            _ => f64::from_le_bytes(bytes),
        }
    });
    let [rows, columns] = match *view.shape() {
        [rows, columns] => [rows, columns],
        [rows] => [rows, 1],
        _ => panic!("a list or a matrix"),
    };
    DMatrix::from_row_iterator(rows, columns, values)
}

#[test]
fn the_kernels_file_has_what_regression_needs() {
    let dir = TempDir::new().unwrap();
    for (readout, k) in [("margin", 1), ("logit(1)", 1), ("full", 2), ("trace", 2)] {
        let run = kernel(
            dir.path(),
            &format!("-n 12 --test-n 5 --precision f64 --readout {readout}"),
        );
        assert_eq!(run.code, 0, "{}", run.err);
        let bytes = fs::read(dir.path().join("out/kernel.safetensors")).unwrap();
        let file = SafeTensors::deserialize(&bytes).unwrap();
        let found = result(dir.path());
        for (prefix, sample, n) in [("", "train", 12), ("test_", "test", 5)] {
            let array = |name: &str| tensor(&file, &format!("{prefix}{name}"));
            let sample = &found["data"][sample];
            assert_eq!(
                json!(array("ids").iter().map(|&id| id as u64).collect::<Vec<_>>()),
                sample["ids"]
            );
            let (z, start, targets) = (array("outputs"), array("f0"), array("targets"));
            assert_eq!(
                (z.shape(), start.shape(), targets.shape()),
                ((n, 2), (n, k), (n, k))
            );
            for i in 0..n {
                let class = sample["labels"][i].as_f64().unwrap();
                let (f, y) = match readout {
                    "margin" => (vec![z[(i, 1)] - z[(i, 0)]], vec![2.0 * class - 1.0]),
                    "logit(1)" => (vec![z[(i, 1)]], vec![class]),
                    _ => (vec![z[(i, 0)], z[(i, 1)]], vec![1.0 - class, class]),
                };
                assert_eq!(start.row(i).iter().copied().collect::<Vec<_>>(), f);
                assert_eq!(targets.row(i).iter().copied().collect::<Vec<_>>(), y);
            }
        }
        if readout == "margin" {
            // K(K + σI)⁻¹ fits the training targets as σ falls.
            let (kernel, f0, y) = (
                tensor(&file, "kernel"),
                tensor(&file, "f0"),
                tensor(&file, "targets"),
            );
            assert_eq!(tensor(&file, "cross").shape(), (5, 12));
            let residual = DVector::from_column_slice((&y - &f0).as_slice());
            let ridge = &kernel + DMatrix::identity(12, 12) * 1e-9;
            let fitted = &kernel * ridge.cholesky().unwrap().solve(&residual);
            assert!((fitted - &residual).norm() < 1e-3 * residual.norm());
        }
    }
}

#[test]
fn a_checkpoint_is_held_against_another_programs_outputs() {
    for (model, file) in [("bert", "bert"), ("trimmed-text/model", "trimmed-text")] {
        let (model, file) = (case(model), case("outputs").join(format!("{file}.json")));
        let args = |file: &Path| {
            [
                "inspect".to_owned(),
                model.to_str().unwrap().into(),
                "--compare".into(),
                file.to_str().unwrap().into(),
                "--json".into(),
            ]
        };
        let agrees = run(args(&file));
        assert_eq!(agrees.code, 0, "{}", agrees.err);
        let found: Value = serde_json::from_str(&agrees.out).unwrap();
        let compared = &found["compared"];
        assert_eq!(compared["examples"], 3);
        assert_eq!(compared["other_tokens"], json!([]));
        for part in ["hidden", "logits"] {
            let largest = compared[part]["largest"].as_f64().unwrap();
            assert!(largest < 1e-12, "{part}: {largest}");
        }
        // A reference with another number and one with another token are rejected.
        let dir = TempDir::new().unwrap();
        let mut reference: Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
        reference["examples"][1]["hidden"][2][3] = json!(9.0);
        let other = write(dir.path(), "other.json", &reference.to_string());
        let differs = run(args(&other));
        assert_eq!(differs.code, 1, "{}", differs.err);
        assert!(
            differs.err.contains("the outputs differ"),
            "{}",
            differs.err
        );
        reference["format"] = json!("tangent outputs 0");
        let other = write(dir.path(), "other.json", &reference.to_string());
        let refused = run(args(&other));
        assert_eq!(refused.code, 2, "{}", refused.err);
    }
}

#[test]
fn what_will_be_done_is_said_before() {
    let dir = TempDir::new().unwrap();
    let out = dir.path().join("out");
    for command in [
        "kernel -n 16",
        "select -n 16 --choose 1",
        "train --train-n 16 --epochs 1",
    ] {
        let args = command
            .split(' ')
            .chain(["--output", out.to_str().unwrap()]);
        let run = run(args);
        assert_eq!(run.code, 0, "{}", run.err);
        for said in ["16 examples", "(measured on ", "MB"] {
            assert!(run.err.contains(said), "{command}: {}", run.err);
        }
        assert!(run.err.contains(": about "), "{command}: {}", run.err);
    }
}
