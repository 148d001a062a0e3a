use burn::tensor::{Tensor, backend::Backend};

use crate::ops::{Spans, gather_rows, scatter_rows};

/// The tokens of an example for which a layer gives an output. Keys and values are computed for all tokens in any case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Read {
    /// All tokens.
    All,
    /// Only the first token.
    First,
    /// Only the last token.
    Last,
}

impl Read {
    /// Returns the spans of the rows that are read.
    pub(crate) fn spans(self, tokens: &Spans) -> Spans {
        match self {
            Self::All => tokens.clone(),
            Self::First | Self::Last => Spans::single_rows(tokens.count()),
        }
    }

    /// Returns the index of the row that is read of every example; `None` for all rows.
    pub(crate) fn rows(self, tokens: &Spans) -> Option<Vec<usize>> {
        match self {
            Self::All => None,
            Self::First => Some(tokens.firsts().to_vec()),
            Self::Last => Some(tokens.ranges().map(|rows| rows.end - 1).collect()),
        }
    }

    /// Returns the rows that are read.
    pub(crate) fn of<B: Backend>(self, x: &Tensor<B, 2>, tokens: &Spans) -> Tensor<B, 2> {
        match self.rows(tokens) {
            None => x.clone(),
            Some(rows) => gather_rows(x, &rows),
        }
    }

    /// Returns the rows at their places among all tokens, zero elsewhere: the pullback of [`Self::of`].
    pub(crate) fn spread<B: Backend>(self, x: Tensor<B, 2>, tokens: &Spans) -> Tensor<B, 2> {
        match self.rows(tokens) {
            None => x,
            Some(rows) => scatter_rows(x, &rows, tokens.rows()),
        }
    }
}
