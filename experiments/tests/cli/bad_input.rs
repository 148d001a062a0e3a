//! Tests that every message about a mistake tells what is wrong, where, and what to do.

use std::fs;
use std::path::Path;

use serde_json::json;
use tangent_lora::EncoderConfig;
use tangent_lora::adapter::{Adapter, LoraConfig};
use tempfile::TempDir;

use crate::program::{Run, edit, kernel, model, write};

/// Runs a kernel, and expects the message and the exit code of a mistake that the user can correct.
#[track_caller]
fn refused(more: &str, message: &str) -> Run {
    let dir = TempDir::new().unwrap();
    let run = kernel(dir.path(), more);
    assert_eq!(run.code, 2, "{}", run.err);
    assert!(
        run.err.contains(message),
        "{message}\nis not in\n{}",
        run.err
    );
    assert!(!dir.path().join("out/result.json").exists());
    run
}

/// Does the same with a damaged model.
#[track_caller]
fn refused_model(damage: impl FnOnce(&Path), more: &str, message: &str) {
    let dir = model();
    damage(dir.path());
    refused(&format!("--model {} {more}", dir.path().display()), message);
}

#[test]
fn models_that_are_not_there() {
    refused(
        "--model no/such/model",
        "no model at no/such/model: give a folder with config.json, model.safetensors",
    );
    refused(
        "--model nobody/nothing",
        "nobody/nothing (revision main) is not in the cache and cannot be downloaded",
    );
    refused_model(
        |dir| fs::remove_file(dir.join("config.json")).unwrap(),
        "",
        "config.json is not there: ",
    );
    refused_model(
        |dir| fs::remove_file(dir.join("model.safetensors")).unwrap(),
        "",
        "model.safetensors is not there: ",
    );
    refused_model(
        |dir| fs::remove_file(dir.join("tokenizer.json")).unwrap(),
        "",
        "tokenizer.json: No such file",
    );
}

#[test]
fn damaged_weights() {
    let file = |dir: &Path| dir.join("model.safetensors");
    let shorten = |dir: &Path| {
        let bytes = fs::read(file(dir)).unwrap();
        fs::write(file(dir), &bytes[..bytes.len() - 7]).unwrap();
    };
    refused_model(
        shorten,
        "",
        "model.safetensors is not a complete safetensors file (it has ",
    );
    let spoil = |dir: &Path| {
        let mut bytes = fs::read(file(dir)).unwrap();
        let header = u64::from_le_bytes(bytes[..8].try_into().unwrap()) as usize;
        for at in (8 + header..bytes.len()).step_by(4) {
            bytes[at..at + 4].copy_from_slice(&f32::NAN.to_le_bytes());
        }
        fs::write(file(dir), bytes).unwrap();
    };
    refused_model(spoil, "", "has the value NaN at [0");
}

#[test]
fn configurations_that_do_not_fit() {
    let set = |key: &'static str, value: serde_json::Value| {
        move |dir: &Path| edit(dir.join("config.json"), |json| json[key] = value)
    };
    refused_model(
        set("model_type", json!("gpt2")),
        "",
        "config.json: `model_type` = \"gpt2\" is not implemented; ",
    );
    refused_model(
        set("num_hidden_layers", json!(13)),
        "",
        "has no tensor `encoder.layer.12.",
    );
    refused_model(
        set("intermediate_size", json!(200)),
        "",
        "has shape [256, 64], expected [200, 64]",
    );
    let add_words = |dir: &Path| {
        edit(dir.join("tokenizer.json"), |json| {
            let words = json["model"]["vocab"].as_object_mut().unwrap();
            let count = words.len();
            words.insert("xylophone".into(), json!(count));
        });
    };
    refused_model(add_words, "", "its word embedding has ");
}

#[test]
fn adapters_of_other_models() {
    let dir = model();
    let mut config = EncoderConfig::from_dir(dir.path()).unwrap();
    config.hidden_size = 32;
    let adapter = Adapter::init(LoraConfig::new(2, 2.0, ["query"]), &config, 0).unwrap();
    let folder = TempDir::new().unwrap();
    adapter.save(folder.path(), &config).unwrap();
    let flag = format!("--adapter {}", folder.path().display());
    refused(&flag, "the adapter was made for another base model: ");
    refused(
        &format!("{flag} --rank 4"),
        "--rank: the adapter of --adapter determines this; omit one of the two",
    );
    refused("--adapter /nowhere", "adapter_config.json is not there: ");
    refused(
        "--targets qeury",
        "`qeury` in target_modules matches no module of this model",
    );
    refused(
        "--layers 0,12",
        "layer 12 is out of range: the model has 12 layers, 0 to 11",
    );
}

#[test]
fn rows_that_cannot_be_used() {
    let dir = TempDir::new().unwrap();
    let own = |name: &str, text: &str, more: &str, message: &str| {
        let path = write(dir.path(), name, text);
        let label = if more.is_empty() {
            "--text t --label l -n 2"
        } else {
            more
        };
        refused(&format!("--data {} {label}", path.display()), message)
    };
    let good = "t,l\na dog,0\na cat,1\na fox,0\na cow,1\na hen,0\na pig,1\n";
    own(
        "columns.csv",
        good,
        "--text words --label l",
        "no column `words`; the file has: t, l",
    );
    let short = own(
        "short.csv",
        &format!("{good}alone\n"),
        "",
        "short.csv, row 7",
    );
    assert!(short.err.contains("--drop-bad-rows"), "{}", short.err);
    own(
        "empty.csv",
        &format!("{good} ,1\n"),
        "",
        "empty text in column `t`",
    );
    own(
        "few.csv",
        good,
        "--text t --label l --split dev --seed 1 -n 40",
        "examples asked for, but ",
    );
    refused(
        "--data nowhere/typo.csv --text t --label l",
        "nowhere/typo.csv",
    );
    let three = "t,l\na,0\nb,1\nc,2\nd,0\ne,1\nf,2\ng,0\nh,1\ni,2\nj,0\nk,1\nl,2\nm,0\nn,1\no,2\n";
    let file = write(dir.path(), "three.csv", three);
    refused(
        &format!(
            "--data {} --text t --label l --readout margin -n 2",
            file.display()
        ),
        "readout `margin` is the difference of two outputs, but the model has 3",
    );

    write(
        dir.path(),
        "SST-2/train.tsv",
        "sentence\tlabel\na dog \t0\na cat \t7\n",
    );
    let sst2 = format!("--task sst2 --data {} -n 1", dir.path().display());
    let run = refused(&sst2, "label `7` is out of range; expected 0, 1");
    assert!(run.err.contains("train.tsv, row 2"), "{}", run.err);
}

#[test]
fn settings_that_make_no_sense() {
    refused(
        "--sigma -1",
        "--sigma: σ = -1: the ridge must be finite and not negative",
    );
    for (setting, text) in [("sigma", "nan"), ("sigma", "inf"), ("alpha", "nan")] {
        refused(&format!("--{setting} {text}"), "must be a finite number");
        let dir = TempDir::new().unwrap();
        let file = write(dir.path(), "run.toml", &format!("{setting} = {text}\n"));
        let config = format!("--config {}", file.display());
        refused(&config, "is not a finite number");
    }
    refused("-n 0", "--n: must be at least 1");
    refused(
        "-n 100000",
        "100000 examples asked for, but the training split of acceptability has only 8000",
    );
    refused(
        "--max-length 900",
        "--max-length: 900 tokens are more than the 160 that the model takes",
    );
    refused("--data x.csv", "--data: say what it is: ");
    refused(
        "--memory much",
        "`much` is not an amount of memory; write it as 500MB or 4GB",
    );
    refused(
        "--task colla",
        "there is no task `colla`; known tasks: cola, ",
    );
    refused(
        "--readout logit(2)",
        "readout `logit(2)` asks for an output that is not there",
    );
    if !cfg!(feature = "cuda") {
        refused(
            "--device cuda",
            "--device cuda: this program was built without it",
        );
    }
    let dir = TempDir::new().unwrap();
    for (text, message) in [
        (
            "sigmma = 1\n",
            "run.toml: unknown key `sigmma`, expected one of adapter, ",
        ),
        ("layers = []\n", "--layers: names none"),
    ] {
        let file = write(dir.path(), "run.toml", text);
        refused(&format!("--config {}", file.display()), message);
    }
}

#[test]
fn an_output_folder_that_cannot_be_written_is_known_before_the_work() {
    let dir = TempDir::new().unwrap();
    let taken = write(dir.path(), "taken", "");
    let run = crate::program::run([
        "kernel",
        "--model",
        "/nowhere",
        "--output",
        taken.to_str().unwrap(),
    ]);
    assert_eq!(run.code, 1);
    assert!(
        run.err.contains("taken: results cannot be written: "),
        "{}",
        run.err
    );
}

#[test]
fn duplicates_are_named() {
    let dir = TempDir::new().unwrap();
    let rows: String = (0..20)
        .map(|i| format!("{},{}\n", ["a dog", "a cat"][i / 19], i % 2))
        .collect();
    let file = write(dir.path(), "own.csv", &format!("t,l\n{rows}"));
    let run = kernel(
        dir.path(),
        &format!("--data {} --text t --label l -n 4", file.display()),
    );
    assert_eq!(run.code, 0, "{}", run.err);
    assert!(run.err.contains("are the same to the model"), "{}", run.err);
    assert!(run.err.contains("K is singular"), "{}", run.err);
}
