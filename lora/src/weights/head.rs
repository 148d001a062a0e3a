use super::random::Draws;
use super::{NamedTensors, Weights, head_outputs, head_tensors, is_there, pooler_tensors};
use crate::config::{Architecture, EncoderConfig};
use crate::error::Error;

/// Where the head's values come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum HeadSource {
    /// Saved with an adapter, or handed over in a file of its own.
    Adapter,
    /// The model's own file.
    Checkpoint,
    /// Drawn: neither of the two has one.
    Seeded,
}

/// A linear map $y = Wx + b$.
#[derive(Clone, Debug, PartialEq)]
pub struct Linear {
    /// W, `[out, in]`, row-major.
    pub weight: Vec<f32>,
    /// b, `[out]`.
    pub bias: Vec<f32>,
}

/// The classification head of either architecture: a dense map, tanh, and a linear map to the outputs, on the first
/// token's hidden state.
#[derive(Clone, Debug, PartialEq)]
pub struct HeadWeights {
    /// h → h: BERT's pooler, part of the encoder; RoBERTa's `classifier.dense`, part of the head.
    pub dense: Linear,
    /// h → C: BERT's `classifier`, RoBERTa's `classifier.out_proj`.
    pub output: Linear,
    /// C.
    pub classes: usize,
    /// Where the head comes from.
    pub source: HeadSource,
    /// Where `dense` comes from: not always the same place, for a bare checkpoint may or may not have a pooler.
    pub dense_source: HeadSource,
}

/// Streams of the seed, apart from those of the adapters' blocks.
const DENSE_STREAM: u64 = u64::MAX;
const OUTPUT_STREAM: u64 = u64::MAX - 1;

impl HeadWeights {
    /// The head: `trained` if there is one, else the checkpoint's, else a seeded one with weights normal of standard
    /// deviation `initializer_range` and zero biases, as the Python library starts them.
    ///
    /// `classes` is what the task needs; `None` takes what the head has, or the configuration's labels, or 2.
    ///
    /// # Errors
    /// The head that is there has another number of outputs than `classes`, half of its tensors, or shapes that do
    /// not fit the encoder.
    pub fn load(
        config: &EncoderConfig,
        checkpoint: &Weights,
        trained: Option<&NamedTensors>,
        classes: Option<usize>,
        seed: u64,
    ) -> Result<Self, Error> {
        let module = match config.architecture {
            Architecture::Bert => "classifier",
            Architecture::Roberta => "classifier.out_proj",
        };
        let otherwise = classes.or(config.labels).unwrap_or(2);
        let outputs = match trained {
            Some(tensors) => head_outputs(config, |name| Some(&tensors.get(name)?.0), otherwise),
            None => head_outputs(config, |name| Some(checkpoint.info(name)?.0), otherwise),
        };
        let source = match (trained, outputs) {
            (Some(_), _) => HeadSource::Adapter,
            (None, Some(_)) => HeadSource::Checkpoint,
            (None, None) => HeadSource::Seeded,
        };
        let found = outputs.unwrap_or(otherwise);
        if let Some(expected) = classes.filter(|&expected| expected != found) {
            let source_name = if source == HeadSource::Adapter {
                "adapter"
            } else {
                "checkpoint"
            };
            return Err(Error::Classes {
                source_name,
                found,
                expected,
            });
        }

        let linear = |module: &str, source, input, output, stream| -> Result<Linear, Error> {
            let (weight, bias) = (format!("{module}.weight"), format!("{module}.bias"));
            match (source, trained) {
                (HeadSource::Adapter, Some(tensors)) => Ok(Linear {
                    weight: take(tensors, &weight, &[output, input])?,
                    bias: take(tensors, &bias, &[output])?,
                }),
                (HeadSource::Seeded, _) => Ok(Linear {
                    weight: Draws::new(seed, stream)
                        .normal(output * input, config.initializer_range),
                    bias: vec![0.0; output],
                }),
                _ => Ok(Linear {
                    weight: checkpoint.tensor(&weight, &[output, input])?,
                    bias: checkpoint.tensor(&bias, &[output])?,
                }),
            }
        };
        let (dense, dense_source) = match config.architecture {
            Architecture::Roberta => ("classifier.dense", source),
            Architecture::Bert => {
                let there = is_there(&pooler_tensors(config), |name| checkpoint.contains(name));
                let source = match there {
                    true => HeadSource::Checkpoint,
                    false => HeadSource::Seeded,
                };
                ("pooler.dense", source)
            }
        };
        let h = config.hidden_size;
        Ok(Self {
            dense: linear(dense, dense_source, h, h, DENSE_STREAM)?,
            output: linear(module, source, h, found, OUTPUT_STREAM)?,
            classes: found,
            source,
            dense_source,
        })
    }

    /// The head's own tensors by name, as an adapter or a checkpoint stores them.
    pub fn tensors(&self, config: &EncoderConfig) -> NamedTensors {
        let values = match config.architecture {
            Architecture::Bert => vec![&self.output.weight, &self.output.bias],
            Architecture::Roberta => {
                vec![
                    &self.dense.weight,
                    &self.dense.bias,
                    &self.output.weight,
                    &self.output.bias,
                ]
            }
        };
        let names = head_tensors(config, self.classes);
        names
            .into_iter()
            .zip(values)
            .map(|((name, shape), values)| (name, (shape, values.clone())))
            .collect()
    }

    /// BERT's pooler by name, for a checkpoint that is written with it; nothing for RoBERTa.
    pub fn pooler(&self, config: &EncoderConfig) -> NamedTensors {
        let values = [&self.dense.weight, &self.dense.bias];
        let names = pooler_tensors(config);
        names
            .into_iter()
            .zip(values)
            .map(|((name, shape), values)| (name, (shape, values.clone())))
            .collect()
    }
}

fn take(tensors: &NamedTensors, name: &str, expected: &[usize]) -> Result<Vec<f32>, Error> {
    let (shape, values) = tensors.get(name).ok_or_else(|| missing(name))?;
    if shape != expected {
        let (name, expected, found) = (name.into(), expected.into(), shape.clone());
        return Err(Error::Shape {
            path: HANDED_OVER.into(),
            name,
            expected,
            found,
        });
    }
    Ok(values.clone())
}

fn missing(name: &str) -> Error {
    Error::MissingTensor {
        path: HANDED_OVER.into(),
        name: name.into(),
        hint: String::new(),
    }
}

/// Stands for a path in messages: by then the tensors' file is not known.
const HANDED_OVER: &str = "the trained head";
