use tangent_ntk_core::Block;

use super::Place;
use crate::config::{Architecture, EncoderConfig};

/// One adapted module, a block of the parameters: $y = Wx + b + s\,BAx$ with $s$ the `scaling`.
#[derive(Clone, Debug, PartialEq)]
pub struct Target {
    /// Where the module stands: blocks are sorted by this.
    pub place: Place,
    /// Rows of A.
    pub rank: usize,
    /// LoRA's α.
    pub alpha: f64,
    /// α/rank, or α/√rank with rank-stabilised scaling.
    pub scaling: f64,
}

impl Target {
    /// The block's name, the same whatever prefix the model's files have: `layer.0.attention.self.query`,
    /// `pooler.dense`.
    pub fn name(&self) -> String {
        self.place.to_string()
    }

    /// The shapes of A, `[rank, in]`, and of B, `[out, rank]`.
    pub fn shapes(&self, config: &EncoderConfig) -> ([usize; 2], [usize; 2]) {
        let (input, output) = self.place.widths(config);
        ([self.rank, input], [output, self.rank])
    }

    /// The number of entries of A and B; the largest number there is where that is more.
    pub fn parameters(&self, config: &EncoderConfig) -> usize {
        let (input, output) = self.place.widths(config);
        self.rank.saturating_mul(input.saturating_add(output))
    }

    /// The block of the entries of A and B.
    pub fn block(&self, config: &EncoderConfig) -> Block {
        let block = Block::new(self.name(), self.parameters(config));
        match self.place {
            Place::Layer(layer, projection) => block.in_layer(layer, projection.to_string()),
            Place::Pooler => block,
        }
    }

    /// The module's path in the model: `bert.encoder.layer.0.attention.self.query`.
    pub fn module(&self, config: &EncoderConfig, naming: Naming) -> String {
        let prefix = naming.prefix(config.architecture);
        format!("{prefix}{}", self.place.module())
    }
}

/// Whether an adapter's modules are those of a model with a head (`bert.encoder.…`) or of a bare encoder
/// (`encoder.…`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Naming {
    /// With the architecture's prefix, as in `BertForSequenceClassification`.
    Prefixed,
    /// Without, as in `BertModel`.
    Bare,
}

impl Naming {
    /// `bert.`, `roberta.` or nothing.
    pub fn prefix(self, architecture: Architecture) -> &'static str {
        match (self, architecture) {
            (Naming::Bare, _) => "",
            (Naming::Prefixed, Architecture::Bert) => "bert.",
            (Naming::Prefixed, Architecture::Roberta) => "roberta.",
        }
    }
}
