use std::fmt;

use super::Projection;
use crate::config::EncoderConfig;

/// Where a linear map stands that can be adapted; blocks of parameters are in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// One of the maps of a layer, which is counted from 0.
    Layer(usize, Projection),
    /// BERT's pooler, which the head reads: after all layers.
    Pooler,
}

impl Place {
    /// The layer, `None` for the pooler.
    pub fn layer(self) -> Option<usize> {
        match self {
            Place::Layer(layer, _) => Some(layer),
            Place::Pooler => None,
        }
    }

    /// The widths of the map's input and its output.
    pub fn widths(self, config: &EncoderConfig) -> (usize, usize) {
        match self {
            Place::Layer(_, projection) => projection.widths(config),
            Place::Pooler => (config.hidden_size, config.hidden_size),
        }
    }

    /// The module's path in a bare encoder, which is also that of its tensors:
    /// `encoder.layer.0.attention.self.query`, `pooler.dense`.
    pub fn module(self) -> String {
        match self {
            Place::Layer(..) => format!("encoder.{self}"),
            Place::Pooler => self.to_string(),
        }
    }

    /// The stream of random numbers of this place; those of the head are the two above the pooler's.
    pub(crate) fn stream(self) -> u64 {
        match self {
            Place::Layer(layer, projection) => {
                (layer * Projection::ALL.len() + projection as usize) as u64
            }
            Place::Pooler => u64::MAX - 2,
        }
    }
}

/// The name of the block, the same whatever prefix the model's files have.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Layer(layer, projection) => write!(f, "layer.{layer}.{projection}"),
            Place::Pooler => f.write_str("pooler.dense"),
        }
    }
}
