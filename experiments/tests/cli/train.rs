//! Tests of the results of `tangent train`.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::Value;
use tangent_spectral::theorems::{Constants, regularised_comparator};
use tempfile::TempDir;

use crate::program::{Run, model_with_zero_head, remove_times, run, write};

/// The options of a small run of 12 steps.
const SMALL: [&str; 6] = [
    "--train-n 48",
    "--batch 16",
    "--epochs 4",
    "--eval-n 20",
    "--kernel-n 8",
    "--layers 0,5",
];

/// Returns the arguments of a small run into `dir/out`; options in `more` replace those of the small run.
pub fn arguments(dir: &Path, more: &str) -> Vec<String> {
    let said: Vec<&str> = more.split(' ').collect();
    let unsaid = |default: &&str| !said.contains(&default.split(' ').next().unwrap());
    let small: Vec<&str> = SMALL.into_iter().filter(unsaid).collect();
    let output = dir.join("out");
    let line = format!(
        "train --output {} {} {more}",
        output.display(),
        small.join(" ")
    );
    line.split_whitespace().map(String::from).collect()
}

pub fn train(dir: &Path, more: &str) -> Run {
    run(arguments(dir, more))
}

#[track_caller]
pub fn trained(more: &str) -> TempDir {
    let dir = TempDir::new().unwrap();
    let run = train(dir.path(), more);
    assert_eq!(run.code, 0, "{}", run.err);
    dir
}

pub fn result(dir: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(dir.join("out/result.json")).unwrap()).unwrap()
}

/// Returns everything that a run has written, except for `times`.
pub fn written(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut result = result(dir);
    remove_times(&mut result);
    let names = result["files"].as_object().unwrap().keys();
    let file = |name: &String| (name.clone(), fs::read(dir.join("out").join(name)).unwrap());
    let mut files: BTreeMap<_, _> = names.map(file).collect();
    files.insert("result.json".into(), result.to_string().into());
    files
}

#[track_caller]
pub fn assert_same(a: &Path, b: &Path) {
    let (a, b) = (written(a), written(b));
    assert!(a.keys().eq(b.keys()));
    for (name, bytes) in &a {
        assert!(*bytes == b[name], "{name} differs");
    }
}

#[test]
fn a_kernel_that_is_zero_has_no_drift_and_equal_texts_are_told() {
    let model = model_with_zero_head();
    let dir = TempDir::new().unwrap();
    let rows = "a dog barked,no\na dog barked,yes\nthe cat sleeps,no\nno bird sings,yes\n";
    let file = write(
        dir.path(),
        "own.csv",
        &format!("text,label\n{}", rows.repeat(4)),
    );
    let more = format!(
        "--model {} --head false --data {} --text text --label label --train-n 12 --eval-n 4 --epochs 1",
        model.path().display(),
        file.display()
    );
    let done = train(dir.path(), &more);
    assert_eq!(done.code, 0, "{}", done.err);
    for row in trajectory(dir.path()) {
        assert_eq!(
            (&row["kernel_drift"][..], &row["kernel_alignment"][..]),
            ("", "")
        );
    }
    let result = result(dir.path());
    assert!(result["last"]["kernel_drift"].is_null());
    for said in [&done.err, &result["warnings"].to_string()] {
        assert!(said.contains("are the same to the model"), "{said}");
    }
    assert!(self::result(trained("").path())["warnings"].is_null());
}

/// Returns the trajectory: for every row a map from columns to cells.
pub fn trajectory(dir: &Path) -> Vec<BTreeMap<String, String>> {
    let text = fs::read_to_string(dir.join("out/trajectory.csv")).unwrap();
    let mut lines = text.lines();
    let names: Vec<&str> = lines.next().unwrap().split(',').collect();
    let row = |line: &str| {
        let cells = names.iter().zip(line.split(','));
        cells.map(|(a, b)| ((*a).into(), b.into())).collect()
    };
    lines.map(row).collect()
}

fn number(row: &BTreeMap<String, String>, column: &str) -> f64 {
    row[column].parse().unwrap()
}

#[test]
fn a_result_says_what_it_is_and_its_parts_agree() {
    let dir = trained("--json");
    let result = result(dir.path());
    assert_eq!(result["format"], "tangent train 2");
    assert_eq!(result["steps"], 12);
    assert_eq!(result["config"]["rule"], "selective_per_tensor");
    assert_eq!(result["config"]["objective"], "cross_entropy");
    assert_eq!(result["train"]["ids"].as_array().unwrap().len(), 48);
    let rows = trajectory(dir.path());
    let steps: Vec<_> = rows.iter().map(|row| row["step"].as_str()).collect();
    assert_eq!(steps, ["0", "3", "6", "9", "12"]);
    let (first, last) = (&rows[0], &rows[4]);
    for at_start in [
        "distance",
        "distance_linearized",
        "gap",
        "gap_train",
        "kl",
        "kernel_drift",
    ] {
        assert_eq!(number(first, at_start), 0.0, "{at_start}");
        assert!(number(last, at_start) > 0.0, "{at_start}");
    }
    assert_eq!(first["rate"], "");
    assert_eq!(
        number(last, "train_loss"),
        result["last"]["train_loss"].as_f64().unwrap()
    );
    for name in ["loss.svg", "distance.png", "gap.png", "trajectory.parquet"] {
        assert!(dir.path().join("out").join(name).is_file(), "{name}");
    }
    assert!(!dir.path().join("out/unfinished").exists());
}

#[test]
fn gradient_descent_on_the_squared_loss_stays_within_its_bounds_and_adamw_has_none() {
    let dir = trained("--json");
    assert_eq!(result(dir.path())["bounds"], Value::Null);
    // The run is long enough for (10) to be well below (11), and in f64 so that rounding is well below the gap.
    let (rate, lambda) = (0.1, 2.0);
    let flow = format!(
        "--objective squared --optimiser gradient_descent --schedule constant --rate {rate} --lambda {lambda} \
         --head false --epochs 6 --observe-every 1 --precision f64 --train-n 16 --layers 5"
    );
    for constant_pull in [true, false] {
        let rule = if constant_pull {
            "always"
        } else {
            "selective_per_tensor"
        };
        let dir = trained(&format!("{flow} --rule {rule}"));
        let constants = &result(dir.path())["bounds"]["constants"];
        let constant = |name: &str| constants[name].as_f64().unwrap();
        let constants = Constants {
            lip_f: constant("lip_f"),
            lip_gradient: constant("lip_gradient"),
            residual: constant("residual"),
            radius: constant("radius"),
        };
        let rows = trajectory(dir.path());
        assert_eq!(rows.len(), 7);
        assert_eq!(number(&rows[6], "farthest"), constants.radius);
        for (step, row) in rows.iter().enumerate() {
            let time = rate * step as f64;
            let free = 2.0 * constants.lip_f * constants.residual * time;
            let pulled =
                free * (1.0 - (-lambda * time).exp()) / (lambda * time).max(f64::MIN_POSITIVE);
            // Bound (10) applies under a constant pull, (11) under any rule.
            let bound = if constant_pull { pulled } else { free };
            assert!(number(row, "distance") <= bound, "step {step}");
            if constant_pull {
                let farthest = number(row, "farthest");
                let bound = regularised_comparator::sharper(&constants, lambda, time, farthest);
                assert!(number(row, "gap_fitted") <= bound.unwrap(), "step {step}");
            }
        }
        assert!(number(&rows[6], "gap_fitted") > 0.0);
        let picture = dir.path().join("out/gap_bound.png");
        assert_eq!(picture.is_file(), constant_pull);
    }
}

#[test]
fn a_row_has_the_mean_share_of_what_the_rule_pulled_since_the_row_before() {
    let [each, fourth] = ["1", "4"].map(|every| {
        let dir = trained(&format!("--lambda 5 --observe-every {every}"));
        trajectory(dir.path())
    });
    let mut as_the_last_step = 0;
    for column in ["regularised", "regularised_linearized"] {
        assert_eq!(each[0][column], "");
        for (steps, row) in each[1..].chunks(4).zip(&fourth[1..]) {
            assert_eq!(steps[3]["step"], row["step"]);
            let mean = steps.iter().map(|step| number(step, column)).sum::<f64>() / 4.0;
            assert!((number(row, column) - mean).abs() < 1e-15, "{column}");
            as_the_last_step += usize::from(number(&steps[3], column) == mean);
        }
    }
    assert!(as_the_last_step < 6);
}

#[test]
fn two_runs_are_equal_bit_for_bit_whatever_the_threads() {
    let (one, two) = (trained("--threads 1"), trained("--threads 2"));
    assert_same(one.path(), two.path());
}

#[test]
fn rows_that_are_recomputed_give_the_same_up_to_rounding() {
    let (kept, recomputed) = (trained(""), trained("--memory 1kB"));
    assert_eq!(
        result(kept.path())["rows_kept"],
        serde_json::json!([true, true])
    );
    assert_eq!(
        result(recomputed.path())["rows_kept"],
        serde_json::json!([false, false])
    );
    let [a, b] = [&kept, &recomputed].map(|dir| {
        let last = trajectory(dir.path()).pop().unwrap();
        number(&last, "distance_linearized")
    });
    assert!((a - b).abs() < 1e-3 * a, "{a} and {b}");
}

#[test]
fn a_strong_pull_keeps_the_models_near_the_start_and_each_other() {
    let [free, pulled] = ["0", "200"].map(|lambda| {
        let dir = trained(&format!("--rule always --rate 2e-3 --lambda {lambda}"));
        trajectory(dir.path()).pop().unwrap()
    });
    for column in ["distance", "distance_linearized", "gap", "kl"] {
        let (free, pulled) = (number(&free, column), number(&pulled, column));
        assert!(pulled < 0.7 * free, "{column}: {pulled} and {free}");
    }
}

#[test]
fn the_trained_adapter_is_read_again_and_is_another_point() {
    let dir = trained("--rate 5e-3");
    let trace = |adapter: &str| {
        let out = dir.path().join("kernel");
        let command = format!("kernel -n 8 {adapter} --quiet --output {}", out.display());
        let run = run(command.split_whitespace());
        assert_eq!(run.code, 0, "{}", run.err);
        let text = fs::read_to_string(out.join("result.json")).unwrap();
        let result: Value = serde_json::from_str(&text).unwrap();
        let trained = adapter.starts_with("--adapter");
        let head = if trained { "adapter" } else { "seeded" };
        assert_eq!(result["model"]["head"], head);
        result["spectrum"]["lambda_max"].as_f64().unwrap()
    };
    let adapter = format!("--adapter {}/out/adapter", dir.path().display());
    let (start, end) = (trace("--layers 0,5"), trace(&adapter));
    assert!((end / start - 1.0).abs() > 1e-3, "{start} and {end}");
}

#[test]
fn settings_that_make_no_sense() {
    for (more, message) in [
        (
            "--lambda -1",
            "--lambda: λ = -1: the pull to θ₀ must be finite and not negative",
        ),
        ("--lambda nan", "must be a finite number"),
        (
            "--rate 0",
            "--rate: learning rate η_step = 0: it must be positive and finite",
        ),
        ("--rate -0.1", "--rate: learning rate η_step = -0.1"),
        ("--epochs 0", "--epochs: "),
        ("--batch 0", "--batch: "),
        (
            "--momentum 0.9",
            "--momentum: is a setting of --optimiser sgd",
        ),
        (
            "--optimiser sgd --momentum 1",
            "--momentum: momentum = 1: it must be in [0, 1)",
        ),
        (
            "--optimiser sgd --weight-decay 0.1",
            "--weight-decay: is a setting of --optimiser adamw",
        ),
        (
            "--schedule constant --warmup 0.1",
            "--warmup: is a setting of --schedule linear",
        ),
        ("--clip 0", "--clip: "),
        ("--dropout 0.1", "--dropout: is for the full model alone"),
        ("--dropout 1 --linearized false", "--dropout: "),
        ("--observe-every 0", "--observe-every: must be at least 1"),
        ("--rule sometimes", "unknown variant `sometimes`"),
        ("--task nonsense", "there is no task `nonsense`"),
    ] {
        let dir = TempDir::new().unwrap();
        let run = train(dir.path(), more);
        assert_eq!(run.code, 2, "{more}: {}", run.err);
        assert!(
            run.err.contains(message),
            "{more}: {message}\nis not in\n{}",
            run.err
        );
    }
}

#[test]
fn a_file_of_settings_does_what_flags_do_and_unknown_keys_are_refused() {
    let dir = TempDir::new().unwrap();
    let text = "lambda = 3\nrule = \"spd\"\nlayers = [0]\nthreads = 1\n";
    let file = write(dir.path(), "settings.toml", text);
    let run = train(
        dir.path(),
        &format!("--config {} --lambda 2", file.display()),
    );
    assert_eq!(run.code, 0, "{}", run.err);
    let config = &result(dir.path())["config"];
    assert_eq!(
        (config["lambda"].as_f64(), config["rule"].as_str()),
        (Some(2.0), Some("spd"))
    );
    let file = write(dir.path(), "settings.toml", "lamda = 3\n");
    let run = train(dir.path(), &format!("--config {}", file.display()));
    assert_eq!(run.code, 2);
    assert!(
        run.err.contains("unknown key `lamda`, expected one of "),
        "{}",
        run.err
    );
}

#[test]
fn an_evaluation_set_without_labels_is_told() {
    let dir = TempDir::new().unwrap();
    let row = |i: usize, label: &str| format!("gj04\t{label}\t\tThe dog number {i} barked.\n");
    let rows = |label: &dyn Fn(usize) -> &'static str| -> String {
        (0..60).map(|i| row(i, label(i))).collect()
    };
    write(dir.path(), "CoLA/train.tsv", &rows(&|i| ["0", "1"][i % 2]));
    write(dir.path(), "CoLA/dev.tsv", &rows(&|_| ""));
    let run = train(
        dir.path(),
        &format!("--task cola --data {}/CoLA", dir.path().display()),
    );
    assert_eq!(run.code, 2, "{}", run.err);
    assert!(run.err.contains("dev.tsv"), "{}", run.err);
    assert!(run.err.contains("no label"), "{}", run.err);
}

#[test]
fn scores_are_fitted_by_the_squared_loss_and_measured_by_ranks() {
    let dir = TempDir::new().unwrap();
    let row = |i: usize| format!("{} dogs sleep,{}\n", ["no", "some", "all"][i % 3], i % 3);
    let rows: String = (0..90).map(row).collect();
    let file = write(dir.path(), "own.csv", &format!("text,label\n{rows}"));
    let own = format!(
        "--data {} --text text --label label --regression",
        file.display()
    );
    let run = train(dir.path(), &format!("{own} --objective cross_entropy"));
    assert_eq!(run.code, 2, "{}", run.err);
    let message = "--objective: cross_entropy needs classes";
    assert!(run.err.contains(message), "{}", run.err);
    let run = train(
        dir.path(),
        &format!("{own} --lambda 0 --rate 2e-3 --epochs 10"),
    );
    assert_eq!(run.code, 0, "{}", run.err);
    let result = result(dir.path());
    assert_eq!(result["config"]["objective"], "squared");
    assert_eq!(result["metric"], "spearman");
    assert_eq!(result["last"]["accuracy"], Value::Null);
    let rows = trajectory(dir.path());
    let (first, last) = (&rows[0], &rows[rows.len() - 1]);
    assert!(number(last, "train_loss") < 0.5 * number(first, "train_loss"));
    assert!(number(last, "metric") > 0.9);
}
