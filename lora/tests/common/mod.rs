//! What the tests share: golden cases and comparisons.
#![allow(dead_code)]

pub mod cases;

use std::path::PathBuf;

use burn::tensor::{DType, Tensor, backend::Backend};
use cases::{Array, array};
// Links OpenBLAS for the NdArray backend.
use openblas_src as _;
use tangent_lora::adapter::Adapter;
use tangent_lora::weights::{HeadWeights, Weights};
use tangent_lora::{Classifier, EncoderConfig, Sequence};
use tangent_ntk_core::Model;

/// One folder of `tests/golden`.
pub struct Golden {
    pub name: &'static str,
    dir: PathBuf,
    inputs: Vec<u8>,
    /// The files of expected arrays: first the file of the requested precision, then, if that is not f64, the f64 file.
    expected: Vec<Vec<u8>>,
    /// `expected.json`.
    pub facts: serde_json::Value,
}

impl Golden {
    /// Opens a case with the expected values of the given precision.
    pub fn open(name: &'static str, dtype: DType) -> Self {
        let read = |file: &str| cases::read(name, file);
        let files: &[_] = match dtype {
            DType::F64 => &["expected_f64.safetensors"],
            _ => &["expected_f32.safetensors", "expected_f64.safetensors"],
        };
        Self {
            name,
            inputs: read("inputs.safetensors"),
            expected: files.iter().map(|file| read(file)).collect(),
            facts: serde_json::from_slice(&read("expected.json")).expect("valid JSON"),
            dir: cases::folder(name),
        }
    }

    /// Returns an expected array; the f64 array if the f32 file does not have it.
    #[track_caller]
    pub fn array(&self, key: &str) -> Array {
        let mut files = self.expected.iter();
        files
            .find_map(|file| array(file, key))
            .unwrap_or_else(|| panic!("{} has no {key}", self.name))
    }

    /// Returns an expected array in f64, whatever the case's precision, because the inputs of the maps exist only in
    /// f64.
    #[track_caller]
    pub fn exact(&self, key: &str) -> Array {
        let f64_file = self.expected.last().expect("a case has expected arrays");
        array(f64_file, key).unwrap_or_else(|| panic!("{} has no {key}", self.name))
    }

    /// Returns an expected number in the given precision.
    #[track_caller]
    pub fn scalar(&self, key: &str, dtype: DType) -> f64 {
        let precision = if dtype == DType::F64 { "f64" } else { "f32" };
        let number = &self.facts["scalars"][precision][key];
        number
            .as_f64()
            .unwrap_or_else(|| panic!("{} has no {key}", self.name))
    }

    fn integers(&self, key: &str) -> Option<Vec<i64>> {
        cases::integers(&self.inputs, key)
    }

    pub fn classes(&self) -> usize {
        self.facts["classes"].as_u64().unwrap() as usize
    }

    pub fn head_trained(&self) -> bool {
        self.facts["head_trained"].as_bool().unwrap()
    }

    pub fn labels(&self, split: &str) -> Vec<usize> {
        self.integers(&format!("{split}.labels"))
            .unwrap()
            .into_iter()
            .map(|l| l as usize)
            .collect()
    }

    /// Returns the parts of the model, as this crate reads them.
    pub fn parts(&self) -> (EncoderConfig, Weights, HeadWeights, Adapter) {
        let config = EncoderConfig::from_dir(&self.dir.join("model")).unwrap();
        let weights = Weights::open(&self.dir.join("model")).unwrap();
        let adapter = Adapter::load(&self.dir.join("adapter"), &config).unwrap();
        let apart = self.dir.join("head/head.safetensors");
        let trained = match apart.exists() {
            true => Some(Weights::open_file(&apart).unwrap().read_all().unwrap()),
            false => adapter.head.clone(),
        };
        let head = HeadWeights::load(&config, &weights, trained.as_ref(), Some(self.classes()), 0)
            .unwrap();
        (config, weights, head, adapter)
    }

    /// Returns the model, as this crate loads it.
    pub fn model<B: Backend>(&self, dtype: DType) -> Classifier<B> {
        let (config, weights, head, adapter) = self.parts();
        Classifier::<B>::build(
            &config,
            &weights,
            &head,
            &adapter,
            self.head_trained(),
            &Default::default(),
            dtype,
        )
        .unwrap()
    }

    /// Returns the examples of a split, without their padding.
    pub fn sequences(&self, split: &str, config: &EncoderConfig) -> Vec<Sequence> {
        let ids = self.integers(&format!("{split}.input_ids")).unwrap();
        let mask = self.integers(&format!("{split}.attention_mask")).unwrap();
        let types = self
            .integers(&format!("{split}.token_type_ids"))
            .unwrap_or_else(|| vec![0; ids.len()]);
        let examples = self.labels(split).len();
        let width = ids.len() / examples;
        (0..examples)
            .map(|example| {
                let tokens: usize = mask[example * width..][..width].iter().sum::<i64>() as usize;
                let part = |all: &[i64]| {
                    all[example * width..][..tokens]
                        .iter()
                        .map(|&v| v as u32)
                        .collect::<Vec<_>>()
                };
                Sequence::new(config, &part(&ids), &part(&types)).unwrap()
            })
            .collect()
    }
}

/// Returns the indices of all blocks of a model.
pub fn every_block<M: Model>(model: &M) -> Vec<usize> {
    (0..model.blocks().len()).collect()
}

/// Returns all values of a tensor, in row-major order.
pub fn values<B: Backend, const D: usize>(tensor: &Tensor<B, D>) -> Vec<f64> {
    tensor.to_data().convert::<f64>().to_vec().unwrap()
}

/// Returns the tolerance of [`assert_close`] for an element type.
pub fn tolerance(dtype: DType) -> f64 {
    if dtype == DType::F64 { 1e-9 } else { 1e-4 }
}

/// Fails unless max|got − want| ≤ tolerance · max|want|, both of equal length and finite.
#[track_caller]
pub fn assert_close(what: &str, got: &[f64], want: &[f64], tolerance: f64) {
    assert_eq!(got.len(), want.len(), "{what}: number of values");
    let scale = want.iter().fold(0.0f64, |m, v| m.max(v.abs()));
    for (i, (g, w)) in got.iter().zip(want).enumerate() {
        assert!(
            (g - w).abs() <= tolerance * scale,
            "{what}[{i}]: got {g:e}, want {w:e} (largest {scale:e})"
        );
    }
}
