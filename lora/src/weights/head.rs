use super::random::Draws;
use super::{NamedTensors, Weights, head_outputs, head_tensors, is_there, pooler_tensors};
use crate::config::{Architecture, EncoderConfig, Labels};
use crate::error::Error;

/// Where the head's values come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum HeadSource {
    /// Saved with an adapter, or passed in a file of its own.
    Adapter,
    /// Stored in the model's own file.
    Checkpoint,
    /// Drawn by the seed, because neither of the other two has a head.
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
    /// The map h → h: BERT's pooler, part of the encoder; RoBERTa's `classifier.dense`, part of the head.
    pub dense: Linear,
    /// The map h → C: BERT's `classifier`, RoBERTa's `classifier.out_proj`.
    pub output: Linear,
    /// C, the number of outputs.
    pub classes: usize,
    /// Where the head comes from.
    pub source: HeadSource,
    /// Where `dense` comes from. It can differ from `source`, because a bare checkpoint may or may not have a pooler.
    pub dense_source: HeadSource,
    /// Sentences about why the head may not be what it is taken for.
    pub warnings: Vec<String>,
}

/// The head's streams of the seed, apart from those of the adapters' blocks.
const DENSE_STREAM: u64 = u64::MAX;
const OUTPUT_STREAM: u64 = u64::MAX - 1;

impl HeadWeights {
    /// Returns the head of `trained`, the tensors that an adapter saves whole, if there is one; else the checkpoint's
    /// head; else a head drawn by the seed, with weights normal of standard deviation `initializer_range` and zero
    /// biases, as in the Python library. BERT's pooler is looked up in the same order, separately from the head.
    ///
    /// `classes` is the number of outputs that the task needs; `None` takes the head's number, else that of the
    /// configuration's labels, else 2.
    ///
    /// # Errors
    /// The head has another number of outputs than `classes`, or shapes that do not fit the encoder; the head or the
    /// pooler lacks some of its tensors; a head or pooler must be drawn, but does not fit in memory, or the encoder's
    /// tensors do not have the configuration's sizes.
    pub fn load(
        config: &EncoderConfig,
        checkpoint: &Weights,
        trained: Option<&NamedTensors>,
        classes: Option<usize>,
        seed: u64,
    ) -> Result<Self, Error> {
        let otherwise = config.labels.as_ref().map(Labels::count);
        let otherwise = classes.or(otherwise).unwrap_or(2);
        let places = Places {
            checkpoint,
            trained,
            seed,
            deviation: config.initializer_range,
        };
        let source = places.head(config);
        let found = match (source, trained) {
            (HeadSource::Adapter, Some(tensors)) => {
                head_outputs(config, |name| Some(&tensors.get(name)?.0), otherwise)
            }
            _ => head_outputs(config, |name| Some(checkpoint.info(name)?.0), otherwise),
        };
        let found = found.unwrap_or(otherwise);
        if let Some(expected) = classes.filter(|&expected| expected != found) {
            let source_name = match source {
                HeadSource::Adapter => "adapter",
                _ => "checkpoint",
            };
            return Err(Error::Classes {
                source_name,
                found,
                expected,
            });
        }
        let (dense, dense_source, output) = match config.architecture {
            Architecture::Roberta => ("classifier.dense", source, "classifier.out_proj"),
            Architecture::Bert => {
                let source = places.source(&pooler_tensors(config));
                ("pooler.dense", source, "classifier")
            }
        };
        if [source, dense_source].contains(&HeadSource::Seeded) {
            checkpoint.check(config)?;
        }
        let h = config.hidden_size;
        Ok(Self {
            dense: places.linear(dense, dense_source, [h, h], DENSE_STREAM)?,
            output: places.linear(output, source, [found, h], OUTPUT_STREAM)?,
            classes: found,
            source,
            dense_source,
            warnings: warnings(config, source, found),
        })
    }

    /// Returns the names of the parts that the seed drew: `pooler`, `head`, both, or none.
    pub fn drawn(&self, config: &EncoderConfig) -> Vec<&'static str> {
        // RoBERTa's dense map is drawn with the head and never alone.
        let has_pooler = config.architecture == Architecture::Bert;
        let parts = [
            ("pooler", self.dense_source, has_pooler),
            ("head", self.source, true),
        ];
        parts
            .into_iter()
            .filter(|&(_, source, is_apart)| is_apart && source == HeadSource::Seeded)
            .map(|(part, _, _)| part)
            .collect()
    }

    /// Returns the head's own tensors by name, as an adapter or a checkpoint stores them.
    pub fn tensors(&self, config: &EncoderConfig) -> NamedTensors {
        let maps = match config.architecture {
            Architecture::Bert => vec![&self.output],
            Architecture::Roberta => vec![&self.dense, &self.output],
        };
        named(head_tensors(config, self.classes), maps)
    }

    /// Returns BERT's pooler by name, for a checkpoint that is written with it; nothing for RoBERTa.
    pub fn pooler(&self, config: &EncoderConfig) -> NamedTensors {
        named(pooler_tensors(config), vec![&self.dense])
    }
}

/// Returns the weights and biases of the maps under the names of their tensors.
fn named(tensors: Vec<(String, Vec<usize>)>, maps: Vec<&Linear>) -> NamedTensors {
    let values = maps.into_iter().flat_map(|map| [&map.weight, &map.bias]);
    tensors
        .into_iter()
        .zip(values)
        .map(|((name, shape), values)| (name, (shape, values.clone())))
        .collect()
}

/// Returns sentences about why a head may not be what it is taken for.
fn warnings(config: &EncoderConfig, source: HeadSource, classes: usize) -> Vec<String> {
    let mut warnings = Vec::new();
    let classes_of = &config.architectures;
    let classifies = |class: &String| class.ends_with("ForSequenceClassification");
    if source == HeadSource::Checkpoint
        && !classes_of.is_empty()
        && !classes_of.iter().any(classifies)
    {
        warnings.push(format!(
            "the checkpoint's head was trained in {} (config.json: architectures), which does not use it to \
             classify whole sequences; here it is applied to the pooled first token",
            classes_of.join(", ")
        ));
    }
    let names = config.labels.as_ref().and_then(Labels::names);
    if let Some(names) = names.filter(|names| names.len() != classes) {
        warnings.push(format!(
            "config.json names {} labels, the head has {classes} outputs; the names are not used",
            names.len()
        ));
    }
    warnings
}

/// The sources of a part of the head, in order of preference.
struct Places<'a> {
    trained: Option<&'a NamedTensors>,
    checkpoint: &'a Weights,
    seed: u64,
    /// The standard deviation of drawn weights.
    deviation: f64,
}

impl Places<'_> {
    fn hands_over(&self, name: &str) -> bool {
        self.trained.is_some_and(|there| there.contains_key(name))
    }

    /// Returns the source of the head. The `trained` tensors are the head's, unless they are only the pooler's.
    fn head(&self, config: &EncoderConfig) -> HeadSource {
        let (head, pooler) = (head_tensors(config, 1), pooler_tensors(config));
        let handed_over = |part: &[_]| is_there(part, |name| self.hands_over(name));
        match self.trained {
            Some(_) if handed_over(&head) || !handed_over(&pooler) => HeadSource::Adapter,
            _ => self.source(&head),
        }
    }

    /// Returns the first source that has any tensor of the part; it must have all of them.
    fn source(&self, part: &[(String, Vec<usize>)]) -> HeadSource {
        if is_there(part, |name| self.hands_over(name)) {
            HeadSource::Adapter
        } else if is_there(part, |name| self.checkpoint.contains(name)) {
            HeadSource::Checkpoint
        } else {
            HeadSource::Seeded
        }
    }

    fn linear(
        &self,
        module: &str,
        source: HeadSource,
        shape: [usize; 2],
        stream: u64,
    ) -> Result<Linear, Error> {
        let (weight, bias) = (format!("{module}.weight"), format!("{module}.bias"));
        let [output, _] = shape;
        match (source, self.trained) {
            (HeadSource::Adapter, Some(tensors)) => Ok(Linear {
                weight: take(tensors, &weight, &shape)?,
                bias: take(tensors, &bias, &[output])?,
            }),
            (HeadSource::Seeded, _) => {
                let too_large = |_| Error::TooLarge {
                    what: format!("a drawn {weight}"),
                    shape: shape.into(),
                    advice: "choose a task of fewer classes",
                };
                let mut draws = Draws::new(self.seed, stream);
                Ok(Linear {
                    weight: draws.normal(shape, self.deviation).map_err(too_large)?,
                    bias: vec![0.0; output],
                })
            }
            _ => Ok(Linear {
                weight: self.checkpoint.tensor(&weight, &shape)?,
                bias: self.checkpoint.tensor(&bias, &[output])?,
            }),
        }
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

/// Replaces the path in messages, because the file of the tensors is not known here.
const HANDED_OVER: &str = "the trained head";
