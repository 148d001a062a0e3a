use super::Projection;
use crate::config::{Architecture, EncoderConfig};

/// One adapted module, a block of the parameters: $y = Wx + b + s\,BAx$ with $s$ the `scaling`.
#[derive(Clone, Debug, PartialEq)]
pub struct Target {
    /// The encoder's layer, from 0.
    pub layer: usize,
    /// The linear map in it.
    pub projection: Projection,
    /// Rows of A.
    pub rank: usize,
    /// LoRA's α.
    pub alpha: f64,
    /// α/rank, or α/√rank with rank-stabilised scaling.
    pub scaling: f64,
}

impl Target {
    /// Where it stands: blocks are sorted by this.
    pub fn place(&self) -> (usize, Projection) {
        (self.layer, self.projection)
    }

    /// The block's name, the same whatever prefix the model's files have: `layer.0.attention.self.query`.
    pub fn name(&self) -> String {
        format!("layer.{}.{}", self.layer, self.projection)
    }

    /// The shapes of A, `[rank, in]`, and of B, `[out, rank]`.
    pub fn shapes(&self, config: &EncoderConfig) -> ([usize; 2], [usize; 2]) {
        let (input, output) = self.projection.widths(config);
        ([self.rank, input], [output, self.rank])
    }

    /// The number of entries of A and B.
    pub fn parameters(&self, config: &EncoderConfig) -> usize {
        let (input, output) = self.projection.widths(config);
        self.rank * (input + output)
    }

    /// The module's path in the model: `bert.encoder.layer.0.attention.self.query`.
    pub fn module(&self, config: &EncoderConfig, naming: Naming) -> String {
        format!(
            "{}encoder.{}",
            naming.prefix(config.architecture),
            self.name()
        )
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
