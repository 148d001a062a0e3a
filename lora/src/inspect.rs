use std::collections::BTreeSet;
use std::path::Path;

use serde::Serialize;

use crate::adapter::Projection;
use crate::config::{EncoderConfig, Labels};
use crate::error::Error;
use crate::weights::{
    HeadSource, Weights, embedding_tensors, head_outputs, head_tensors, is_there, layer_tensors,
    pooler_tensors,
};

/// The contents of a checkpoint: its sizes, the modules that can be adapted, and what is missing.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Inspection {
    /// The contents of `config.json`.
    pub config: EncoderConfig,
    /// The length of the longest sequence that the model takes.
    pub max_tokens: usize,
    /// SHA-256 of the weights.
    pub weights_sha256: String,
    /// The modules that can be adapted, in the order of their paths; each of them exists in every layer.
    pub adaptable: Vec<Adaptable>,
    /// The numbers of parameters.
    pub parameters: ParameterCounts,
    /// The number of outputs of the head in the file, if there is one.
    pub classes: Option<usize>,
    /// The source of the head in a model made from this folder alone.
    pub head: HeadSource,
    /// The source of BERT's pooler in such a model; `None` for RoBERTa.
    pub pooler: Option<HeadSource>,
    /// Tensors that the model needs and the files do not have; no model can be made from the folder without them.
    pub missing: Vec<String>,
    /// Tensors whose shape is not the one that `config.json` gives: name, expected shape, found shape.
    pub misshapen: Vec<(String, Vec<usize>, Vec<usize>)>,
    /// Tensors that are not used here, such as a language-model head.
    pub unused: Vec<String>,
}

/// A linear map that exists in every layer.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Adaptable {
    /// The module's path in a layer, which `target_modules` may name.
    pub module: String,
    /// The width of the module's input.
    pub input: usize,
    /// The width of the module's output.
    pub output: usize,
}

/// The numbers of parameters, by part.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ParameterCounts {
    /// The word, position and type embeddings and their layer norm.
    pub embeddings: usize,
    /// One layer.
    pub layer: usize,
    /// All layers.
    pub layers: usize,
    /// BERT's pooler.
    pub pooler: usize,
    /// A head with the outputs of the file's head, or of the configuration's labels, or with 2.
    pub head: usize,
    /// The sum of all parts; the single layer is not added again.
    pub total: usize,
}

/// Inspects a model's folder without making a model from it.
///
/// # Errors
/// As [`EncoderConfig::from_dir`] and [`Weights::open`]. Missing tensors are not an error here: they are listed.
pub fn inspect(dir: &Path) -> Result<Inspection, Error> {
    Ok(Inspection::of(
        EncoderConfig::from_dir(dir)?,
        &Weights::open(dir)?,
    ))
}

impl Inspection {
    /// Returns the inspection of a checkpoint whose files are open.
    pub fn of(config: EncoderConfig, weights: &Weights) -> Self {
        let otherwise = config.labels.as_ref().map_or(2, Labels::count);
        let classes = head_outputs(&config, |name| Some(weights.info(name)?.0), otherwise);

        let pooler = pooler_tensors(&config);
        let head = head_tensors(&config, classes.unwrap_or(otherwise));
        let mut parts = vec![embedding_tensors(&config)];
        let there = |part: &Tensors| is_there(part, |name| weights.contains(name));
        let mut absent = 0..config.layers;
        for layer in absent.by_ref() {
            let part = layer_tensors(&config, layer);
            let found = there(&part);
            parts.push(part);
            if !found {
                break;
            }
        }
        parts.extend(
            [&pooler, &head]
                .into_iter()
                .filter(|part| there(part))
                .cloned(),
        );
        let expected = || parts.iter().flatten();
        let missing = expected()
            .filter(|(name, _)| !weights.contains(name))
            .map(|(name, _)| name.clone());
        // The first layer that is missing altogether is listed tensor by tensor. The layers after it are listed as one
        // range, because only the configuration says how many there should be.
        let more = (!absent.is_empty()).then(|| {
            format!(
                "encoder.layer.{} to encoder.layer.{}",
                absent.start,
                absent.end - 1
            )
        });
        let misshapen = expected().filter_map(|(name, expected)| {
            let (shape, _) = weights.info(name)?;
            (shape != expected).then(|| (name.clone(), expected.clone(), shape.to_vec()))
        });
        let used: BTreeSet<&str> = expected().map(|(name, _)| name.as_str()).collect();
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
            parameters: count(&config, &pooler, &head),
            classes,
            head: source(classes.is_some()),
            pooler: (!pooler.is_empty()).then(|| source(there(&pooler))),
            missing: missing.chain(more).collect(),
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

/// Returns the numbers of parameters. Sizes that no checkpoint has may overflow, so the numbers saturate.
fn count(config: &EncoderConfig, pooler: &Tensors, head: &Tensors) -> ParameterCounts {
    let sum = |tensors: &Tensors| {
        tensors
            .iter()
            .map(|(_, shape)| shape.iter().copied().fold(1, usize::saturating_mul))
            .fold(0, usize::saturating_add)
    };
    let (embeddings, layer) = (
        sum(&embedding_tensors(config)),
        sum(&layer_tensors(config, 0)),
    );
    let layers = layer.saturating_mul(config.layers);
    let (pooler, head) = (sum(pooler), sum(head));
    ParameterCounts {
        embeddings,
        layer,
        layers,
        pooler,
        head,
        total: [embeddings, layers, pooler, head]
            .into_iter()
            .fold(0, usize::saturating_add),
    }
}
