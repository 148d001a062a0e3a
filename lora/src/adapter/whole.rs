use super::{LoraConfig, Naming, Target};
use crate::weights::NamedTensors;

/// The two factors of a low-rank update $BA$, row-major.
#[derive(Clone, Debug, PartialEq)]
pub struct Factors {
    /// A, `[rank, in]`.
    pub a: Vec<f32>,
    /// B, `[out, rank]`.
    pub b: Vec<f32>,
}

/// A LoRA adapter: the adapted modules and their factors.
#[derive(Clone, Debug, PartialEq)]
pub struct Adapter {
    /// The contents of `adapter_config.json`.
    pub config: LoraConfig,
    /// The adapted modules, sorted by layer and path.
    pub targets: Vec<Target>,
    /// The factors of each target.
    pub factors: Vec<Factors>,
    /// The parts that are saved whole: a trained head's tensors (`classifier.weight`, `classifier.dense.bias`, …), and
    /// BERT's pooler where the checkpoint has none (`pooler.dense.weight`, …).
    pub head: Option<NamedTensors>,
    /// Whether the modules' paths begin with the architecture's name.
    pub naming: Naming,
    /// Sentences about settings in the adapter's files that are ignored or assumed.
    pub warnings: Vec<String>,
}
