//! Multi-head attention over ragged sequences that lie one after the other, without padding.

mod flex;
mod plain;
mod reach;
mod spans;

pub use reach::Reach;
pub use spans::Spans;

use std::ops::Range;

use burn::tensor::{Tensor, backend::Backend};

use super::flex::{by_dtype, is_flex};
use spans::Run;

/// The rows that belong to each example, and how the heads attend to them.
#[derive(Clone, Copy, Debug)]
pub struct Heads<'a> {
    /// The query rows of every example: all of its tokens, its first ones, or its last ones.
    pub queries: &'a Spans,
    /// The key and value rows of every example.
    pub keys: &'a Spans,
    /// H, the number of query heads.
    pub count: usize,
    /// G, the number of key and value heads; it divides H. Query head h reads key head ⌊h G/H⌋.
    pub key_count: usize,
    /// The factor of the scores, $1/\sqrt d$ in most models.
    pub scale: f64,
    /// c, if scores are capped: $s \mapsto c\tanh(s/c)$.
    pub cap: Option<f64>,
    /// Which keys a query attends to.
    pub reach: Reach,
    /// Whether an example's queries are its last rows; else they are its first rows.
    pub from_end: bool,
}

impl<'a> Heads<'a> {
    /// Returns `count` heads of this width that attend to everything: as many key heads, scores divided by the root of
    /// the width, no cap.
    pub fn new(queries: &'a Spans, keys: &'a Spans, count: usize, width: usize) -> Self {
        Self {
            queries,
            keys,
            count,
            key_count: count,
            scale: (width as f64).sqrt().recip(),
            cap: None,
            reach: Reach::FULL,
            from_end: false,
        }
    }

    /// Returns the keys, of `keys`, that row `row` of `queries` rows attends to.
    fn reach_of(&self, row: usize, queries: usize, keys: usize) -> Range<usize> {
        let first = if self.from_end { keys - queries } else { 0 };
        self.reach.of(first + row, keys)
    }
}

/// Queries `[rows, H d]`, keys and values `[rows, G d]` of every token, heads side by side in a row.
#[derive(Clone, Debug)]
pub struct Qkv<T> {
    /// Queries.
    pub query: T,
    /// Keys.
    pub key: T,
    /// Values.
    pub value: T,
}

/// What attention keeps for its pullback and its pushforward.
#[derive(Clone, Debug)]
pub struct Attended<B: Backend> {
    pub(super) inputs: Qkv<Tensor<B, 2>>,
    /// The probabilities, one tensor `[examples, heads, queries, keys]` for each run of examples of equal length.
    pub(super) probabilities: Vec<Tensor<B, 4>>,
    /// The derivative of the cap at every score, $1 - \tanh^2$, in the same shapes; empty without a cap.
    pub(super) slopes: Vec<Tensor<B, 4>>,
}

/// Computes, in each head and example, $C = P V$ with $P = \mathrm{softmax}(S)$ over the keys that a query reaches,
/// row by row, and $S = \mathrm{cap}(\sigma Q K^\top)$ for the scale σ.
///
/// # Shapes
/// - queries and result: `[query rows, H d]`; keys, values: `[key rows, G d]`
///
/// # Panics
/// If the spans of `heads` do not fit the rows, an example has no query or no key, or the numbers of heads do not
/// divide the widths or each other.
pub fn attention<B: Backend>(
    inputs: Qkv<Tensor<B, 2>>,
    heads: Heads,
) -> (Tensor<B, 2>, Attended<B>) {
    check_inputs(&inputs, heads);
    let (context, probabilities, slopes) = if is_flex(&inputs.query) {
        by_dtype!(inputs.query.dtype(), E => flex::forward::<E, B>(&inputs, heads))
            .expect("is_flex checked the type")
    } else {
        plain::forward(&inputs, heads)
    };
    (
        context,
        Attended {
            inputs,
            probabilities,
            slopes,
        },
    )
}

/// Returns the `wanted` cotangents of queries, keys and values:
/// $\bar V = P^\top \bar C$, $\bar S = P \odot (\bar P - \mathrm{rowsum}(\bar P \odot P))$ with
/// $\bar P = \bar C V^\top$, $\bar Q = \sigma \bar S K$, $\bar K = \sigma \bar S^\top Q$, where a cap multiplies
/// $\bar S$ by its derivative. A key head receives the sum over its query heads. Keys out of reach have $P = 0$, which
/// makes their part zero.
///
/// # Panics
/// If `heads` is not what [`attention`] was given, or `context_bar` does not have the shape of its result.
pub fn attention_pullback<B: Backend>(
    kept: &Attended<B>,
    heads: Heads,
    context_bar: Tensor<B, 2>,
    wanted: Qkv<bool>,
) -> Qkv<Option<Tensor<B, 2>>> {
    check_kept(kept, heads);
    check_shape("cotangent of the context", &context_bar, &kept.inputs.query);
    if is_flex(&context_bar) {
        by_dtype!(context_bar.dtype(), E => flex::pullback::<E, B>(kept, heads, context_bar, wanted))
            .expect("is_flex checked the type")
    } else {
        plain::pullback(kept, heads, context_bar, wanted)
    }
}

/// Returns $\dot C = \dot P V + P \dot V$ with $\dot P = P \odot (\dot S - \mathrm{rowsum}(P \odot \dot S))$ and
/// $\dot S = \sigma(\dot Q K^\top + Q \dot K^\top)$, which a cap multiplies by its derivative. A tangent that is `None` is zero; at least one must be given.
///
/// # Panics
/// If `heads` is not what [`attention`] was given, a tangent has another shape than its input, or none is given.
pub fn attention_pushforward<B: Backend>(
    kept: &Attended<B>,
    heads: Heads,
    tangents: Qkv<Option<Tensor<B, 2>>>,
) -> Tensor<B, 2> {
    check_kept(kept, heads);
    let inputs = &kept.inputs;
    for (name, tangent, input) in [
        ("tangent of the queries", &tangents.query, &inputs.query),
        ("tangent of the keys", &tangents.key, &inputs.key),
        ("tangent of the values", &tangents.value, &inputs.value),
    ] {
        if let Some(tangent) = tangent {
            check_shape(name, tangent, input);
        }
    }
    assert!(
        tangents.query.is_some() || tangents.key.is_some() || tangents.value.is_some(),
        "attention's pushforward takes at least one tangent"
    );
    if is_flex(&inputs.query) {
        by_dtype!(inputs.query.dtype(), E => flex::pushforward::<E, B>(kept, heads, tangents))
            .expect("is_flex checked the type")
    } else {
        plain::pushforward(kept, heads, tangents)
    }
}

/// Checks the shapes that the fast path relies on, because it reads and writes through pointers.
fn check_inputs<B: Backend>(inputs: &Qkv<Tensor<B, 2>>, heads: Heads) {
    let Heads {
        queries,
        keys,
        count,
        key_count,
        ..
    } = heads;
    let width = inputs.query.dims()[1];
    assert!(
        count > 0 && width.is_multiple_of(count),
        "{count} attention heads do not divide a width of {width}"
    );
    assert!(
        key_count > 0 && count.is_multiple_of(key_count),
        "{key_count} key heads do not divide {count} attention heads"
    );
    let key_width = width / count * key_count;
    let found = [&inputs.query, &inputs.key, &inputs.value].map(Tensor::dims);
    assert!(
        found
            == [
                [queries.rows(), width],
                [keys.rows(), key_width],
                [keys.rows(), key_width]
            ],
        "attention over {} query rows of width {width} and {} key rows of width {key_width} does not fit queries, keys \
         and values of {found:?}",
        queries.rows(),
        keys.rows(),
    );
    assert!(
        queries.count() == keys.count(),
        "the queries are of {} examples, the keys of {}",
        queries.count(),
        keys.count()
    );
    assert!(
        queries
            .ranges()
            .chain(keys.ranges())
            .all(|rows| !rows.is_empty()),
        "every example has a query and a key"
    );
    assert!(
        queries
            .ranges()
            .zip(keys.ranges())
            .all(|(queries, keys)| queries.len() <= keys.len()),
        "no example has more queries than keys"
    );
}

fn check_kept<B: Backend>(kept: &Attended<B>, heads: Heads) {
    check_inputs(&kept.inputs, heads);
    let fits = |scores: &[Tensor<B, 4>]| {
        let fitting = runs(heads)
            .into_iter()
            .map(|run| [run.examples, heads.count, run.queries, run.keys]);
        fitting.eq(scores.iter().map(Tensor::dims))
    };
    assert!(
        fits(&kept.probabilities) && (heads.cap.is_none() || fits(&kept.slopes)),
        "attention's derivatives take the spans and the {} heads that it was given",
        heads.count
    );
}

fn check_shape<B: Backend>(name: &str, got: &Tensor<B, 2>, like: &Tensor<B, 2>) {
    let (got, expected) = (got.dims(), like.dims());
    assert!(
        got == expected,
        "attention takes a {name} of {expected:?}, not {got:?}"
    );
}

/// Returns the runs of examples that can be processed as one batch.
fn runs(heads: Heads) -> Vec<Run> {
    spans::runs(heads.queries, heads.keys)
}
