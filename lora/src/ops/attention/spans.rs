/// Consecutive rows that belong to one example each: example `i` has rows `starts[i] .. starts[i + 1]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spans {
    starts: Vec<usize>,
}

impl Spans {
    /// Returns spans of these lengths, one after the other.
    pub fn of_lengths(lengths: impl IntoIterator<Item = usize>) -> Self {
        let mut starts = vec![0];
        starts.extend(lengths.into_iter().scan(0, |end, length| {
            *end += length;
            Some(*end)
        }));
        Self { starts }
    }

    /// Returns `count` spans of one row each.
    pub fn single_rows(count: usize) -> Self {
        Self::of_lengths(std::iter::repeat_n(1, count))
    }

    /// Returns one span over `rows` rows: a sum over the span is then a sum over all examples.
    pub fn whole(rows: usize) -> Self {
        Self::of_lengths([rows])
    }

    /// Returns the number of examples.
    pub fn count(&self) -> usize {
        self.starts.len() - 1
    }

    /// Returns the number of rows.
    pub fn rows(&self) -> usize {
        self.starts[self.count()]
    }

    /// Returns the index of the first row of every example.
    pub fn firsts(&self) -> &[usize] {
        &self.starts[..self.count()]
    }

    /// Returns the rows of every example.
    pub fn ranges(&self) -> impl Iterator<Item = std::ops::Range<usize>> + '_ {
        self.starts.windows(2).map(|w| w[0]..w[1])
    }
}

/// Neighbouring examples with the same number of query rows and the same number of key rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::ops) struct Run {
    pub examples: usize,
    pub queries: usize,
    pub keys: usize,
    pub first_query: usize,
    pub first_key: usize,
}

pub(in crate::ops) fn runs(queries: &Spans, keys: &Spans) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for (q, k) in queries.ranges().zip(keys.ranges()) {
        match runs.last_mut() {
            Some(run) if run.queries == q.len() && run.keys == k.len() => run.examples += 1,
            _ => runs.push(Run {
                examples: 1,
                queries: q.len(),
                keys: k.len(),
                first_query: q.start,
                first_key: k.start,
            }),
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_join_neighbours_of_equal_length_only() {
        let keys = Spans::of_lengths([3, 3, 5, 3]);
        let found = runs(&Spans::single_rows(4), &keys);
        let shape: Vec<_> = found
            .iter()
            .map(|r| (r.examples, r.queries, r.keys, r.first_query, r.first_key))
            .collect();
        assert_eq!(shape, [(2, 1, 3, 0, 0), (1, 1, 5, 2, 6), (1, 1, 3, 3, 11)]);
        assert_eq!(keys.firsts(), [0, 3, 6, 11]);
        assert_eq!((keys.count(), keys.rows()), (4, 14));
    }
}
