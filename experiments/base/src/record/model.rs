use serde::Serialize;
use tangent_lora::adapter::{Adapter, LoraConfig};
use tangent_lora::weights::HeadSource;
use tangent_lora::{Architecture, EncoderConfig};
use tangent_ntk_core::Block;
use tangent_record::Hash;

use crate::source::Prepared;

/// The model in a result file.
#[derive(Clone, Debug, Serialize)]
pub struct ModelRecord {
    /// The model's name or folder.
    pub name: String,
    /// The commit on the hub, if the model is from there.
    pub revision: Option<String>,
    /// The model's sizes.
    pub sizes: EncoderConfig,
    /// SHA-256 of the weights.
    pub weights_sha256: String,
    /// SHA-256 of the tokenizer's files.
    pub tokenizer_sha256: String,
    /// The adapter, in PEFT's terms.
    pub adapter: LoraConfig,
    /// SHA-256 of the adapter's factors: block by block A, then B, row by row, little-endian f32.
    pub adapter_sha256: String,
    /// Where the head comes from.
    pub head: HeadSource,
    /// Where the dense map before the head comes from; it is BERT's pooler, or a part of the head.
    pub head_dense: HeadSource,
    /// The number of outputs.
    pub outputs: usize,
    /// The name and the size of each block of parameters in the kernel.
    pub blocks: Vec<(String, usize)>,
}

impl ModelRecord {
    /// Returns the record of a model in parts and its blocks.
    pub fn of(prepared: &Prepared, blocks: Vec<Block>) -> Self {
        let Prepared {
            source,
            adapter,
            head,
            ..
        } = prepared;
        Self {
            name: source.name.clone(),
            revision: source.revision.clone(),
            sizes: source.config.clone(),
            weights_sha256: source.weights.sha256().into(),
            tokenizer_sha256: source.tokenizer.sha256().into(),
            adapter_sha256: adapter_sha256(adapter),
            adapter: adapter.config.clone(),
            head: head.source,
            head_dense: head.dense_source,
            outputs: head.classes,
            blocks: blocks
                .into_iter()
                .map(|block| (block.name, block.parameters))
                .collect(),
        }
    }
}

impl ModelRecord {
    /// Returns, as text for people, the parts that no file holds and the seed draws; `None` if there are none.
    pub fn drawn(&self) -> Option<&'static str> {
        let dense = self.head_dense == HeadSource::Seeded;
        match (self.head == HeadSource::Seeded, dense) {
            (true, true) if self.sizes.architecture == Architecture::Bert => {
                Some("pooler and head")
            }
            (true, _) => Some("head"),
            (false, true) => Some("pooler"),
            (false, false) => None,
        }
    }
}

/// Returns the SHA-256 of an adapter's factors: block by block A, then B, row by row, little-endian f32.
pub fn adapter_sha256(adapter: &Adapter) -> String {
    let mut hash = Hash::default();
    for value in adapter.factors.iter().flat_map(|f| f.a.iter().chain(&f.b)) {
        hash.update(&value.to_le_bytes());
    }
    hash.hex()
}
