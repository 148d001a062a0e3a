use std::path::Path;

use serde::{Deserialize, Serialize};
use tangent_lora::{Activation, Architecture, EncoderConfig};

use crate::{Error, Result};

/// Everything that decides a pretraining run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipe {
    /// Decides the corpus, the start, the order and the masks.
    pub seed: u64,
    /// Passages to train on; as many more as `held_out` are kept apart.
    pub passages: usize,
    /// Passages that the held-out loss is measured on.
    pub held_out: usize,
    /// Layers.
    pub layers: usize,
    /// Width h.
    pub hidden_size: usize,
    /// Attention heads.
    pub heads: usize,
    /// Width between the two maps of the feed-forward part.
    pub intermediate_size: usize,
    /// Tokens of an example at most.
    pub max_tokens: usize,
    /// Standard deviation of the weights at the start.
    pub initial_deviation: f64,
    /// Steps.
    pub steps: usize,
    /// Tokens in a batch, about.
    pub batch_tokens: usize,
    /// Learning rate at the end of the warm-up; it falls to 0 in a straight line.
    pub learning_rate: f64,
    /// Steps in which it rises to that.
    pub warm_up: usize,
    /// AdamW's decay.
    pub weight_decay: f64,
}

impl Recipe {
    /// The recipe of the embedded encoder.
    pub fn embedded() -> Self {
        Self {
            seed: 0,
            passages: 40_000,
            held_out: 1_000,
            layers: 12,
            hidden_size: 64,
            heads: 4,
            intermediate_size: 256,
            max_tokens: 160,
            initial_deviation: 0.05,
            steps: 4_000,
            batch_tokens: 768,
            learning_rate: 1e-3,
            warm_up: 400,
            weight_decay: 0.01,
        }
    }

    /// Reads a TOML file that holds every key.
    ///
    /// # Errors
    /// The file is not readable, or a key is missing or unknown.
    pub fn from_file(path: &Path) -> Result<Self> {
        let failed = |reason: String| Error::ConfigFile {
            path: path.into(),
            reason,
        };
        let text = std::fs::read_to_string(path).map_err(|e| failed(e.to_string()))?;
        toml::from_str(&text).map_err(|e| failed(e.to_string()))
    }

    /// The encoder's sizes, for a vocabulary of the given size.
    pub fn encoder(&self, vocab_size: usize) -> EncoderConfig {
        EncoderConfig {
            architecture: Architecture::Roberta,
            vocab_size,
            hidden_size: self.hidden_size,
            layers: self.layers,
            heads: self.heads,
            intermediate_size: self.intermediate_size,
            // RoBERTa counts positions from its padding index + 1.
            max_positions: self.max_tokens + 2,
            type_vocab_size: 1,
            layer_norm_eps: 1e-5,
            pad_token_id: 1,
            activation: Activation::Gelu,
            initializer_range: 0.02,
            labels: None,
        }
    }

    /// The learning rate of a step, counted from 0.
    pub fn rate(&self, step: usize) -> f64 {
        let (step, warm_up, steps) = (step as f64 + 1.0, self.warm_up as f64, self.steps as f64);
        let share = if step <= warm_up {
            step / warm_up
        } else {
            (steps - step) / (steps - warm_up).max(1.0)
        };
        self.learning_rate * share
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_rises_and_falls() {
        let recipe = Recipe {
            steps: 10,
            warm_up: 4,
            learning_rate: 8.0,
            ..Recipe::embedded()
        };
        let rates: Vec<f64> = (0..10).map(|step| recipe.rate(step)).collect();
        assert_eq!(rates[..4], [2.0, 4.0, 6.0, 8.0]);
        assert_eq!(rates[9], 0.0);
        assert!(rates[3..].is_sorted_by(|a, b| a > b));
    }
}
