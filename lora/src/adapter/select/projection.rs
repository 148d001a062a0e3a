use std::fmt;

use crate::config::EncoderConfig;
use crate::layers::Slot;

/// One of a layer's six linear maps, in the order of their paths.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Projection {
    /// W_o: maps the joined results of the heads back to width h.
    AttentionOutput,
    /// W_k.
    Key,
    /// W_q.
    Query,
    /// W_v.
    Value,
    /// Maps width h to the feed-forward width.
    Intermediate,
    /// Maps the feed-forward width back to h.
    Output,
}

impl Projection {
    /// Returns the slot of a layer that holds the map.
    pub fn slot(self) -> Slot {
        match self {
            Projection::AttentionOutput => Slot::AttentionOutput,
            Projection::Key => Slot::Key,
            Projection::Query => Slot::Query,
            Projection::Value => Slot::Value,
            Projection::Intermediate => Slot::Up,
            Projection::Output => Slot::Down,
        }
    }

    /// All six maps, in order.
    pub const ALL: [Projection; 6] = [
        Projection::AttentionOutput,
        Projection::Key,
        Projection::Query,
        Projection::Value,
        Projection::Intermediate,
        Projection::Output,
    ];

    /// Returns the module's path inside its layer.
    pub fn path(self) -> &'static str {
        match self {
            Projection::AttentionOutput => "attention.output.dense",
            Projection::Key => "attention.self.key",
            Projection::Query => "attention.self.query",
            Projection::Value => "attention.self.value",
            Projection::Intermediate => "intermediate.dense",
            Projection::Output => "output.dense",
        }
    }

    /// Returns the widths of the map's input and output.
    pub fn widths(self, config: &EncoderConfig) -> (usize, usize) {
        let (h, wide) = (config.hidden_size, config.intermediate_size);
        match self {
            Projection::Intermediate => (h, wide),
            Projection::Output => (wide, h),
            _ => (h, h),
        }
    }
}

impl fmt::Display for Projection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.path())
    }
}
