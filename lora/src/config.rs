use std::path::Path;

use serde_json::{Map, Value, json};

use crate::error::Error;

/// The file's name in a model's folder.
const FILE: &str = "config.json";

/// Encoders whose layers this crate has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Architecture {
    /// Positions from 0; the pooler belongs to the encoder.
    Bert,
    /// Positions from the padding index + 1; the head has a dense layer of its own.
    Roberta,
}

impl Architecture {
    /// Its name in `config.json`, which is also the prefix of its tensors: `bert`, `roberta`.
    pub fn name(self) -> &'static str {
        match self {
            Architecture::Bert => "bert",
            Architecture::Roberta => "roberta",
        }
    }
}

/// The non-linearity between the two maps of a layer's feed-forward part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Activation {
    /// $u\,\Phi(u)$: `gelu`, `gelu_python`.
    Gelu,
    /// $\tfrac12u(1 + \tanh(\sqrt{2/\pi}\,(u + 0.044715\,u^3)))$: `gelu_new`, `gelu_fast`, `gelu_accurate`,
    /// `gelu_pytorch_tanh`, `gelu_python_tanh`, which are one function under five names.
    GeluTanh,
}

/// The sizes and constants of an encoder: `config.json` of a Hugging Face folder.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct EncoderConfig {
    /// `model_type`.
    pub architecture: Architecture,
    /// Rows of the word embedding.
    pub vocab_size: usize,
    /// h, the width of a hidden state.
    pub hidden_size: usize,
    /// `num_hidden_layers`.
    pub layers: usize,
    /// `num_attention_heads`; divides h.
    pub heads: usize,
    /// Width between the two maps of the feed-forward part.
    pub intermediate_size: usize,
    /// Rows of the position embedding, `max_position_embeddings`.
    pub max_positions: usize,
    /// Rows of the token-type embedding.
    pub type_vocab_size: usize,
    /// ε of every layer norm.
    pub layer_norm_eps: f64,
    /// The padding token; RoBERTa counts positions from it.
    pub pad_token_id: u32,
    /// `hidden_act`.
    pub activation: Activation,
    /// Standard deviation of weights that are drawn and not trained.
    pub initializer_range: f64,
    /// Outputs of a classification head, where the file says (`num_labels`, or the length of `id2label`).
    pub labels: Option<usize>,
}

impl EncoderConfig {
    /// Reads `dir/config.json`.
    ///
    /// # Errors
    /// The file is not there or no JSON; or as [`EncoderConfig::from_json`].
    pub fn from_dir(dir: &Path) -> Result<Self, Error> {
        let path = dir.join(FILE);
        let text = std::fs::read_to_string(&path).map_err(|e| {
            Error::io(
                &path,
                "a model's folder holds config.json and model.safetensors",
                e,
            )
        })?;
        Self::from_json(
            &serde_json::from_str(&text).map_err(|source| Error::Json { path, source })?,
        )
    }

    /// Reads a `config.json` that is already parsed. Optional keys have the defaults of the Python library.
    ///
    /// # Errors
    /// A size is missing or 0, the heads do not divide h, or a key asks for what is not implemented; named.
    pub fn from_json(json: &Value) -> Result<Self, Error> {
        let keys = Keys(
            json.as_object()
                .ok_or_else(|| invalid("model_type", "is missing: the file is no JSON object"))?,
        );
        let architecture = match keys.text("model_type")? {
            Some("bert") => Architecture::Bert,
            Some("roberta") => Architecture::Roberta,
            Some(_) => {
                return Err(
                    keys.unsupported("model_type", "use a model of type \"bert\" or \"roberta\"")
                );
            }
            None => {
                return Err(invalid(
                    "model_type",
                    "is missing; it must be \"bert\" or \"roberta\"",
                ));
            }
        };
        let activation = match keys.text("hidden_act")? {
            Some("gelu" | "gelu_python") | None => Activation::Gelu,
            Some(
                "gelu_new" | "gelu_fast" | "gelu_accurate" | "gelu_pytorch_tanh"
                | "gelu_python_tanh",
            ) => Activation::GeluTanh,
            Some(_) => {
                return Err(
                    keys.unsupported("hidden_act", "use \"gelu\" or its tanh form \"gelu_new\"")
                );
            }
        };
        keys.only("position_embedding_type", &[json!("absolute")])?;
        keys.only("is_decoder", &[json!(false)])?;
        keys.only("add_cross_attention", &[json!(false)])?;
        keys.only("pruned_heads", &[json!({})])?;
        keys.only("quantization_config", &[])?;

        let default_padding = if architecture == Architecture::Roberta {
            1
        } else {
            0
        };
        let padding = keys.integer("pad_token_id")?.unwrap_or(default_padding);
        let config = Self {
            architecture,
            vocab_size: keys.size("vocab_size")?,
            hidden_size: keys.size("hidden_size")?,
            layers: keys.size("num_hidden_layers")?,
            heads: keys.size("num_attention_heads")?,
            intermediate_size: keys.size("intermediate_size")?,
            max_positions: keys.size("max_position_embeddings")?,
            type_vocab_size: keys.integer("type_vocab_size")?.unwrap_or(2) as usize,
            layer_norm_eps: keys.positive("layer_norm_eps")?.unwrap_or(1e-12),
            pad_token_id: u32::try_from(padding)
                .map_err(|_| invalid("pad_token_id", "is larger than any token id"))?,
            activation,
            initializer_range: keys.positive("initializer_range")?.unwrap_or(0.02),
            labels: keys.labels()?,
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
        if self.type_vocab_size == 0 {
            return Err(invalid("type_vocab_size", "must be at least 1"));
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

    /// A `config.json` that Hugging Face's library reads back.
    pub fn to_json(&self) -> Value {
        let mut json = json!({
            "model_type": self.architecture.name(),
            "vocab_size": self.vocab_size,
            "hidden_size": self.hidden_size,
            "num_hidden_layers": self.layers,
            "num_attention_heads": self.heads,
            "intermediate_size": self.intermediate_size,
            "max_position_embeddings": self.max_positions,
            "type_vocab_size": self.type_vocab_size,
            "layer_norm_eps": self.layer_norm_eps,
            "pad_token_id": self.pad_token_id,
            "hidden_act": match self.activation {
                Activation::Gelu => "gelu",
                Activation::GeluTanh => "gelu_new",
            },
            "initializer_range": self.initializer_range,
        });
        if let Some(labels) = self.labels {
            let name = |i: usize| format!("LABEL_{i}");
            json["id2label"] = (0..labels)
                .map(|i| (i.to_string(), json!(name(i))))
                .collect::<Map<_, _>>()
                .into();
            json["label2id"] = (0..labels)
                .map(|i| (name(i), json!(i)))
                .collect::<Map<_, _>>()
                .into();
        }
        json
    }

    /// The position id of a sequence's first token: 0 for BERT, `pad_token_id` + 1 for RoBERTa.
    pub fn position_offset(&self) -> usize {
        match self.architecture {
            Architecture::Bert => 0,
            Architecture::Roberta => self.pad_token_id as usize + 1,
        }
    }

    /// The longest sequence that has a position for every token.
    pub fn max_tokens(&self) -> usize {
        self.max_positions - self.position_offset()
    }
}

/// The keys of a `config.json`; `null` is the same as not there.
struct Keys<'a>(&'a Map<String, Value>);

impl<'a> Keys<'a> {
    fn get(&self, key: &str) -> Option<&'a Value> {
        self.0.get(key).filter(|value| !value.is_null())
    }

    fn text(&self, key: &str) -> Result<Option<&'a str>, Error> {
        let text = |v: &'a Value| {
            v.as_str()
                .ok_or_else(|| invalid(key, format!("= {v} must be text")))
        };
        self.get(key).map(text).transpose()
    }

    fn integer(&self, key: &str) -> Result<Option<u64>, Error> {
        let integer = |v: &Value| {
            v.as_u64()
                .ok_or_else(|| invalid(key, format!("= {v} must be a whole number ≥ 0")))
        };
        self.get(key).map(integer).transpose()
    }

    fn size(&self, key: &str) -> Result<usize, Error> {
        match self.integer(key)? {
            Some(0) => Err(invalid(key, "must be at least 1")),
            Some(size) => Ok(size as usize),
            None => Err(invalid(key, "is missing")),
        }
    }

    fn positive(&self, key: &str) -> Result<Option<f64>, Error> {
        let positive = |v: &Value| {
            let number = v.as_f64().filter(|x| *x > 0.0 && x.is_finite());
            number.ok_or_else(|| invalid(key, format!("= {v} must be a number > 0")))
        };
        self.get(key).map(positive).transpose()
    }

    fn labels(&self) -> Result<Option<usize>, Error> {
        if self.get("num_labels").is_some() {
            return self.size("num_labels").map(Some);
        }
        let names = |v: &Value| {
            let names = v.as_object().filter(|names| !names.is_empty());
            names
                .map(Map::len)
                .ok_or_else(|| invalid("id2label", "must name at least one label"))
        };
        self.get("id2label").map(names).transpose()
    }

    /// Refuses a key that has another value than `allowed`.
    fn only(&self, key: &str, allowed: &[Value]) -> Result<(), Error> {
        match self.get(key) {
            Some(value) if !allowed.contains(value) => {
                let supported = allowed
                    .first()
                    .map_or("leave it out".into(), |value| format!("only {value} is"));
                Err(self.unsupported(key, &supported))
            }
            _ => Ok(()),
        }
    }

    fn unsupported(&self, key: &str, supported: &str) -> Error {
        Error::Unsupported {
            file: FILE,
            key: key.into(),
            value: self.0[key].to_string(),
            supported: supported.into(),
        }
    }
}

fn invalid(key: &str, problem: impl Into<String>) -> Error {
    Error::Config {
        file: FILE,
        key: key.into(),
        problem: problem.into(),
    }
}
