//! `adapter_config.json`: what it holds, what of it is supported, and how it is written.

mod asked;
mod json;
mod number;
mod order;
mod start;
pub(in crate::adapter) mod supported;
pub(in crate::adapter) mod task;

pub use asked::{Modules, OneOrMany};
pub use start::Start;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::adapter::folder::invalid;
use crate::error::Error;
use number::{whole, whole_if_possible, wholes, wholes_if_possible};
use supported::{ignored, refuse_unsupported};

/// The settings of a LoRA adapter in PEFT's `adapter_config.json`.
///
/// Keys that have no field here are kept as they were read and written back unchanged.
///
/// If several keys of a pattern match a module, the first one in the order of the file applies. [`Value`] sorts its
/// keys, so [`LoraConfig::from_json`] and [`LoraConfig::to_json`] lose that order; [`LoraConfig::from_bytes`] and
/// [`LoraConfig::to_text`] keep it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct LoraConfig {
    /// `r`: the number of rows of A, unless `rank_pattern` gives another.
    #[serde(rename = "r", deserialize_with = "whole")]
    pub rank: usize,
    /// `lora_alpha`: α, unless `alpha_pattern` gives another.
    #[serde(rename = "lora_alpha", serialize_with = "whole_if_possible")]
    pub alpha: f64,
    /// The modules to adapt.
    pub target_modules: Option<Modules>,
    /// The modules that are not adapted although `target_modules` matches them.
    pub exclude_modules: Option<Modules>,
    /// The layers to adapt; all layers if `None` or empty.
    pub layers_to_transform: Option<OneOrMany<usize>>,
    /// Regular expressions for the name before the layer's index, which is `layer` in these encoders.
    pub layers_pattern: Option<OneOrMany<String>>,
    /// The ranks of the modules whose path ends in a match of the key.
    #[serde(deserialize_with = "wholes")]
    pub rank_pattern: IndexMap<String, usize>,
    /// The values of α of the modules whose path ends in a match of the key.
    #[serde(serialize_with = "wholes_if_possible")]
    pub alpha_pattern: IndexMap<String, f64>,
    /// Whether the scaling is α/√rank instead of α/rank.
    pub use_rslora: bool,
    /// The modules that are trained and saved whole: the head, the pooler, or none.
    pub modules_to_save: Option<Vec<String>>,
    /// How the factors of a new adapter are initialised.
    pub init_lora_weights: Start,
    /// Dropout's rate. It is only kept: a model is built without dropout, which training adds.
    pub lora_dropout: f64,
    /// Kept as it was read; PEFT ignores it for the linear maps of these architectures, and so does this crate.
    pub fan_in_fan_out: bool,
    /// The kind of model that PEFT wraps: `SEQ_CLS`, `FEATURE_EXTRACTION`, …, or none.
    pub task_type: Option<String>,
    /// The path or the name of the base model.
    pub base_model_name_or_path: Option<String>,
    /// The keys of the file as they were read.
    #[serde(skip)]
    pub(in crate::adapter) keys: Map<String, Value>,
}

impl Default for LoraConfig {
    fn default() -> Self {
        Self {
            rank: 8,
            alpha: 8.0,
            target_modules: None,
            exclude_modules: None,
            layers_to_transform: None,
            layers_pattern: None,
            rank_pattern: IndexMap::new(),
            alpha_pattern: IndexMap::new(),
            use_rslora: false,
            modules_to_save: None,
            init_lora_weights: Start::Kaiming,
            lora_dropout: 0.0,
            fan_in_fan_out: false,
            task_type: None,
            base_model_name_or_path: None,
            keys: Map::new(),
        }
    }
}

impl LoraConfig {
    /// Returns a configuration that adapts the named modules of every layer with the given rank and α.
    pub fn new(
        rank: usize,
        alpha: f64,
        modules: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        let names = modules.into_iter().map(Into::into).collect();
        Self {
            rank,
            alpha,
            target_modules: Some(Modules::Names(names)),
            ..Self::default()
        }
    }

    /// Returns the same configuration, restricted to these layers.
    #[must_use]
    pub fn on_layers(self, layers: impl IntoIterator<Item = usize>) -> Self {
        let layers = OneOrMany::Many(layers.into_iter().collect());
        Self {
            layers_to_transform: Some(layers),
            ..self
        }
    }

    /// Reads an `adapter_config.json` that is already parsed.
    ///
    /// # Errors
    /// A key has a value of the wrong type, or asks for a PEFT feature that this crate does not implement; a rank is 0;
    /// an α is not finite. The error names the key.
    pub fn from_json(json: Value) -> Result<Self, Error> {
        let Value::Object(keys) = json else {
            return Err(invalid(
                "peft_type",
                "is missing: the file is no JSON object",
            ));
        };
        refuse_unsupported(&keys)?;
        let mut config = Self::default();
        let fields = config.fields();
        for key in fields.keys() {
            // The keys are added one at a time, so that the error can name the key.
            if let Some(value) = keys.get(key).filter(|value| !value.is_null()) {
                let mut merged = config.fields();
                merged.insert(key.clone(), value.clone());
                config = serde_json::from_value(merged.into())
                    .map_err(|e| invalid(key, format!("= {value}: {e}")))?;
            }
        }
        config.keys = keys;
        config.check().map(|()| config)
    }

    /// Returns the fields under their keys in the file.
    pub(in crate::adapter) fn fields(&self) -> Map<String, Value> {
        match json!(self) {
            Value::Object(fields) => fields,
            _ => Map::new(),
        }
    }

    /// Returns one sentence, which names the key, for each setting that is ignored.
    pub(in crate::adapter) fn ignored(&self) -> Vec<String> {
        ignored(self, &self.fields())
    }

    /// Refuses a rank of 0 and an α that is not finite.
    pub(in crate::adapter) fn check(&self) -> Result<(), Error> {
        if self.rank == 0 {
            return Err(invalid("r", "must be a rank of at least 1"));
        }
        if let Some((pattern, _)) = self.rank_pattern.iter().find(|&(_, &rank)| rank == 0) {
            let problem = format!("has \"{pattern}\" = 0, which must be a rank of at least 1");
            return Err(invalid("rank_pattern", problem));
        }
        if !self.alpha.is_finite() {
            let problem = format!("= {} must be a finite α", self.alpha);
            return Err(invalid("lora_alpha", problem));
        }
        let mut alphas = self.alpha_pattern.iter();
        if let Some((pattern, alpha)) = alphas.find(|(_, alpha)| !alpha.is_finite()) {
            let problem = format!("has \"{pattern}\" = {alpha}, which must be a finite α");
            return Err(invalid("alpha_pattern", problem));
        }
        Ok(())
    }
}
