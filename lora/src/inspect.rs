use std::collections::BTreeSet;
use std::path::Path;

use serde::Serialize;

use crate::adapter::Projection;
use crate::config::EncoderConfig;
use crate::error::Error;
use crate::weights::{
    HeadSource, Weights, encoder_tensors, head_outputs, head_tensors, is_there, pooler_tensors,
};

/// What a checkpoint holds: its sizes, what can be adapted, what is missing.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Inspection {
    /// `config.json`.
    pub config: EncoderConfig,
    /// The longest sequence that the model takes.
    pub max_tokens: usize,
    /// SHA-256 of the weights.
    pub weights_sha256: String,
    /// The modules that can be adapted, in the order of their paths; each of them in every layer.
    pub adaptable: Vec<Adaptable>,
    /// How many numbers there are.
    pub parameters: ParameterCounts,
    /// Outputs of the head in the file, if there is one.
    pub classes: Option<usize>,
    /// Where a model made from this folder alone gets its head.
    pub head: HeadSource,
    /// Where it gets BERT's pooler; `None` for RoBERTa.
    pub pooler: Option<HeadSource>,
    /// Tensors that the encoder needs and the files do not have; the folder is of no use before they are there.
    pub missing: Vec<String>,
    /// Tensors of another shape than `config.json` says: name, expected, found.
    pub misshapen: Vec<(String, Vec<usize>, Vec<usize>)>,
    /// Tensors of no use here, such as a language-model head.
    pub unused: Vec<String>,
}

/// A linear map that exists in every layer.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Adaptable {
    /// Its path in a layer: what `target_modules` may name.
    pub module: String,
    /// Width of its input.
    pub input: usize,
    /// Width of its output.
    pub output: usize,
}

/// Numbers of parameters by part.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ParameterCounts {
    /// Word, position and type embeddings and their layer norm.
    pub embeddings: usize,
    /// One layer.
    pub layer: usize,
    /// All layers.
    pub layers: usize,
    /// BERT's pooler.
    pub pooler: usize,
    /// A head with the file's outputs, or with 2.
    pub head: usize,
    /// All of the above, the single layer aside.
    pub total: usize,
}

/// Looks into a model's folder without making a model of it.
///
/// # Errors
/// As [`EncoderConfig::from_dir`] and [`Weights::open`]. Tensors that are missing are no error here: they are listed.
pub fn inspect(dir: &Path) -> Result<Inspection, Error> {
    Ok(Inspection::of(
        EncoderConfig::from_dir(dir)?,
        &Weights::open(dir)?,
    ))
}

impl Inspection {
    /// Of a checkpoint whose files are open.
    pub fn of(config: EncoderConfig, weights: &Weights) -> Self {
        let otherwise = config.labels.unwrap_or(2);
        let classes = head_outputs(&config, |name| Some(weights.info(name)?.0), otherwise);

        let (encoder, pooler) = (encoder_tensors(&config), pooler_tensors(&config));
        let head = head_tensors(&config, classes.unwrap_or(otherwise));
        let mut found = encoder.clone();
        let there = |part: &Tensors| is_there(part, |name| weights.contains(name));
        for part in [&pooler, &head] {
            if there(part) {
                found.extend(part.iter().cloned());
            }
        }
        let missing = found
            .iter()
            .filter(|(name, _)| !weights.contains(name))
            .map(|(name, _)| name.clone());
        let misshapen = found.iter().filter_map(|(name, expected)| {
            let (shape, _) = weights.info(name)?;
            (shape != expected).then(|| (name.clone(), expected.clone(), shape.to_vec()))
        });
        let used: BTreeSet<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
        let source = |present| {
            if present {
                HeadSource::Checkpoint
            } else {
                HeadSource::Seeded
            }
        };
        Self {
            max_tokens: config.max_tokens(),
            weights_sha256: weights.sha256().into(),
            adaptable: Projection::ALL
                .map(|projection| adaptable(projection, &config))
                .into(),
            parameters: count(&config, &encoder, &pooler, &head),
            classes,
            head: source(classes.is_some()),
            pooler: (!pooler.is_empty()).then(|| source(there(&pooler))),
            missing: missing.collect(),
            misshapen: misshapen.collect(),
            unused: weights
                .names()
                .filter(|name| !used.contains(name))
                .map(String::from)
                .collect(),
            config,
        }
    }
}

fn adaptable(projection: Projection, config: &EncoderConfig) -> Adaptable {
    let (input, output) = projection.widths(config);
    Adaptable {
        module: projection.path().into(),
        input,
        output,
    }
}

type Tensors = [(String, Vec<usize>)];

fn count(
    config: &EncoderConfig,
    encoder: &Tensors,
    pooler: &Tensors,
    head: &Tensors,
) -> ParameterCounts {
    let sum = |tensors: &Tensors| {
        tensors
            .iter()
            .map(|(_, shape)| shape.iter().product::<usize>())
            .sum::<usize>()
    };
    let (embeddings, layers): (Vec<_>, Vec<_>) = encoder
        .iter()
        .cloned()
        .partition(|(name, _)| name.starts_with("embeddings."));
    let (embeddings, layers, pooler, head) =
        (sum(&embeddings), sum(&layers), sum(pooler), sum(head));
    let total = embeddings + layers + pooler + head;
    ParameterCounts {
        embeddings,
        layer: layers / config.layers,
        layers,
        pooler,
        head,
        total,
    }
}
