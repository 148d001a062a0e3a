//! `config.json` of a Hugging Face folder: an encoder's sizes and constants, and the names of its outputs.
#![cfg_attr(
    not(test),
    deny(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)
)]

mod keys;
mod labels;
mod read;
mod write;

pub use labels::Labels;

/// The encoder architectures whose layers this crate has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Architecture {
    /// Positions count from 0; the pooler belongs to the encoder.
    Bert,
    /// Positions count from the padding index + 1; the head has a dense layer of its own.
    Roberta,
}

impl Architecture {
    /// Returns the architecture's name in `config.json`, which is also the prefix of its tensors: `bert`, `roberta`.
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
    /// $u\,\sigma(u)$: `silu`, `swish`.
    Silu,
    /// $\max(u, 0)$: `relu`.
    Relu,
    /// $\tanh(u)$: `tanh`, of heads.
    Tanh,
}

/// The sizes and constants of an encoder: `config.json` of a Hugging Face folder.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct EncoderConfig {
    /// `model_type`.
    pub architecture: Architecture,
    /// The number of rows of the word embedding.
    pub vocab_size: usize,
    /// h, the width of a hidden state.
    pub hidden_size: usize,
    /// The number of layers, `num_hidden_layers`.
    pub layers: usize,
    /// The number of attention heads, `num_attention_heads`; it divides h.
    pub heads: usize,
    /// The width between the two maps of the feed-forward part.
    pub intermediate_size: usize,
    /// The number of rows of the position embedding, `max_position_embeddings`.
    pub max_positions: usize,
    /// The number of rows of the token-type embedding.
    pub type_vocab_size: usize,
    /// ε of every layer norm.
    pub layer_norm_eps: f64,
    /// The id of the padding token; RoBERTa counts positions from it.
    pub pad_token_id: u32,
    /// The activation, `hidden_act`.
    pub activation: Activation,
    /// The standard deviation of weights that are drawn and not trained.
    pub initializer_range: f64,
    /// The outputs of a classification head, if the file has `id2label`, `label2id` or `num_labels`.
    pub labels: Option<Labels>,
    /// `architectures`: the classes of the Python library that the checkpoint was saved from.
    #[serde(skip)]
    pub architectures: Vec<String>,
    /// Sentences, which name the key, about what was assumed where the file contradicts itself.
    #[serde(skip)]
    pub warnings: Vec<String>,
}

impl EncoderConfig {
    /// Returns the position id of a sequence's first token: 0 for BERT, `pad_token_id` + 1 for RoBERTa.
    pub fn position_offset(&self) -> usize {
        match self.architecture {
            Architecture::Bert => 0,
            Architecture::Roberta => self.pad_token_id as usize + 1,
        }
    }

    /// Returns the length of the longest sequence that has a position for every token.
    pub fn max_tokens(&self) -> usize {
        self.max_positions - self.position_offset()
    }
}
