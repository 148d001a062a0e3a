//! Which of a checkpoint's tensors a configuration needs, and which it leaves unused.

use std::collections::BTreeSet;

use super::layout::{embedding_tensors, encoder_tensors, layer_tensors};
use super::{Weights, head_tensors};
use crate::config::EncoderConfig;
use crate::error::Error;

/// The largest number of names that a sentence lists.
const NAMED: usize = 3;

/// Buffers that the Python library once stored and now computes.
const BUFFERS: [&str; 2] = ["embeddings.position_ids", "embeddings.token_type_ids"];

impl Weights {
    /// Checks the shapes of all tensors of the encoder against the configuration, without reading the entries. After
    /// this check the configuration's sizes are those of the file.
    ///
    /// # Errors
    /// The first tensor that is missing or has another shape.
    pub fn check(&self, config: &EncoderConfig) -> Result<(), Error> {
        // The layers come first, because their names tell architectures apart better than the names of embeddings.
        let layers = (0..config.layers).flat_map(|layer| layer_tensors(config, layer));
        layers
            .chain(embedding_tensors(config))
            .try_for_each(|(name, shape)| self.expect(&name, &shape))
    }

    /// Returns sentences about the tensors of an encoder or a head that this configuration does not use: layers beyond
    /// its `num_hidden_layers`, and tensors of parts that the architecture does not have.
    pub fn unused(&self, config: &EncoderConfig) -> Vec<String> {
        let path = self.path().display();
        let used = encoder_tensors(config)
            .into_iter()
            .chain(head_tensors(config, 1));
        let used: BTreeSet<String> = used.map(|(name, _)| name).collect();
        let (mut deepest, mut others) = (None, Vec::new());
        for name in self.names() {
            match layer_of(name) {
                Some(layer) if layer >= config.layers => deepest = deepest.max(Some(layer)),
                _ if is_of_a_model(name) && !BUFFERS.contains(&name) && !used.contains(name) => {
                    others.push(format!("`{name}`"));
                }
                _ => {}
            }
        }

        let mut sentences = Vec::new();
        if let Some(last) = deepest {
            sentences.push(format!(
                "{path}: the file has layers up to encoder.layer.{last}, config.json uses the first {} of them \
                 (num_hidden_layers)",
                config.layers
            ));
        }
        if !others.is_empty() {
            let more = match others.len().saturating_sub(NAMED) {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            others.truncate(NAMED);
            sentences.push(format!(
                "{path}: {}{more} belong to no part of the model that config.json describes and are not used",
                others.join(", ")
            ));
        }
        sentences
    }
}

/// Returns whether a tensor is named like the tensors of an encoder or of a sequence classifier, unlike a language
/// model's head.
fn is_of_a_model(name: &str) -> bool {
    ["embeddings.", "encoder.", "classifier."]
        .iter()
        .any(|part| name.starts_with(part))
}

/// Returns the layer that a tensor belongs to, if any.
fn layer_of(name: &str) -> Option<usize> {
    let (index, _) = name.strip_prefix("encoder.layer.")?.split_once('.')?;
    index.parse().ok()
}
