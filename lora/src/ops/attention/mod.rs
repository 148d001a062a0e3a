//! Multi-head attention over ragged sequences that lie one after the other, without padding.

mod flex;
mod plain;
mod spans;

pub use spans::Spans;

use burn::tensor::{Tensor, backend::Backend};

use super::flex::{by_dtype, is_flex};
use spans::Run;

/// The rows that belong to each example, and the number of attention heads.
#[derive(Clone, Copy, Debug)]
pub struct Heads<'a> {
    /// The query rows of every example: all of its tokens, or one.
    pub queries: &'a Spans,
    /// The key and value rows of every example.
    pub keys: &'a Spans,
    /// The number of heads; it divides the hidden size.
    pub count: usize,
}

/// Queries, keys and values of every token: `[rows, h]` each, heads side by side in a row.
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
}

impl<B: Backend> Attended<B> {
    fn scale(&self, heads: Heads) -> f64 {
        scale(&self.inputs.query, heads)
    }
}

fn scale<B: Backend>(query: &Tensor<B, 2>, heads: Heads) -> f64 {
    ((query.dims()[1] / heads.count) as f64).sqrt().recip()
}

/// Computes, in each head and example, $C = P V$ with $P = \mathrm{softmax}(Q K^\top / \sqrt d)$, row by row.
///
/// # Shapes
/// - queries and result: `[query rows, h]`; keys, values: `[key rows, h]`
///
/// # Panics
/// If the spans of `heads` do not fit the rows, an example has no query or no key, or the number of heads does not
/// divide h.
pub fn attention<B: Backend>(
    inputs: Qkv<Tensor<B, 2>>,
    heads: Heads,
) -> (Tensor<B, 2>, Attended<B>) {
    check_inputs(&inputs, heads);
    let scale = scale(&inputs.query, heads);
    let (context, probabilities) = if is_flex(&inputs.query) {
        by_dtype!(inputs.query.dtype(), E => flex::forward::<E, B>(&inputs, heads, scale))
            .expect("is_flex checked the type")
    } else {
        plain::forward(&inputs, heads, scale)
    };
    (
        context,
        Attended {
            inputs,
            probabilities,
        },
    )
}

/// Returns the `wanted` cotangents of queries, keys and values:
/// $\bar V = P^\top \bar C$, $\bar S = P \odot (\bar P - \mathrm{rowsum}(\bar P \odot P))$ with
/// $\bar P = \bar C V^\top$, $\bar Q = \bar S K/\sqrt d$, $\bar K = \bar S^\top Q/\sqrt d$.
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
    let scale = kept.scale(heads);
    if is_flex(&context_bar) {
        by_dtype!(context_bar.dtype(), E => flex::pullback::<E, B>(kept, heads, scale, context_bar, wanted))
            .expect("is_flex checked the type")
    } else {
        plain::pullback(kept, heads, scale, context_bar, wanted)
    }
}

/// Returns $\dot C = \dot P V + P \dot V$ with $\dot P = P \odot (\dot S - \mathrm{rowsum}(P \odot \dot S))$ and
/// $\dot S = (\dot Q K^\top + Q \dot K^\top)/\sqrt d$. A tangent that is `None` is zero; at least one must be given.
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
    let scale = kept.scale(heads);
    if is_flex(&inputs.query) {
        by_dtype!(inputs.query.dtype(), E => flex::pushforward::<E, B>(kept, heads, scale, tangents))
            .expect("is_flex checked the type")
    } else {
        plain::pushforward(kept, heads, scale, tangents)
    }
}

/// Checks the shapes that the fast path relies on, because it reads and writes through pointers.
fn check_inputs<B: Backend>(inputs: &Qkv<Tensor<B, 2>>, heads: Heads) {
    let Heads {
        queries,
        keys,
        count,
    } = heads;
    let h = inputs.query.dims()[1];
    assert!(
        count > 0 && h.is_multiple_of(count),
        "{count} attention heads do not divide a width of {h}"
    );
    let found = [&inputs.query, &inputs.key, &inputs.value].map(Tensor::dims);
    assert!(
        found == [[queries.rows(), h], [keys.rows(), h], [keys.rows(), h]],
        "attention over {} query rows and {} key rows of one width does not fit queries, keys and values of {found:?}",
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
}

fn check_kept<B: Backend>(kept: &Attended<B>, heads: Heads) {
    check_inputs(&kept.inputs, heads);
    let found = kept.probabilities.iter().map(Tensor::dims);
    let fitting = runs(heads)
        .into_iter()
        .map(|run| [run.examples, heads.count, run.queries, run.keys]);
    assert!(
        fitting.eq(found),
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
