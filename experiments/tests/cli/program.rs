//! Functions that run the program and make models for it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use safetensors::SafeTensors;
use safetensors::tensor::{Dtype, TensorView};
use serde_json::Value;
use tempfile::TempDir;

/// The exit code and the output of a run.
pub struct Run {
    pub code: i32,
    pub out: String,
    pub err: String,
}

pub fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tangent"));
    command.env("HF_HUB_OFFLINE", "1");
    command
}

pub fn run<S: AsRef<std::ffi::OsStr>>(args: impl IntoIterator<Item = S>) -> Run {
    let output = program().args(args).output().unwrap();
    Run {
        code: output.status.code().expect("no signal ended it"),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// Removes from a result the fields that differ between two runs.
pub fn remove_times(result: &mut Value) {
    let fields = result.as_object_mut().unwrap();
    for field in ["command", "started", "seconds", "times", "sha256"] {
        assert!(fields.remove(field).is_some(), "{field}");
    }
}

/// Runs a small `tangent kernel` into `dir/out`, with more arguments, separated by blanks.
pub fn kernel(dir: &Path, more: &str) -> Run {
    let output = dir.join("out");
    let mut args = vec!["kernel", "--output", output.to_str().unwrap()];
    if !more.split(' ').any(|arg| arg == "-n") {
        args.extend(["-n", "6"]);
    }
    args.extend(more.split(' ').filter(|arg| !arg.is_empty()));
    run(args)
}

/// Returns a folder with a copy of the embedded encoder's files, which a test may damage.
pub fn model() -> TempDir {
    let dir = TempDir::new().unwrap();
    let assets = Path::new(env!("CARGO_MANIFEST_DIR")).join("embedded/assets");
    for name in [
        "config.json",
        "model.safetensors",
        "tokenizer.json",
        "tokenizer_config.json",
    ] {
        fs::copy(assets.join(name), dir.path().join(name)).unwrap();
    }
    dir
}

/// Returns the embedded encoder with a head for two classes whose weights are all 0, so that no adapted parameter
/// changes an output.
pub fn model_with_zero_head() -> TempDir {
    let dir = model();
    edit(dir.path().join("config.json"), |config| {
        config["id2label"] = serde_json::json!({"0": "no", "1": "yes"});
        config["label2id"] = serde_json::json!({"no": 0, "yes": 1});
    });
    let file = dir.path().join("model.safetensors");
    let bytes = fs::read(&file).unwrap();
    let encoder = SafeTensors::deserialize(&bytes).unwrap();
    let h = 64;
    let zeros = vec![0; 4 * h * h];
    let head = [
        ("classifier.dense.weight", vec![h, h]),
        ("classifier.dense.bias", vec![h]),
        ("classifier.out_proj.weight", vec![2, h]),
        ("classifier.out_proj.bias", vec![2]),
    ];
    let head = head.map(|(name, shape)| {
        let bytes = &zeros[..4 * shape.iter().product::<usize>()];
        (
            name.to_owned(),
            TensorView::new(Dtype::F32, shape, bytes).unwrap(),
        )
    });
    let all: Vec<_> = encoder.tensors().into_iter().chain(head).collect();
    fs::write(&file, safetensors::serialize(all, None).unwrap()).unwrap();
    dir
}

/// Changes a JSON file.
pub fn edit(path: impl AsRef<Path>, change: impl FnOnce(&mut Value)) {
    let mut json = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    change(&mut json);
    fs::write(path, json.to_string()).unwrap();
}

pub fn write(dir: &Path, name: &str, text: &str) -> PathBuf {
    let path = dir.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, text).unwrap();
    path
}
