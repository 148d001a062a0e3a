use serde_json::{Map, Value, json};

use super::{Activation, EncoderConfig};

impl EncoderConfig {
    /// Returns a `config.json` that Hugging Face's library reads back.
    pub fn to_json(&self) -> Value {
        let mut keys = Map::new();
        let mut put = |key: &str, value: Value| keys.insert(key.into(), value);
        if !self.architectures.is_empty() {
            put("architectures", json!(self.architectures));
        }
        put("model_type", json!(self.architecture.name()));
        put("vocab_size", json!(self.vocab_size));
        put("hidden_size", json!(self.hidden_size));
        put("num_hidden_layers", json!(self.layers));
        put("num_attention_heads", json!(self.heads));
        put("intermediate_size", json!(self.intermediate_size));
        put("max_position_embeddings", json!(self.max_positions));
        put("type_vocab_size", json!(self.type_vocab_size));
        put("layer_norm_eps", json!(self.layer_norm_eps));
        put("pad_token_id", json!(self.pad_token_id));
        let activation = match self.activation {
            Activation::Gelu => "gelu",
            Activation::GeluTanh => "gelu_new",
            Activation::Silu => "silu",
            Activation::Relu => "relu",
            Activation::Tanh => "tanh",
        };
        put("hidden_act", json!(activation));
        put("initializer_range", json!(self.initializer_range));
        if let Some(labels) = &self.labels {
            let (mut names, mut numbers) = (Map::new(), Map::new());
            for index in 0..labels.count() {
                let name = labels.name(index);
                numbers.insert(name.to_string(), json!(index));
                names.insert(index.to_string(), json!(name));
            }
            put("id2label", names.into());
            put("label2id", numbers.into());
        }
        keys.into()
    }
}
