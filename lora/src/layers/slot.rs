use std::fmt;
use std::ops::{Index, IndexMut};

use serde::{Deserialize, Serialize};

/// The linear maps that a layer may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Slot {
    /// $W_q$.
    Query,
    /// $W_k$.
    Key,
    /// $W_v$.
    Value,
    /// $W_q$, $W_k$ and $W_v$ as one map.
    QueryKeyValue,
    /// The map after attention.
    AttentionOutput,
    /// The map of a gated feed-forward part whose result goes through the activation.
    Gate,
    /// The map into the feed-forward part; in a gated one, that whose result multiplies the activation.
    Up,
    /// Gate and up as one map.
    GateUp,
    /// The map out of the feed-forward part.
    Down,
}

impl Slot {
    /// All slots.
    pub const ALL: [Slot; 9] = [
        Slot::Query,
        Slot::Key,
        Slot::Value,
        Slot::QueryKeyValue,
        Slot::AttentionOutput,
        Slot::Gate,
        Slot::Up,
        Slot::GateUp,
        Slot::Down,
    ];

    /// Returns the slot's name: `query`, `attention_output`, ….
    pub fn name(self) -> &'static str {
        match self {
            Slot::Query => "query",
            Slot::Key => "key",
            Slot::Value => "value",
            Slot::QueryKeyValue => "query_key_value",
            Slot::AttentionOutput => "attention_output",
            Slot::Gate => "gate",
            Slot::Up => "up",
            Slot::GateUp => "gate_up",
            Slot::Down => "down",
        }
    }

    /// Returns how far above a layer's input the map lies: a cotangent passes the maps from the highest to the lowest,
    /// and maps of one stage side by side.
    pub fn stage(self) -> usize {
        match self {
            Slot::Query | Slot::Key | Slot::Value | Slot::QueryKeyValue => 0,
            Slot::AttentionOutput => 1,
            Slot::Gate | Slot::Up | Slot::GateUp => 2,
            Slot::Down => 3,
        }
    }

    /// Returns whether the map belongs to the attention part of a layer.
    pub(crate) fn is_of_attention(self) -> bool {
        self.stage() < 2
    }
}

impl fmt::Display for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// At most one value for each of a layer's linear maps.
#[derive(Clone, Debug, PartialEq)]
pub struct BySlot<T>([Option<T>; Slot::ALL.len()]);

impl<T> Default for BySlot<T> {
    fn default() -> Self {
        Self(Default::default())
    }
}

impl<T> Index<Slot> for BySlot<T> {
    type Output = Option<T>;

    fn index(&self, slot: Slot) -> &Option<T> {
        &self.0[slot as usize]
    }
}

impl<T> IndexMut<Slot> for BySlot<T> {
    fn index_mut(&mut self, slot: Slot) -> &mut Option<T> {
        &mut self.0[slot as usize]
    }
}

impl<T> BySlot<T> {
    /// Returns whether there is no value.
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(Option::is_none)
    }

    /// Returns whether there is a value for a map of the attention part.
    pub(crate) fn has_attention(&self) -> bool {
        Slot::ALL
            .into_iter()
            .any(|slot| slot.is_of_attention() && self[slot].is_some())
    }
}
