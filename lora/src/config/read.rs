use std::path::Path;

use serde_json::{Value, json};

use super::keys::{FILE, Keys, invalid, unsupported};
use super::labels::labels;
use super::{Activation, Architecture, EncoderConfig};
use crate::error::Error;
use crate::text::{parse_json, read_json};

/// More layers than any encoder has; code that goes through the layers may loop this many times.
const MAX_LAYERS: usize = 1 << 14;

/// No limit except the checkpoint's, whose tensors must have these sizes.
const ANY: usize = isize::MAX as usize;

impl EncoderConfig {
    /// Reads `dir/config.json`.
    ///
    /// # Errors
    /// The file does not exist or is not JSON; or as [`EncoderConfig::from_json`].
    pub fn from_dir(dir: &Path) -> Result<Self, Error> {
        let expected = "a model's folder holds config.json and model.safetensors";
        Self::from_json(&read_json(&dir.join(FILE), expected)?)
    }

    /// Reads the bytes of a `config.json`.
    ///
    /// # Errors
    /// The bytes are not JSON; or as [`EncoderConfig::from_json`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        Self::from_json(&parse_json(Path::new(FILE), bytes)?)
    }

    /// Reads a `config.json` that is already parsed. Optional keys have the Python library's defaults.
    ///
    /// # Errors
    /// A size is missing or 0, the heads do not divide h, or a key asks for something that is not implemented; the
    /// error names the key.
    pub fn from_json(json: &Value) -> Result<Self, Error> {
        let keys = Keys(
            json.as_object()
                .ok_or_else(|| invalid("model_type", "is missing: the file is no JSON object"))?,
        );
        let architecture = architecture(&keys)?;
        let activation = activation(&keys)?;
        keys.only("position_embedding_type", &[json!("absolute")])?;
        keys.only("is_decoder", &[json!(false)])?;
        keys.only("add_cross_attention", &[json!(false)])?;
        keys.only("pruned_heads", &[json!({})])?;
        keys.only("quantization_config", &[])?;

        let default_padding = match architecture {
            Architecture::Bert => 0,
            Architecture::Roberta => 1,
        };
        let padding = keys.integer("pad_token_id")?.unwrap_or(default_padding);
        let mut warnings = Vec::new();
        let config = Self {
            architecture,
            vocab_size: keys.size("vocab_size", ANY)?,
            hidden_size: keys.size("hidden_size", ANY)?,
            layers: keys.size("num_hidden_layers", MAX_LAYERS)?,
            heads: keys.size("num_attention_heads", ANY)?,
            intermediate_size: keys.size("intermediate_size", ANY)?,
            max_positions: keys.size("max_position_embeddings", ANY)?,
            type_vocab_size: keys.at_most("type_vocab_size", ANY)?.unwrap_or(2),
            layer_norm_eps: keys.positive("layer_norm_eps")?.unwrap_or(1e-12),
            pad_token_id: u32::try_from(padding)
                .map_err(|_| invalid("pad_token_id", "is larger than any token id"))?,
            activation,
            initializer_range: keys.positive("initializer_range")?.unwrap_or(0.02),
            labels: labels(&keys, &mut warnings)?,
            architectures: architectures(&keys),
            warnings,
        };
        config.check().map(|()| config)
    }

    fn check(&self) -> Result<(), Error> {
        if !self.hidden_size.is_multiple_of(self.heads) {
            let problem = format!(
                "= {} does not divide hidden_size = {}",
                self.heads, self.hidden_size
            );
            return Err(invalid("num_attention_heads", problem));
        }
        if self.max_positions <= self.position_offset() {
            let problem = format!(
                "= {} leaves no position after pad_token_id + 1 = {}",
                self.max_positions,
                self.position_offset()
            );
            return Err(invalid("max_position_embeddings", problem));
        }
        Ok(())
    }
}

fn architecture(keys: &Keys) -> Result<Architecture, Error> {
    let advice = "use a model of type \"bert\" or \"roberta\"";
    match keys.text("model_type")? {
        Some("bert") => Ok(Architecture::Bert),
        Some("roberta") => Ok(Architecture::Roberta),
        Some(other) => Err(unsupported("model_type", &other.into(), advice)),
        None => Err(invalid(
            "model_type",
            "is missing; it must be \"bert\" or \"roberta\"",
        )),
    }
}

fn activation(keys: &Keys) -> Result<Activation, Error> {
    let advice = "use \"gelu\" or its tanh form \"gelu_new\"";
    match keys.text("hidden_act")? {
        Some("gelu" | "gelu_python") | None => Ok(Activation::Gelu),
        Some(
            "gelu_new" | "gelu_fast" | "gelu_accurate" | "gelu_pytorch_tanh" | "gelu_python_tanh",
        ) => Ok(Activation::GeluTanh),
        Some(other) => Err(unsupported("hidden_act", &other.into(), advice)),
    }
}

fn architectures(keys: &Keys) -> Vec<String> {
    let classes = keys.get("architectures").and_then(Value::as_array);
    let names = classes.into_iter().flatten().filter_map(Value::as_str);
    names.map(String::from).collect()
}
