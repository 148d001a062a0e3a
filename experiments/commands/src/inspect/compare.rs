//! Compares a model's outputs with those of another program, which `scripts/outputs.py` writes to a file.

use std::path::Path;

use burn::tensor::{DType, Tensor, backend::Backend};
use burn_flex::{Flex, FlexDevice};
use serde::{Deserialize, Serialize};
use tangent_lora::adapter::{Adapter, LoraConfig};
use tangent_lora::weights::{HeadSource, HeadWeights};
use tangent_lora::{Batch, Classifier, Sequence, Trunk};
use tangent_ntk_core::Model;

use tangent_base::source::ModelSource;
use tangent_base::{Error, Result};

/// The format of the file.
const FORMAT: &str = "tangent outputs 1";

/// The largest difference, as a share of the largest value, that counts as agreement: the rounding of f32 over some
/// dozens of layers.
const TOLERANCE: f64 = 1e-4;

/// The content of the file.
#[derive(Debug, Deserialize)]
struct Reference {
    format: String,
    examples: Vec<Example>,
}

/// What the other program computes for one text.
#[derive(Debug, Deserialize)]
struct Example {
    text: String,
    pair: Option<String>,
    ids: Vec<u32>,
    types: Vec<u32>,
    /// The last hidden state of every token.
    hidden: Vec<Vec<f64>>,
    /// The outputs of the classification head, if the model has one.
    logits: Option<Vec<f64>>,
}

/// How far two programs agree.
#[derive(Debug, Serialize)]
pub(super) struct Comparison {
    /// The number of examples compared.
    pub(super) examples: usize,
    /// The texts of the examples that have other token ids or types here.
    pub(super) other_tokens: Vec<String>,
    /// The difference of the last hidden states of all tokens.
    pub(super) hidden: Difference,
    /// The difference of the outputs, if the checkpoint has a head and the file has outputs.
    pub(super) logits: Option<Difference>,
}

/// The largest difference of two arrays.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub(super) struct Difference {
    /// The largest absolute difference.
    pub(super) largest: f64,
    /// The largest absolute value among the other program's numbers.
    pub(super) scale: f64,
}

impl Difference {
    fn take(&mut self, here: &[f64], there: &[f64]) {
        for (a, b) in here.iter().zip(there) {
            self.largest = self.largest.max((a - b).abs());
            self.scale = self.scale.max(b.abs());
        }
    }

    fn agrees(&self) -> bool {
        self.largest <= TOLERANCE * self.scale
    }
}

impl Comparison {
    /// Returns whether the tokens are the same, and the numbers agree to the rounding of f32.
    pub(super) fn agrees(&self) -> bool {
        self.other_tokens.is_empty()
            && self.hidden.agrees()
            && self.logits.is_none_or(|logits| logits.agrees())
    }
}

/// Runs the model on the token ids of the file, in f64, and compares its outputs with the file's.
///
/// # Errors
/// The file cannot be read, or belongs to another model; the model's files are not complete.
pub(super) fn compare(source: &ModelSource, file: &Path) -> Result<Comparison> {
    let reference = read(file)?;
    let (config, weights) = (&source.config, &source.weights);
    let (device, dtype) = (FlexDevice, DType::F64);
    let trunk = Trunk::<Flex>::load(config, weights, &device, dtype)?;
    let head = HeadWeights::load(config, weights, None, None, 0)?;
    let classifier = match head.source {
        HeadSource::Seeded => None,
        _ => {
            // A new adapter changes nothing: B = 0.
            let adapter = Adapter::init(LoraConfig::new(1, 1.0, ["query"]), config, 0)?;
            Some(Classifier::<Flex>::build(
                config, weights, &head, &adapter, false, &device, dtype,
            )?)
        }
    };
    let mut comparison = Comparison {
        examples: reference.examples.len(),
        other_tokens: Vec::new(),
        hidden: Difference::default(),
        logits: None,
    };
    for example in &reference.examples {
        let pair = example.pair.as_deref();
        let encoded = source
            .tokenizer
            .encode(&example.text, pair, config.max_tokens())?;
        if (&encoded.ids, &encoded.types) != (&example.ids, &example.types) {
            comparison.other_tokens.push(example.text.clone());
        }
        let sequence = Sequence::new(config, &example.ids, &example.types)?;
        let states = numbers(trunk.forward(&Batch::new(&[&sequence])));
        let there = example.hidden.concat();
        same_length(file, "hidden states", states.len(), there.len())?;
        comparison.hidden.take(&states, &there);
        if let (Some(model), Some(logits)) = (&classifier, &example.logits) {
            let outputs = numbers(model.forward(&[&sequence]));
            same_length(file, "outputs", outputs.len(), logits.len())?;
            let difference = comparison.logits.get_or_insert_default();
            difference.take(&outputs, logits);
        }
    }
    Ok(comparison)
}

fn numbers<B: Backend>(tensor: Tensor<B, 2>) -> Vec<f64> {
    tensor.into_data().iter().collect()
}

fn read(file: &Path) -> Result<Reference> {
    let failed = |reason: String| Error::ResultFile {
        path: file.into(),
        reason,
    };
    let bytes = tangent_files::read(file).map_err(|error| failed(error.to_string()))?;
    let reference: Reference = serde_json::from_slice(&bytes)
        .map_err(|error| failed(format!("{error}; scripts/outputs.py writes such a file")))?;
    match reference.format.as_str() {
        FORMAT if reference.examples.is_empty() => Err(failed("it has no examples".into())),
        FORMAT => Ok(reference),
        other => Err(failed(format!(
            "its format is `{other}`, this program reads `{FORMAT}`"
        ))),
    }
}

fn same_length(file: &Path, what: &str, here: usize, there: usize) -> Result<()> {
    if here == there {
        return Ok(());
    }
    Err(Error::ResultFile {
        path: file.into(),
        reason: format!(
            "it has {there} numbers of {what}, this model gives {here}: it belongs to another model"
        ),
    })
}
