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
        // One layer that is not there at all is listed tensor by tensor; how many more there should be is a file's word.
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

/// Sizes that no checkpoint has may be more than can be counted.
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
