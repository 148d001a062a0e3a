//! Tests of `tangent select`.

use std::fs;
use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use crate::program::{Run, model_with_zero_head, remove_times, run, write};

fn select(dir: &Path, more: &str) -> Run {
    let args = ["select", "--output", dir.to_str().unwrap()];
    run(args.into_iter().chain(more.split(' ')))
}

fn result(dir: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(dir.join("result.json")).unwrap()).unwrap()
}

/// Returns the result without the fields that differ between two runs.
fn numbers(dir: &Path) -> Value {
    let mut result = result(dir);
    remove_times(&mut result);
    result
}

#[test]
fn the_best_choice_is_first_and_its_adapter_is_ready_for_peft() {
    let dir = TempDir::new().unwrap();
    let (out, adapter) = (dir.path().join("out"), dir.path().join("adapter"));
    let more = format!(
        "-n 40 --choose 2 --layers 0,3,5,11 --subsamples 5 --write-adapter {}",
        adapter.display()
    );
    let done = select(&out, &more);
    assert_eq!(done.code, 0, "{}", done.err);
    let result = result(&out);
    let choices = result["choices"].as_array().unwrap();
    assert_eq!(choices.len(), 6);
    let risk = |choice: &Value| choice["scores"]["ridge_risk"].as_f64().unwrap();
    assert!(
        choices
            .windows(2)
            .all(|pair| risk(&pair[0]) <= risk(&pair[1]))
    );
    let shares: f64 = choices.iter().map(|c| c["best"].as_f64().unwrap()).sum();
    assert!((shares - 1.0).abs() < 1e-12);
    assert!(done.out.contains("ridge_risk: Ignores"), "{}", done.out);
    assert!(out.join("ranks.png").is_file());

    let written = fs::read_to_string(adapter.join("adapter_config.json")).unwrap();
    let written: Value = serde_json::from_str(&written).unwrap();
    let layers = choices[0]["layers"].as_array().unwrap();
    let expected: Vec<String> = layers
        .iter()
        .flat_map(|layer| {
            ["query", "value"].map(|m| format!("roberta.encoder.layer.{layer}.attention.self.{m}"))
        })
        .collect();
    assert_eq!(written["target_modules"], serde_json::json!(expected));
    assert_eq!(written["layers_to_transform"], Value::Null);
    assert_eq!(written["inference_mode"], false);
    assert_eq!(
        (&written["r"], &written["peft_type"]),
        (&8.into(), &"LORA".into())
    );
}

#[test]
fn the_order_is_that_of_the_kernels_that_tangent_kernel_computes() {
    let dir = TempDir::new().unwrap();
    let done = select(
        dir.path(),
        "-n 24 --candidates 0,5:11 --score condition --subsamples 2",
    );
    assert_eq!(done.code, 0, "{}", done.err);
    let result = result(dir.path());
    for choice in result["choices"].as_array().unwrap() {
        let layers: Vec<String> = choice["layers"]
            .as_array()
            .unwrap()
            .iter()
            .map(Value::to_string)
            .collect();
        let kernel = TempDir::new().unwrap();
        let args = format!(
            "kernel -n 24 --layers {} --output {}",
            layers.join(","),
            kernel.path().display()
        );
        assert_eq!(run(args.split(' ')).code, 0);
        let text = fs::read_to_string(kernel.path().join("result.json")).unwrap();
        let kernel: Value = serde_json::from_str(&text).unwrap();
        let kappa = kernel["spectrum"]["condition"]["kappa"].as_f64().unwrap();
        let score = choice["scores"]["condition"].as_f64().unwrap();
        assert!((score / kappa - 1.0).abs() < 1e-6, "{score} {kappa}");
    }
}

#[test]
fn two_runs_are_equal_bit_for_bit_whatever_the_threads() {
    let [one, two] = [1, 2].map(|threads| {
        let dir = TempDir::new().unwrap();
        let more = format!("-n 30 --choose 1 --choose-targets --subsamples 4 --threads {threads}");
        let done = select(dir.path(), &more);
        assert_eq!(done.code, 0, "{}", done.err);
        numbers(dir.path())
    });
    assert_eq!(one, two);
    // There are twelve layers, and three sets of two matrices.
    assert_eq!(one["choices"].as_array().unwrap().len(), 36);
}

#[test]
fn settings_that_make_no_sense_are_refused() {
    for (flags, code, message) in [
        (
            "--choose 13",
            2,
            "--choose: 13 layers are more than the 12 that may be chosen",
        ),
        ("--choose 0", 2, "--choose: must be at least 1"),
        (
            "--candidates 0,12",
            2,
            "--candidates: layer 12 is not one of those",
        ),
        ("--candidates=", 2, "--candidates"),
        (
            "--candidates 0 --choose 1",
            2,
            "--choose: --candidates names the sets already",
        ),
        (
            "--adapter somewhere",
            2,
            "--adapter: its modules are chosen already",
        ),
        (
            "--choose-targets 3",
            2,
            "--choose-targets: 3 matrices are more than the 2 of --targets",
        ),
        (
            "--score lambda_ratio --candidates 3:0,5:0",
            2,
            "--score: {0,5} contains {0}, and adding a block never lowers λmax",
        ),
        (
            "--score lambda_ratio --choose 1 --choose-targets",
            2,
            "--score: {0} query,value contains {0} query",
        ),
        (
            "--candidates 0,5:5,0",
            2,
            "--candidates: names the layers [0, 5] twice",
        ),
        (
            "--choose 1 --layers 0,5 --sigma 0",
            2,
            "--score: ridge_risk is 0 for every choice",
        ),
        ("--sigma=-1", 2, "--sigma: σ = -1"),
        ("--score best", 2, "--score"),
    ] {
        let dir = TempDir::new().unwrap();
        let refused = select(dir.path(), &format!("-n 8 --subsamples 1 {flags}"));
        assert_eq!(refused.code, code, "{flags}: {}", refused.err);
        assert!(refused.err.contains(message), "{flags}: {}", refused.err);
        assert!(!dir.path().join("result.json").exists());
    }
}

#[test]
fn without_a_ridge_a_singular_kernel_has_no_leave_one_out() {
    let dir = TempDir::new().unwrap();
    // The same sentence occurs twice, which makes two rows of J equal.
    let rows =
        "a dog barked,0\na dog barked,1\nthe cat sleeps,0\nno bird sings,1\nall fish swim,1\n";
    let file = write(
        dir.path(),
        "own.csv",
        &format!("text,label\n{}", rows.repeat(4)),
    );
    let more = format!(
        "--data {} --text text --label label -n 10 --choose 1 --score loo --sigma 0 --subsamples 1",
        file.display()
    );
    let refused = select(&dir.path().join("out"), &more);
    assert_eq!(refused.code, 2, "{}", refused.err);
    assert!(refused.err.contains("σ"), "{}", refused.err);
}

#[test]
fn more_choices_than_are_all_compared_are_searched_and_that_is_said() {
    let dir = TempDir::new().unwrap();
    let six = "query,key,value,attention.output.dense,intermediate.dense,output.dense";
    // There are 924 sets of six layers, each with 63 sets of matrices.
    let more = format!("-n 6 --subsamples 2 --choose 6 --choose-targets --targets {six}");
    let done = select(dir.path(), &more);
    assert_eq!(done.code, 0, "{}", done.err);
    let result = result(dir.path());
    let search = serde_json::json!({"possible": 58_212, "most": 20_000, "grown": ["layers"]});
    assert_eq!(result["search"], search);
    let choices = result["choices"].as_array().unwrap();
    assert_eq!(choices.len(), 63 * 7);
    assert!(
        choices
            .iter()
            .all(|choice| choice["layers"].as_array().unwrap().len() == 6)
    );
    for said in [&done.out, &done.err, &result["warnings"].to_string()] {
        assert!(
            said.contains("there are 58,212 choices, too many to compare all (at most 20,000)"),
            "{said}"
        );
    }

    // Sizes are checked before any work, and Algorithm 2 is not defined for sets of matrices of different sizes.
    let nested = select(dir.path(), &format!("{more} --score lambda_ratio"));
    assert_eq!(nested.code, 2, "{}", nested.err);
    assert!(
        nested.err.contains("{0,1,2,3,4,5} query,key contains"),
        "{}",
        nested.err
    );
}

#[test]
fn a_search_that_lists_all_says_nothing() {
    let dir = TempDir::new().unwrap();
    let done = select(dir.path(), "-n 6 --subsamples 1 --choose 1");
    assert_eq!(done.code, 0, "{}", done.err);
    let result = result(dir.path());
    assert!(result.get("search").is_none());
    assert!(result.get("warnings").is_none());
    assert!(result["choices"][0].get("infinite").is_none());
}

#[test]
fn infinite_scores_are_told_from_those_that_do_not_exist() {
    let dir = TempDir::new().unwrap();
    let rows =
        "a dog barked,0\na dog barked,1\nthe cat sleeps,0\nno bird sings,1\nall fish swim,1\n";
    let file = write(
        dir.path(),
        "own.csv",
        &format!("text,label\n{}", rows.repeat(4)),
    );
    let more = format!(
        "--data {} --text text --label label -n 10 --choose 1 --score trace --sigma 0 --subsamples 1",
        file.display()
    );
    let out = dir.path().join("out");
    let done = select(&out, &more);
    assert_eq!(done.code, 0, "{}", done.err);
    assert!(done.out.contains('∞'), "{}", done.out);
    let result = result(&out);
    for choice in result["choices"].as_array().unwrap() {
        assert!(choice["scores"]["condition"].is_null());
        assert!(choice["scores"]["leave_one_out"].is_null());
        assert_eq!(choice["infinite"], serde_json::json!(["condition"]));
    }
    // The reason is that sentences are equal.
    let equal = "are the same to the model";
    for said in [&done.err, &result["warnings"].to_string()] {
        assert!(said.contains(equal), "{said}");
    }
}

#[test]
fn kernels_that_are_all_zero_leave_nothing_to_choose() {
    let model = model_with_zero_head();
    let more = format!("--model {} -n 6 --subsamples 1", model.path().display());
    for flags in [
        "--choose 1",
        "--score condition",
        "--score trace --sigma 0",
        "--candidates 0",
    ] {
        let dir = TempDir::new().unwrap();
        let refused = select(dir.path(), &format!("{more} {flags}"));
        assert_ne!(refused.code, 0, "{flags}");
        assert!(
            refused
                .err
                .contains("the kernel is zero: no adapted parameter"),
            "{}",
            refused.err
        );
        assert!(!dir.path().join("result.json").exists());
    }
}

/// PEFT's `output.dense` is also the end of the name of attention's output.
#[test]
fn a_block_is_of_the_longest_target_that_it_ends_with() {
    let dir = TempDir::new().unwrap();
    let more = "-n 8 --subsamples 1 --layers 5 --choose 1 --targets attention.output.dense,output.dense \
                --choose-targets";
    let done = select(dir.path(), more);
    assert_eq!(done.code, 0, "{}", done.err);
    let result = result(dir.path());
    let choices = result["choices"].as_array().unwrap();
    let size = |targets: &[&str]| {
        let of_it = |choice: &&Value| choice["targets"] == serde_json::json!(targets);
        choices.iter().find(of_it).unwrap()["parameters"]
            .as_u64()
            .unwrap()
    };
    let (attention, output) = (size(&["attention.output.dense"]), size(&["output.dense"]));
    // The number of parameters is r (in + out): the output of attention maps 64 to 64, that of the layer 256 to 64.
    assert_eq!((attention, output), (8 * 128, 8 * 320));
    assert_eq!(
        size(&["attention.output.dense", "output.dense"]),
        attention + output
    );
}

#[test]
fn algorithm_2_takes_choices_of_one_size() {
    let dir = TempDir::new().unwrap();
    // The results and the adapter go into the same folder.
    let more = format!(
        "-n 8 --subsamples 2 --score lambda_ratio --choose 1 --choose-targets 1 --write-adapter {}",
        dir.path().display()
    );
    let done = select(dir.path(), &more);
    assert_eq!(done.code, 0, "{}", done.err);
    let result = result(dir.path());
    // There are twelve layers, each with either matrix.
    assert_eq!(result["choices"].as_array().unwrap().len(), 24);
    assert!(dir.path().join("adapter_config.json").is_file());
    assert!(dir.path().join("ranks.svg").is_file());
}

#[test]
fn where_fewer_rows_are_there_than_the_default_all_are_taken() {
    let dir = TempDir::new().unwrap();
    let rows: String = (0..12)
        .map(|i| format!("the number {i} is here,{}\n", i % 2))
        .collect();
    let file = write(dir.path(), "own.csv", &format!("text,label\n{rows}"));
    let more = format!(
        "--data {} --text text --label label --choose 1 --subsamples 1",
        file.display()
    );
    let done = select(&dir.path().join("out"), &more);
    assert_eq!(done.code, 0, "{}", done.err);
}
