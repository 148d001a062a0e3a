use serde::{Deserialize, Serialize};
use tangent_lora::{Activation, Architecture, EncoderConfig};

use super::growth::{Growth, stages};
use crate::{Error, Result};

/// Everything that determines a pretraining run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipe {
    /// The seed of the corpus, the initial weights, the order of the batches and the masks.
    pub seed: u64,
    /// The number of passages to train on, besides the `held_out` ones.
    pub passages: usize,
    /// The number of passages that the held-out loss is measured on.
    pub held_out: usize,
    /// The number of layers.
    pub layers: usize,
    /// The shallower encoders that the encoder grows out of, in order; the full encoder takes the remaining steps.
    #[serde(default)]
    pub growth: Vec<Growth>,
    /// The width h.
    pub hidden_size: usize,
    /// The number of attention heads.
    pub heads: usize,
    /// The width between the two maps of the feed-forward part.
    pub intermediate_size: usize,
    /// The largest number of tokens of an example.
    pub max_tokens: usize,
    /// The standard deviation of the initial weights.
    pub initial_deviation: f64,
    /// The number of steps.
    pub steps: usize,
    /// The approximate number of tokens in a batch.
    pub batch_tokens: usize,
    /// The learning rate, which decays linearly to 0 over all steps.
    pub learning_rate: f64,
    /// The number of steps in which the learning rate rises from 0, at the start and after each growth of the encoder.
    pub warm_up: usize,
    /// AdamW's weight decay.
    pub weight_decay: f64,
}

impl Recipe {
    /// Checks that the recipe can be followed.
    ///
    /// # Errors
    /// The first key whose value is invalid.
    pub fn check(&self) -> Result<()> {
        let refused = |key, problem: &str| {
            let problem = problem.into();
            Err(Error::Recipe { key, problem })
        };
        for (key, value) in [
            ("passages", self.passages),
            ("held_out", self.held_out),
            ("layers", self.layers),
            ("hidden_size", self.hidden_size),
            ("heads", self.heads),
            ("intermediate_size", self.intermediate_size),
            ("max_tokens", self.max_tokens),
            ("steps", self.steps),
            ("batch_tokens", self.batch_tokens),
        ] {
            if value == 0 {
                return refused(key, "must be at least 1");
            }
        }
        if !self.hidden_size.is_multiple_of(self.heads) {
            return refused("heads", "must divide the hidden size");
        }
        for (key, value) in [
            ("initial_deviation", self.initial_deviation),
            ("learning_rate", self.learning_rate),
            ("weight_decay", self.weight_decay),
        ] {
            if !(value.is_finite() && value >= 0.0) {
                return refused(key, "must be finite and not negative");
            }
        }
        stages(&self.growth, self.layers, self.steps).map(drop)
    }

    /// Returns the encoder's sizes, for a vocabulary of the given size.
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
            architectures: Vec::new(),
            warnings: Vec::new(),
        }
    }

    /// Returns the learning rate of a step, counted from 0, in a stage that begins at step `start`.
    pub(super) fn rate(&self, step: usize, start: usize) -> f64 {
        let risen = ((step - start + 1) as f64 / self.warm_up.max(1) as f64).min(1.0);
        let left = 1.0 - (step + 1) as f64 / self.steps as f64;
        self.learning_rate * risen * left
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recipe_that_cannot_be_followed_is_refused() {
        let good = crate::record().recipe;
        assert!(good.check().is_ok());
        let refused = |change: fn(&mut Recipe), message: &str| {
            let mut recipe = good.clone();
            change(&mut recipe);
            let error = recipe.check().unwrap_err().to_string();
            assert!(error.contains(message), "{error}");
        };
        refused(|r| r.passages = 0, "`passages`: must be at least 1");
        refused(|r| r.steps = 0, "`steps`: must be at least 1");
        refused(|r| r.heads = 5, "`heads`: must divide the hidden size");
        refused(
            |r| r.learning_rate = f64::NAN,
            "`learning_rate`: must be finite",
        );
        refused(|r| r.layers = 11, "`growth`: ");
    }

    #[test]
    fn the_rate_rises_in_every_stage_and_falls_to_0() {
        let recipe = Recipe {
            steps: 8,
            warm_up: 2,
            learning_rate: 8.0,
            ..crate::record().recipe
        };
        let rates = |start| {
            (start..8)
                .map(|step| recipe.rate(step, start))
                .collect::<Vec<_>>()
        };
        assert_eq!(rates(0), [3.5, 6.0, 5.0, 4.0, 3.0, 2.0, 1.0, 0.0]);
        assert_eq!(rates(4), [1.5, 2.0, 1.0, 0.0]);
    }
}
