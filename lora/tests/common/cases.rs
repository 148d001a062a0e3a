//! The golden cases and the contents of their files, for the tests of every crate.
#![allow(dead_code)]

use std::path::{Path, PathBuf};

use safetensors::{Dtype, SafeTensors};

/// The names of the golden cases.
pub const CASES: [&str; 7] = [
    "bert_bare_qv_2l",
    "bert_dense_2l",
    "bert_qkv_3l_layer0",
    "bert_qv_2l",
    "roberta_all_3l",
    "roberta_qv_2l",
    "roberta_qv_3l_layer1_zeroB",
];

/// An array of floating-point numbers, in row-major order.
pub struct Array {
    pub shape: Vec<usize>,
    pub values: Vec<f64>,
}

/// Returns the folder of a case.
pub fn folder(case: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../lora/tests/golden")
        .join(case)
}

/// Reads a file of a case.
#[track_caller]
pub fn read(case: &str, name: &str) -> Vec<u8> {
    let path = folder(case).join(name);
    std::fs::read(&path).unwrap_or_else(|e| panic!("golden case missing: {}: {e}", path.display()))
}

/// Returns an array of a safetensors file, if the file has it.
pub fn array(file: &[u8], key: &str) -> Option<Array> {
    let tensors = SafeTensors::deserialize(file).expect("a golden file is a safetensors file");
    let view = tensors.tensor(key).ok()?;
    let values = match view.dtype() {
        Dtype::F64 => {
            let bytes = view.data().as_chunks().0.iter();
            bytes.map(|b| f64::from_le_bytes(*b)).collect()
        }
        Dtype::F32 => {
            let bytes = view.data().as_chunks().0.iter();
            bytes.map(|b| f32::from_le_bytes(*b).into()).collect()
        }
        other => panic!("{key} is {other:?}"),
    };
    Some(Array {
        shape: view.shape().to_vec(),
        values,
    })
}

/// Returns an array of whole numbers of a safetensors file, if the file has it.
pub fn integers(file: &[u8], key: &str) -> Option<Vec<i64>> {
    let tensors = SafeTensors::deserialize(file).expect("a golden file is a safetensors file");
    let view = tensors.tensor(key).ok()?;
    assert_eq!(view.dtype(), Dtype::I64, "{key}");
    let bytes = view.data().as_chunks().0.iter();
    Some(bytes.map(|b| i64::from_le_bytes(*b)).collect())
}
