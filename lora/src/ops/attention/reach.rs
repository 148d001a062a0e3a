use std::ops::Range;

use serde::Serialize;

/// Which keys a query attends to: those at most `before` positions before its own and at most `after` positions after
/// it. `None` is no limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Reach {
    /// How far a query looks back.
    pub before: Option<usize>,
    /// How far a query looks ahead.
    pub after: Option<usize>,
}

impl Reach {
    /// Every query attends to every key.
    pub const FULL: Self = Self {
        before: None,
        after: None,
    };

    /// Every query attends to itself and to what is before it.
    pub const CAUSAL: Self = Self {
        before: None,
        after: Some(0),
    };

    /// Returns the keys, of `count`, that a query at `position` attends to. Its own key is always one of them.
    pub fn of(self, position: usize, count: usize) -> Range<usize> {
        let start = self
            .before
            .map_or(0, |before| position.saturating_sub(before));
        let end = self.after.map_or(count, |after| {
            position.saturating_add(after).saturating_add(1)
        });
        start..end.min(count)
    }

    /// Returns whether a query at any position attends to all of `count` keys.
    pub(super) fn is_full(self, count: usize) -> bool {
        let beyond = |limit: Option<usize>| limit.is_none_or(|limit| limit + 1 >= count);
        beyond(self.before) && beyond(self.after)
    }
}
