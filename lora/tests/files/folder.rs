//! Model folders for the tests: the golden ones, a downloaded one, and small ones made by hand.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use safetensors::Dtype;
use safetensors::tensor::TensorView;
use serde_json::{Value, json};
use tangent_lora::EncoderConfig;
use tangent_lora::weights::{
    NamedTensors, encoder_tensors, head_tensors, pooler_tensors, write_safetensors,
};
use tempfile::TempDir;

#[path = "../common/cases.rs"]
mod cases;

pub(crate) use cases::{CASES as GOLDEN, folder as golden};

pub(crate) fn read_json(path: impl AsRef<Path>) -> Value {
    let path = path.as_ref();
    serde_json::from_slice(&fs::read(path).unwrap_or_else(|e| panic!("{}: {e}", path.display())))
        .unwrap()
}

/// Returns the folder of all-MiniLM-L6-v2, which `make minilm` downloads.
pub(crate) fn minilm() -> PathBuf {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../models/all-MiniLM-L6-v2");
    assert!(
        dir.join("model.safetensors").exists(),
        "{} is not there: run `make minilm`",
        dir.display()
    );
    dir
}

/// Returns the `config.json` of a small encoder.
pub(crate) fn small(model_type: &str) -> Value {
    json!({
        "model_type": model_type,
        "vocab_size": 11,
        "hidden_size": 6,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "intermediate_size": 10,
        "max_position_embeddings": 9,
        "type_vocab_size": 2,
        "hidden_act": "gelu",
    })
}

pub(crate) fn small_config(model_type: &str) -> EncoderConfig {
    EncoderConfig::from_json(&small(model_type)).unwrap()
}

/// A tensor in a file: element type, shape, bytes.
pub(crate) type Stored = (Dtype, Vec<usize>, Vec<u8>);

pub(crate) fn stored(shape: &[usize], values: &[f32]) -> Stored {
    (
        Dtype::F32,
        shape.to_vec(),
        values.iter().flat_map(|v| v.to_le_bytes()).collect(),
    )
}

/// Returns all tensors of a small encoder with a pooler and a head of two outputs; the entries count up over all
/// tensors.
pub(crate) fn small_tensors(config: &EncoderConfig) -> BTreeMap<String, Stored> {
    let mut next = 0.0;
    let names = [
        encoder_tensors(config),
        pooler_tensors(config),
        head_tensors(config, 2),
    ]
    .concat();
    let tensors = names.into_iter().map(|(name, shape)| {
        let values: Vec<f32> = (0..shape.iter().product())
            .map(|_| {
                next += 0.125;
                next
            })
            .collect();
        let tensor = stored(&shape, &values);
        (name, tensor)
    });
    tensors.collect()
}

pub(crate) fn write_stored(path: &Path, tensors: &BTreeMap<String, Stored>) {
    let views = tensors.iter().map(|(name, (dtype, shape, bytes))| {
        (
            name,
            TensorView::new(*dtype, shape.clone(), bytes).expect("as many bytes as the shape says"),
        )
    });
    safetensors::serialize_to_file(views, None, path).unwrap();
}

/// Writes a folder with this configuration and these tensors.
pub(crate) fn folder(config: &Value, tensors: &BTreeMap<String, Stored>) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("config.json"), config.to_string()).unwrap();
    write_stored(&dir.path().join("model.safetensors"), tensors);
    dir
}

/// Returns tensors of these names and shapes with all entries 0.
pub(crate) fn zeros(shapes: impl IntoIterator<Item = (String, Vec<usize>)>) -> NamedTensors {
    let shapes = shapes.into_iter();
    shapes
        .map(|(name, shape)| {
            let count = shape.iter().product();
            (name, (shape, vec![0.0; count]))
        })
        .collect()
}

/// Writes an adapter's folder with this configuration text and these tensors.
pub(crate) fn adapter_folder(config: &str, tensors: &NamedTensors) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("adapter_config.json"), config).unwrap();
    let listed: Vec<_> = tensors
        .iter()
        .map(|(name, (shape, values))| (name.clone(), shape.clone(), values.as_slice()))
        .collect();
    write_safetensors(&dir.path().join("adapter_model.safetensors"), &listed).unwrap();
    dir
}

/// Makes a pipe that nobody writes to: whoever opens it waits for ever.
#[cfg(unix)]
pub(crate) fn pipe(path: &Path) {
    let made = std::process::Command::new("mkfifo").arg(path).status();
    assert!(made.unwrap().success());
}
