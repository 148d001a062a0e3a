use tangent_ntk_core::Block;

use crate::adapter::Place;
use crate::config::{Architecture, EncoderConfig};

/// One adapted module, whose factors are a block of the parameters: $y = Wx + b + s\,BAx$ with $s$ the `scaling`.
#[derive(Clone, Debug, PartialEq)]
pub struct Target {
    /// The position of the module; blocks are sorted by it.
    pub place: Place,
    /// The number of rows of A.
    pub rank: usize,
    /// LoRA's α.
    pub alpha: f64,
    /// α/rank, or α/√rank with rank-stabilised scaling.
    pub scaling: f64,
}

impl Target {
    /// Returns the block's name, which does not depend on the prefix in the model's files:
    /// `layer.0.attention.self.query`, `pooler.dense`.
    pub fn name(&self) -> String {
        self.place.to_string()
    }

    /// Returns the shapes of A, `[rank, in]`, and of B, `[out, rank]`.
    pub fn shapes(&self, config: &EncoderConfig) -> ([usize; 2], [usize; 2]) {
        let (input, output) = self.place.widths(config);
        ([self.rank, input], [output, self.rank])
    }

    /// Returns the number of entries of A and B, or `usize::MAX` if it is larger.
    pub fn parameters(&self, config: &EncoderConfig) -> usize {
        let (input, output) = self.place.widths(config);
        self.rank.saturating_mul(input.saturating_add(output))
    }

    /// Returns the block of the entries of A and B.
    pub fn block(&self, config: &EncoderConfig) -> Block {
        let block = Block::new(self.name(), self.parameters(config));
        match self.place {
            Place::Layer(layer, projection) => block.in_layer(layer, projection.to_string()),
            Place::Pooler => block,
        }
    }

    /// Returns the module's path in the model, such as `bert.encoder.layer.0.attention.self.query`.
    pub fn module(&self, config: &EncoderConfig, naming: Naming) -> String {
        let prefix = naming.prefix(config.architecture);
        format!("{prefix}{}", self.place.module())
    }
}

/// Whether the paths of an adapter's modules are those of a model with a head (`bert.encoder.…`) or of a bare encoder
/// (`encoder.…`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Naming {
    /// Paths begin with the architecture's name, `bert.`.
    Prefixed,
    /// Paths begin inside the encoder.
    Bare,
}

impl Naming {
    /// Returns `bert.`, `roberta.` or an empty string.
    pub fn prefix(self, architecture: Architecture) -> &'static str {
        match (self, architecture) {
            (Naming::Bare, _) => "",
            (Naming::Prefixed, Architecture::Bert) => "bert.",
            (Naming::Prefixed, Architecture::Roberta) => "roberta.",
        }
    }
}
