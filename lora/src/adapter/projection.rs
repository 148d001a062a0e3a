use std::fmt;

use crate::config::EncoderConfig;

/// One of a layer's six linear maps. The order is that of their paths.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Projection {
    /// W_o: the heads' results, joined, back to h.
    AttentionOutput,
    /// W_k.
    Key,
    /// W_q.
    Query,
    /// W_v.
    Value,
    /// h to the feed-forward width.
    Intermediate,
    /// The feed-forward width back to h.
    Output,
}

impl Projection {
    /// All six, in order.
    pub const ALL: [Projection; 6] = [
        Projection::AttentionOutput,
        Projection::Key,
        Projection::Query,
        Projection::Value,
        Projection::Intermediate,
        Projection::Output,
    ];

    /// The module's path inside its layer.
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

    /// How many of the four steps of its layer come before it: queries, keys and values are one.
    pub(crate) fn stage(self) -> usize {
        match self {
            Projection::Query | Projection::Key | Projection::Value => 0,
            Projection::AttentionOutput => 1,
            Projection::Intermediate => 2,
            Projection::Output => 3,
        }
    }

    /// The widths of its input and its output.
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
