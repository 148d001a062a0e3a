use std::fmt;

use crate::adapter::Projection;
use crate::config::EncoderConfig;

/// The position of a linear map that can be adapted; blocks of parameters are sorted by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// One of the maps of a layer; layers are counted from 0.
    Layer(usize, Projection),
    /// BERT's pooler, which the head reads; it comes after all layers.
    Pooler,
}

impl Place {
    /// Returns the layer; `None` for the pooler.
    pub fn layer(self) -> Option<usize> {
        match self {
            Place::Layer(layer, _) => Some(layer),
            Place::Pooler => None,
        }
    }

    /// Returns the widths of the map's input and output.
    pub fn widths(self, config: &EncoderConfig) -> (usize, usize) {
        match self {
            Place::Layer(_, projection) => projection.widths(config),
            Place::Pooler => (config.hidden_size, config.hidden_size),
        }
    }

    /// Returns the module's path in a bare encoder, which is also the path of its tensors:
    /// `encoder.layer.0.attention.self.query`, `pooler.dense`.
    pub fn module(self) -> String {
        match self {
            Place::Layer(..) => format!("encoder.{self}"),
            Place::Pooler => self.to_string(),
        }
    }

    /// Returns the number of this position's random stream; the two numbers above the pooler's are the head's streams.
    pub(crate) fn stream(self) -> u64 {
        match self {
            Place::Layer(layer, projection) => {
                (layer * Projection::ALL.len() + projection as usize) as u64
            }
            Place::Pooler => u64::MAX - 2,
        }
    }
}

/// Writes the name of the block, which does not depend on the prefix in the model's files.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Layer(layer, projection) => write!(f, "layer.{layer}.{projection}"),
            Place::Pooler => f.write_str("pooler.dense"),
        }
    }
}
