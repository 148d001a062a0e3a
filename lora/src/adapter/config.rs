use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::Start;
use super::folder::{CONFIG_FILE, EXPECTED, invalid};
use super::supported::refuse_unsupported;
use crate::error::Error;

/// What PEFT's `adapter_config.json` says of a LoRA adapter.
///
/// Keys that have no field here are kept as they were read and written back unchanged.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct LoraConfig {
    /// `r`: rows of A where `rank_pattern` says nothing else.
    #[serde(rename = "r")]
    pub rank: usize,
    /// `lora_alpha`: α where `alpha_pattern` says nothing else.
    #[serde(rename = "lora_alpha", serialize_with = "whole_if_possible")]
    pub alpha: f64,
    /// The modules to adapt.
    pub target_modules: Option<Modules>,
    /// Modules that are left alone though `target_modules` matches them.
    pub exclude_modules: Option<Modules>,
    /// The layers to adapt; all if `None` or empty.
    pub layers_to_transform: Option<OneOrMany<usize>>,
    /// The name before the layer's index, as a regular expression: `layer` here.
    pub layers_pattern: Option<OneOrMany<String>>,
    /// Ranks of the modules whose path ends in a match of the key.
    pub rank_pattern: BTreeMap<String, usize>,
    /// α of the modules whose path ends in a match of the key.
    #[serde(serialize_with = "wholes_if_possible")]
    pub alpha_pattern: BTreeMap<String, f64>,
    /// Scaling α/√rank in place of α/rank.
    pub use_rslora: bool,
    /// Modules that are trained and saved whole: the head, or none.
    pub modules_to_save: Option<Vec<String>>,
    /// How a new adapter starts.
    pub init_lora_weights: Start,
    /// Kept; dropout is for training, and off wherever derivatives are taken.
    pub lora_dropout: f64,
    /// Kept; PEFT ignores it for the linear maps of these architectures, and so does this crate.
    pub fan_in_fan_out: bool,
    /// The model class that PEFT wraps: `SEQ_CLS`, `FEATURE_EXTRACTION`, or none.
    pub task_type: Option<String>,
    /// Where the base model came from.
    pub base_model_name_or_path: Option<String>,
    /// The file as it was read.
    #[serde(skip)]
    pub(super) keys: Map<String, Value>,
}

/// A list of names, or one regular expression for whole paths.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Modules {
    /// A module is meant if its path is one of these, or ends in `.` and one of these.
    Names(Vec<String>),
    /// A module is meant if its whole path matches.
    Pattern(String),
}

/// A value, or a list of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum OneOrMany<T> {
    /// One.
    One(T),
    /// Any number.
    Many(Vec<T>),
}

impl<T> OneOrMany<T> {
    /// All of them.
    pub fn as_slice(&self) -> &[T] {
        match self {
            OneOrMany::One(value) => std::slice::from_ref(value),
            OneOrMany::Many(values) => values,
        }
    }
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
            rank_pattern: BTreeMap::new(),
            alpha_pattern: BTreeMap::new(),
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
    /// An adapter of the given rank and α on the named modules of every layer.
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

    /// The same on these layers only.
    #[must_use]
    pub fn on_layers(self, layers: impl IntoIterator<Item = usize>) -> Self {
        let layers = OneOrMany::Many(layers.into_iter().collect());
        Self {
            layers_to_transform: Some(layers),
            ..self
        }
    }

    /// Reads `dir/adapter_config.json`.
    ///
    /// # Errors
    /// The file is not there or no JSON; or as [`LoraConfig::from_json`].
    pub fn from_dir(dir: &Path) -> Result<Self, Error> {
        let path = dir.join(CONFIG_FILE);
        let text = std::fs::read_to_string(&path).map_err(|e| Error::io(&path, EXPECTED, e))?;
        Self::from_json(serde_json::from_str(&text).map_err(|source| Error::Json { path, source })?)
    }

    /// Reads an `adapter_config.json` that is already parsed.
    ///
    /// # Errors
    /// A key has a value of the wrong type, or asks for what PEFT offers and this crate does not; named.
    pub fn from_json(json: Value) -> Result<Self, Error> {
        let Value::Object(keys) = json else {
            return Err(invalid(
                "peft_type",
                "is missing: the file is no JSON object",
            ));
        };
        refuse_unsupported(&keys)?;
        let mut config = Self::default();
        let fields = json!(config);
        for key in fields
            .as_object()
            .expect("a struct serialises to an object")
            .keys()
        {
            // One at a time, so that the error can name the key.
            if let Some(value) = keys.get(key).filter(|value| !value.is_null()) {
                let mut merged = json!(config);
                merged[key] = value.clone();
                config = serde_json::from_value(merged)
                    .map_err(|e| invalid(key, format!("= {value}: {e}")))?;
            }
        }
        config.keys = keys;
        config.check().map(|()| config)
    }

    /// An `adapter_config.json` that PEFT reads: every key as it was read, but for those whose field has changed.
    pub fn to_json(&self) -> Value {
        let mut keys = self.keys.clone();
        let before = match self.keys.is_empty() {
            true => json!({}),
            false => json!(Self::from_json(Value::Object(keys.clone())).unwrap_or_default()),
        };
        let Value::Object(fields) = json!(self) else {
            unreachable!("a struct serialises to an object")
        };
        for (key, value) in fields {
            if before.get(&key) != Some(&value) {
                keys.insert(key, value);
            }
        }
        for (key, value) in [
            ("peft_type", json!("LORA")),
            ("bias", json!("none")),
            ("inference_mode", json!(true)),
        ] {
            keys.entry(key).or_insert(value);
        }
        keys.sort_keys();
        Value::Object(keys)
    }

    fn check(&self) -> Result<(), Error> {
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

/// Python writes and expects an integer where α is whole.
fn number(value: f64) -> Value {
    if value.fract() == 0.0 && value.abs() < 2f64.powi(53) {
        json!(value as i64)
    } else {
        json!(value)
    }
}

fn whole_if_possible<S: serde::Serializer>(value: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    number(*value).serialize(serializer)
}

fn wholes_if_possible<S: serde::Serializer>(
    values: &BTreeMap<String, f64>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_map(values.iter().map(|(key, &value)| (key, number(value))))
}
