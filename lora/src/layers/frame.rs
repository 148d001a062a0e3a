use crate::ops::{Spans, Turns};
use burn::tensor::backend::Backend;

/// What all layers need to know of a batch.
#[derive(Clone, Debug)]
pub struct Frame<'a, B: Backend> {
    /// The tokens of every example.
    pub spans: &'a Spans,
    /// The turns of every token, one for each kind of rotary positions that the model has.
    pub turns: Vec<Turns<B>>,
}

impl<'a, B: Backend> Frame<'a, B> {
    /// Returns the frame of a batch for a model without rotary positions.
    pub fn plain(spans: &'a Spans) -> Self {
        Self {
            spans,
            turns: Vec::new(),
        }
    }
}
