//! The attention part of a layer: projections, norms of queries and keys, rotary positions, attention, output map.

use burn::module::Module;
use burn::tensor::{Tensor, backend::Backend};
use serde::Serialize;

use super::frame::Frame;
use super::lora_linear::{LinearKept, LoraLinear};
use super::terms::Terms;
use super::{BySlot, Norm, Read, Reduction, Slot};
use crate::ops::{
    Attended, Heads, Normalised, Qkv, Reach, Spans, Turns, attention, attention_pullback,
    attention_pushforward, turn, turn_back,
};

/// The numbers and constants of attention.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct AttentionForm {
    /// H, the number of heads.
    pub heads: usize,
    /// G, the number of key heads.
    pub key_heads: usize,
    /// d, the width of a head.
    pub width: usize,
    /// The factor of the scores.
    pub scale: f64,
    /// The cap of the scores, if they are capped.
    pub cap: Option<f64>,
    /// Which keys a query attends to.
    pub reach: Reach,
    /// The order of the columns of a fused projection.
    pub order: FusedOrder,
    /// The index of the rotary positions among the model's; `None` without them.
    pub rotary: Option<usize>,
}

/// The order of the columns of a fused projection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FusedOrder {
    /// The queries of all heads, then all keys, then all values.
    ByKind,
    /// For each head its query, its key and its value.
    ByHead,
}

impl FusedOrder {
    /// Returns the queries, keys and values in the columns of `x`.
    fn split<B: Backend>(self, x: Tensor<B, 2>, form: &AttentionForm) -> Qkv<Tensor<B, 2>> {
        let rows = x.dims()[0];
        let [query, key] = [form.heads * form.width, form.key_heads * form.width];
        match self {
            Self::ByKind => {
                let part = |from: usize, to: usize| x.clone().slice([0..rows, from..to]);
                Qkv {
                    query: part(0, query),
                    key: part(query, query + key),
                    value: part(query + key, query + 2 * key),
                }
            }
            Self::ByHead => {
                let x = x.reshape([rows, form.heads, 3, form.width]);
                let part = |kind: usize| {
                    let all = [0..rows, 0..form.heads, kind..kind + 1, 0..form.width];
                    x.clone().slice(all).reshape([rows, query])
                };
                Qkv {
                    query: part(0),
                    key: part(1),
                    value: part(2),
                }
            }
        }
    }

    /// Undoes [`Self::split`].
    fn join<B: Backend>(self, x: Qkv<Tensor<B, 2>>, form: &AttentionForm) -> Tensor<B, 2> {
        let parts = vec![x.query, x.key, x.value];
        match self {
            Self::ByKind => Tensor::cat(parts, 1),
            Self::ByHead => {
                let rows = parts[0].dims()[0];
                let by_head = |x: Tensor<B, 2>| x.reshape([rows, form.heads, 1, form.width]);
                let wide = 3 * form.heads * form.width;
                Tensor::cat(parts.into_iter().map(by_head).collect(), 2).reshape([rows, wide])
            }
        }
    }
}

/// The attention part of a layer, without its norms and its residual.
#[derive(Module, Debug)]
pub struct Attention<B: Backend> {
    /// $W_q$, $W_k$ and $W_v$, or one map for all three.
    pub projections: Vec<LoraLinear<B>>,
    /// The norm of each head's query, if there is one.
    pub query_norm: Option<Norm<B>>,
    /// The norm of each head's key, if there is one.
    pub key_norm: Option<Norm<B>>,
    /// The map after attention.
    pub output: LoraLinear<B>,
    /// The numbers and constants.
    #[module(skip)]
    pub form: AttentionForm,
}

/// What attention keeps for its pullback and its pushforward.
#[derive(Clone, Debug)]
pub struct AttentionKept<B: Backend> {
    pub(super) tokens: Spans,
    /// The spans of the rows that are read.
    pub(super) queries: Spans,
    pub(super) read: Read,
    projected: Vec<LinearKept<B>>,
    query_norm: Option<Normalised<B>>,
    key_norm: Option<Normalised<B>>,
    /// The turns of the queries and of the keys.
    turns: Option<(Turns<B>, Turns<B>)>,
    attended: Attended<B>,
    output: LinearKept<B>,
}

/// The cotangent of attention's input: the part of the rows that are read, which comes through queries, and the part of
/// all tokens.
pub(super) struct InputBar<B: Backend> {
    by_query: Terms<B>,
    by_tokens: Terms<B>,
}

impl<B: Backend> InputBar<B> {
    /// Returns the sum, with `rows`, a cotangent of the rows that are read, added.
    pub(super) fn onto(
        self,
        rows: Option<Tensor<B, 2>>,
        read: Read,
        tokens: &Spans,
    ) -> Tensor<B, 2> {
        match read {
            Read::All => self.by_tokens.and(self.by_query).onto(rows),
            _ => {
                let at_rows = match self.by_query.is_empty() {
                    true => rows,
                    false => Some(self.by_query.onto(rows)),
                };
                self.by_tokens
                    .onto(at_rows.map(|rows| read.spread(rows, tokens)))
            }
        }
    }
}

/// Norms every head, where there is a norm; with what it keeps.
fn normed_heads<B: Backend>(
    norm: &Option<Norm<B>>,
    x: Tensor<B, 2>,
) -> (Tensor<B, 2>, Option<Normalised<B>>) {
    match norm {
        Some(norm) => {
            let (y, kept) = norm.linearize_heads(x);
            (y, Some(kept))
        }
        None => (x, None),
    }
}

impl<B: Backend> Attention<B> {
    /// Returns the slots of the projections.
    pub(super) fn slots(&self) -> &'static [Slot] {
        match self.projections.len() {
            1 => &[Slot::QueryKeyValue],
            _ => &[Slot::Query, Slot::Key, Slot::Value],
        }
    }

    fn is_fused(&self) -> bool {
        self.projections.len() == 1
    }

    fn heads<'a>(&self, queries: &'a Spans, tokens: &'a Spans, read: Read) -> Heads<'a> {
        Heads {
            queries,
            keys: tokens,
            count: self.form.heads,
            key_count: self.form.key_heads,
            scale: self.form.scale,
            cap: self.form.cap,
            reach: self.form.reach,
            from_end: read == Read::Last,
        }
    }

    /// Returns the result for the rows that are read, with `residual` added, and what the other two maps need. `x` has
    /// a row for every token, `x_read` those that are read.
    pub(super) fn linearize(
        &self,
        x: Tensor<B, 2>,
        x_read: Tensor<B, 2>,
        residual: Option<Tensor<B, 2>>,
        frame: &Frame<B>,
        read: Read,
    ) -> (Tensor<B, 2>, AttentionKept<B>) {
        let form = &self.form;
        let tokens = frame.spans;
        let queries = read.spans(tokens);
        let (projected, mut inputs) = self.project(x, x_read, read, tokens);
        let (query, query_norm) = normed_heads(&self.query_norm, inputs.query);
        let (key, key_norm) = normed_heads(&self.key_norm, inputs.key);
        (inputs.query, inputs.key) = (query, key);
        let turns = form.rotary.map(|index| {
            let key = frame.turns[index].clone();
            let query = match read.rows(tokens) {
                None => key.clone(),
                Some(rows) => key.of_rows(&rows),
            };
            (query, key)
        });
        if let Some((of_queries, of_keys)) = &turns {
            inputs.query = turn(inputs.query, of_queries, form.heads);
            inputs.key = turn(inputs.key, of_keys, form.key_heads);
        }
        let (context, attended) = attention(inputs, self.heads(&queries, tokens, read));
        let (y, output) = self.output.linearize_onto(context, residual);
        let kept = AttentionKept {
            tokens: tokens.clone(),
            queries,
            read,
            projected,
            query_norm,
            key_norm,
            turns,
            attended,
            output,
        };
        (y, kept)
    }

    /// Returns queries of the rows that are read, and keys and values of all tokens.
    fn project(
        &self,
        x: Tensor<B, 2>,
        x_read: Tensor<B, 2>,
        read: Read,
        tokens: &Spans,
    ) -> (Vec<LinearKept<B>>, Qkv<Tensor<B, 2>>) {
        match &self.projections[..] {
            [query, key, value] => {
                let (query, of_query) = query.linearize(x_read);
                let (key, of_key) = key.linearize(x.clone());
                let (value, of_value) = value.linearize(x);
                let kept = vec![of_query, of_key, of_value];
                (kept, Qkv { query, key, value })
            }
            [fused, ..] => {
                let (all, kept) = fused.linearize(x);
                let mut inputs = self.form.order.split(all, &self.form);
                inputs.query = read.of(&inputs.query, tokens);
                (vec![kept], inputs)
            }
            [] => unreachable!("attention has projections"),
        }
    }

    /// Pulls the cotangent of the result back. Returns the cotangent of the input, if it is to be `passed_on`, and
    /// writes the derivatives in the `wanted` adapters into `rows`. Nothing is computed that neither needs.
    pub(super) fn pullback(
        &self,
        kept: &AttentionKept<B>,
        y_bar: Tensor<B, 2>,
        reduction: Reduction,
        wanted: &BySlot<()>,
        passed_on: bool,
        rows: &mut BySlot<Tensor<B, 2>>,
    ) -> Option<InputBar<B>> {
        let of_queries = reduction.spans(&kept.queries);
        let of_tokens = reduction.spans(&kept.tokens);
        let cotangent = self.output.receive(y_bar);
        if wanted[Slot::AttentionOutput].is_some() {
            rows[Slot::AttentionOutput] =
                self.output
                    .parameter_rows(&kept.output, &cotangent, &of_queries);
        }
        let needed = |slot: Slot| passed_on || wanted[slot].is_some();
        let wanted_bars = match self.is_fused() {
            true => {
                let all = needed(Slot::QueryKeyValue);
                [all; 3]
            }
            false => [Slot::Query, Slot::Key, Slot::Value].map(needed),
        };
        let [query, key, value] = wanted_bars;
        if !(query || key || value) {
            return None;
        }
        let context_bar = self.output.input_terms(&kept.output, cotangent).onto(None);
        let heads = self.heads(&kept.queries, &kept.tokens, kept.read);
        let wanted_bars = Qkv { query, key, value };
        let mut bars = attention_pullback(&kept.attended, heads, context_bar, wanted_bars);
        if let Some((of_queries, of_keys)) = &kept.turns {
            let back = |bar: Option<Tensor<B, 2>>, turns, heads| {
                bar.map(|bar| turn_back(bar, turns, heads))
            };
            bars.query = back(bars.query, of_queries, self.form.heads);
            bars.key = back(bars.key, of_keys, self.form.key_heads);
        }
        let through = |norm: &Option<Norm<B>>, kept: &Option<Normalised<B>>, bar| match (norm, kept)
        {
            (Some(norm), Some(kept)) => Option::map(bar, |bar| norm.pullback_heads(kept, bar)),
            _ => bar,
        };
        bars.query = through(&self.query_norm, &kept.query_norm, bars.query);
        bars.key = through(&self.key_norm, &kept.key_norm, bars.key);

        let mut receive = |at: usize, bar: Option<Tensor<B, 2>>, spans: &Spans| {
            let (map, kept, slot) = (&self.projections[at], &kept.projected[at], self.slots()[at]);
            let cotangent = bar.map(|bar| map.receive(bar));
            let of_rows = cotangent.as_ref().filter(|_| wanted[slot].is_some());
            rows[slot] = of_rows.and_then(|c| map.parameter_rows(kept, c, spans));
            match cotangent {
                Some(cotangent) if passed_on => map.input_terms(kept, cotangent),
                _ => Terms::none(),
            }
        };
        let input = match (self.is_fused(), bars) {
            (false, bars) => InputBar {
                by_query: receive(0, bars.query, &of_queries),
                by_tokens: {
                    let by_key = receive(1, bars.key, &of_tokens);
                    by_key.and(receive(2, bars.value, &of_tokens))
                },
            },
            (true, bars) => {
                let (Some(query), Some(key), Some(value)) = (bars.query, bars.key, bars.value)
                else {
                    unreachable!("all three were asked for");
                };
                let query = kept.read.spread(query, &kept.tokens);
                let joined = self.form.order.join(Qkv { query, key, value }, &self.form);
                InputBar {
                    by_query: Terms::none(),
                    by_tokens: receive(0, Some(joined), &of_tokens),
                }
            }
        };
        passed_on.then_some(input)
    }

    /// Returns the tangent of the result from the tangent of the input, of all tokens and of the rows that are read,
    /// and a flat tangent of each adapter. `None` is zero.
    pub(super) fn pushforward(
        &self,
        kept: &AttentionKept<B>,
        x_dot: Option<Tensor<B, 2>>,
        x_dot_read: Option<Tensor<B, 2>>,
        tangents: &BySlot<Tensor<B, 1>>,
    ) -> Option<Tensor<B, 2>> {
        let of = |at: usize, x_dot| {
            let tangent = tangents[self.slots()[at]].as_ref();
            self.projections[at].pushforward(&kept.projected[at], x_dot, tangent)
        };
        let mut dots = match self.is_fused() {
            false => Qkv {
                query: of(0, x_dot_read),
                key: of(1, x_dot.clone()),
                value: of(2, x_dot),
            },
            true => match of(0, x_dot) {
                None => Qkv {
                    query: None,
                    key: None,
                    value: None,
                },
                Some(all) => {
                    let dots = self.form.order.split(all, &self.form);
                    Qkv {
                        query: Some(kept.read.of(&dots.query, &kept.tokens)),
                        key: Some(dots.key),
                        value: Some(dots.value),
                    }
                }
            },
        };
        let through = |norm: &Option<Norm<B>>, kept: &Option<Normalised<B>>, dot| match (norm, kept)
        {
            (Some(norm), Some(kept)) => Option::map(dot, |dot| norm.pushforward_heads(kept, dot)),
            _ => dot,
        };
        dots.query = through(&self.query_norm, &kept.query_norm, dots.query);
        dots.key = through(&self.key_norm, &kept.key_norm, dots.key);
        if let Some((of_queries, of_keys)) = &kept.turns {
            dots.query = dots.query.map(|dot| turn(dot, of_queries, self.form.heads));
            dots.key = dots.key.map(|dot| turn(dot, of_keys, self.form.key_heads));
        }
        let moved = dots.query.is_some() || dots.key.is_some() || dots.value.is_some();
        let heads = self.heads(&kept.queries, &kept.tokens, kept.read);
        let context_dot = moved.then(|| attention_pushforward(&kept.attended, heads, dots));
        let tangent = tangents[Slot::AttentionOutput].as_ref();
        self.output.pushforward(&kept.output, context_dot, tangent)
    }
}
