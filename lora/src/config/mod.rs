//! `config.json` of a Hugging Face folder: an encoder's sizes and constants, and what its outputs are called.
#![cfg_attr(
    not(test),
    deny(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)
)]

mod keys;
mod labels;
mod read;
mod write;

pub use labels::Labels;

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
    /// Outputs of a classification head, where the file says: `id2label`, `label2id` or `num_labels`.
    pub labels: Option<Labels>,
    /// `architectures`: the classes of the Python library that the checkpoint was saved from.
    #[serde(skip)]
    pub architectures: Vec<String>,
    /// What was assumed where the file contradicts itself, in sentences that name the key.
    #[serde(skip)]
    pub warnings: Vec<String>,
}

impl EncoderConfig {
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
