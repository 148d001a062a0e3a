use burn::module::Module;
use burn::tensor::{Tensor, backend::Backend};

use super::LayerNorm;
use super::lora_linear::{LinearKept, LoraLinear, Received};
use super::terms::{Terms, add};
use crate::adapter::Projection;
use crate::config::Activation;
use crate::ops::{
    self, Attended, Heads, Normalised, Qkv, Spans, attention, attention_pullback,
    attention_pushforward, gather_rows, scatter_rows,
};

/// A post-norm encoder layer, as BERT and RoBERTa have it:
/// $h = \mathrm{LN}(x + \mathrm{Attention}(x))$, $y = \mathrm{LN}(h + W_2\,\mathrm{gelu}(W_1 h))$.
#[derive(Module, Debug)]
pub struct EncoderLayer<B: Backend> {
    /// $W_q$.
    pub query: LoraLinear<B>,
    /// $W_k$.
    pub key: LoraLinear<B>,
    /// $W_v$.
    pub value: LoraLinear<B>,
    /// The map after attention.
    pub attention_output: LoraLinear<B>,
    /// The norm after attention.
    pub attention_norm: LayerNorm<B>,
    /// $W_1$.
    pub intermediate: LoraLinear<B>,
    /// $W_2$.
    pub output: LoraLinear<B>,
    /// The norm after the feed-forward part.
    pub output_norm: LayerNorm<B>,
    /// The number of attention heads.
    pub heads: usize,
    /// The function between $W_1$ and $W_2$.
    #[module(skip)]
    pub activation: Activation,
}

/// The tokens of an example for which a layer gives an output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Queries {
    /// All tokens.
    All,
    /// Only the first token, which the head classifies; keys and values are still computed for all tokens.
    First,
}

/// The rows over which the derivatives in parameters are summed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reduction {
    /// The tokens of each example: the result has one row of the Jacobian for each example.
    PerExample,
    /// All tokens of all examples: the result is a gradient.
    Sum,
}

impl Reduction {
    pub(crate) fn spans(self, per_example: &Spans) -> Spans {
        match self {
            Self::PerExample => per_example.clone(),
            Self::Sum => Spans::whole(per_example.rows()),
        }
    }
}

/// One value for each of a layer's six linear maps, in the order of [`Projection`].
pub type PerProjection<T> = [Option<T>; 6];

/// What a layer keeps for its pullback and its pushforward.
#[derive(Clone, Debug)]
pub struct LayerKept<B: Backend> {
    tokens: Spans,
    queries: Spans,
    only_first: bool,
    projected: Qkv<LinearKept<B>>,
    attended: Attended<B>,
    attention_output: LinearKept<B>,
    attention_norm: Normalised<B>,
    intermediate: LinearKept<B>,
    /// The derivative of GELU at every entry.
    slope: Tensor<B, 2>,
    output: LinearKept<B>,
    output_norm: Normalised<B>,
}

impl<B: Backend> LayerKept<B> {
    fn heads(&self, count: usize) -> Heads<'_> {
        Heads {
            queries: &self.queries,
            keys: &self.tokens,
            count,
        }
    }
}

impl<B: Backend> EncoderLayer<B> {
    /// Returns one of the layer's six linear maps.
    pub fn projection(&self, projection: Projection) -> &LoraLinear<B> {
        match projection {
            Projection::AttentionOutput => &self.attention_output,
            Projection::Key => &self.key,
            Projection::Query => &self.query,
            Projection::Value => &self.value,
            Projection::Intermediate => &self.intermediate,
            Projection::Output => &self.output,
        }
    }

    pub(crate) fn projection_mut(&mut self, projection: Projection) -> &mut LoraLinear<B> {
        match projection {
            Projection::AttentionOutput => &mut self.attention_output,
            Projection::Key => &mut self.key,
            Projection::Query => &mut self.query,
            Projection::Value => &mut self.value,
            Projection::Intermediate => &mut self.intermediate,
            Projection::Output => &mut self.output,
        }
    }

    /// Returns whether any of the maps has an adapter.
    pub fn is_adapted(&self) -> bool {
        Projection::ALL
            .iter()
            .any(|&p| self.projection(p).lora.is_some())
    }

    /// Maps `[tokens, h]` to `[tokens, h]`, or to `[examples, h]` for [`Queries::First`].
    pub fn forward(&self, x: Tensor<B, 2>, tokens: &Spans, queries: Queries) -> Tensor<B, 2> {
        let (x_queries, query_spans) = select(&x, tokens, queries);
        let inputs = Qkv {
            query: self.query.forward(x_queries.clone()),
            key: self.key.forward(x.clone()),
            value: self.value.forward(x),
        };
        let heads = Heads {
            queries: &query_spans,
            keys: tokens,
            count: self.heads,
        };
        let (context, _) = attention(inputs, heads);
        let h = self.attention_norm.forward(
            self.attention_output
                .linearize_onto(context, Some(x_queries))
                .0,
        );
        let activated = ops::gelu(self.intermediate.forward(h.clone()), self.activation);
        self.output_norm
            .forward(self.output.linearize_onto(activated, Some(h)).0)
    }

    /// Returns the result of `forward`, and what the other two maps need.
    pub fn linearize(
        &self,
        x: Tensor<B, 2>,
        tokens: &Spans,
        queries: Queries,
    ) -> (Tensor<B, 2>, LayerKept<B>) {
        let (x_queries, query_spans) = select(&x, tokens, queries);
        let (query, query_kept) = self.query.linearize(x_queries.clone());
        let (key, key_kept) = self.key.linearize(x.clone());
        let (value, value_kept) = self.value.linearize(x);
        let heads = Heads {
            queries: &query_spans,
            keys: tokens,
            count: self.heads,
        };
        let (context, attended) = attention(Qkv { query, key, value }, heads);
        let (sum, attention_output) = self
            .attention_output
            .linearize_onto(context, Some(x_queries));
        let (h, attention_norm) = self.attention_norm.linearize(sum);
        let (u, intermediate) = self.intermediate.linearize(h.clone());
        let (activated, slope) = ops::gelu_with_derivative(u, self.activation);
        let (sum, output) = self.output.linearize_onto(activated, Some(h));
        let (y, output_norm) = self.output_norm.linearize(sum);
        let kept = LayerKept {
            tokens: tokens.clone(),
            queries: query_spans,
            only_first: queries == Queries::First,
            projected: Qkv {
                query: query_kept,
                key: key_kept,
                value: value_kept,
            },
            attended,
            attention_output,
            attention_norm,
            intermediate,
            slope,
            output,
            output_norm,
        };
        (y, kept)
    }

    /// Pulls the cotangent of the layer's output back. Returns the cotangent of the input, if it is to be `passed_on`,
    /// and for every `wanted` map the derivative in its adapter, `[examples, p]` or `[1, p]`. Nothing is computed that
    /// neither result needs.
    pub fn pullback(
        &self,
        kept: &LayerKept<B>,
        y_bar: Tensor<B, 2>,
        reduction: Reduction,
        wanted: &PerProjection<()>,
        passed_on: bool,
    ) -> (Option<Tensor<B, 2>>, PerProjection<Tensor<B, 2>>) {
        let mut rows: PerProjection<Tensor<B, 2>> = Default::default();
        let of_queries = reduction.spans(&kept.queries);
        let is_wanted = |at: Projection| wanted[at as usize].is_some();
        let projections_wanted = Qkv {
            query: passed_on || is_wanted(Projection::Query),
            key: passed_on || is_wanted(Projection::Key),
            value: passed_on || is_wanted(Projection::Value),
        };
        let below_attention =
            projections_wanted.query || projections_wanted.key || projections_wanted.value;
        let below_norm = below_attention || is_wanted(Projection::AttentionOutput);
        let below_activation = below_norm || is_wanted(Projection::Intermediate);

        let sum_bar = self.output_norm.pullback(&kept.output_norm, y_bar);
        let cotangent = self.output.receive(sum_bar.clone());
        if is_wanted(Projection::Output) {
            rows[Projection::Output as usize] =
                self.output
                    .parameter_rows(&kept.output, &cotangent, &of_queries);
        }
        if !below_activation {
            return (None, rows);
        }
        let activated_bar = self.output.input_terms(&kept.output, cotangent).onto(None);
        let u_bar = activated_bar * kept.slope.clone();
        let cotangent = self.intermediate.receive(u_bar);
        if is_wanted(Projection::Intermediate) {
            rows[Projection::Intermediate as usize] =
                self.intermediate
                    .parameter_rows(&kept.intermediate, &cotangent, &of_queries);
        }
        if !below_norm {
            return (None, rows);
        }
        let h_bar = self
            .intermediate
            .input_terms(&kept.intermediate, cotangent)
            .onto(Some(sum_bar));
        let sum_bar = self.attention_norm.pullback(&kept.attention_norm, h_bar);
        let cotangent = self.attention_output.receive(sum_bar.clone());
        if is_wanted(Projection::AttentionOutput) {
            rows[Projection::AttentionOutput as usize] = self.attention_output.parameter_rows(
                &kept.attention_output,
                &cotangent,
                &of_queries,
            );
        }
        if !below_attention {
            return (None, rows);
        }
        let context_bar = self
            .attention_output
            .input_terms(&kept.attention_output, cotangent)
            .onto(None);
        let bars = attention_pullback(
            &kept.attended,
            kept.heads(self.heads),
            context_bar,
            projections_wanted,
        );

        let of_tokens = reduction.spans(&kept.tokens);
        let mut receive = |map: &LoraLinear<B>,
                           bar: Option<Tensor<B, 2>>,
                           kept: &LinearKept<B>,
                           spans: &Spans,
                           at: Projection| {
            let cotangent: Option<Received<B>> = bar.map(|bar| map.receive(bar));
            let of_rows = cotangent.as_ref().filter(|_| is_wanted(at));
            rows[at as usize] = of_rows.and_then(|c| map.parameter_rows(kept, c, spans));
            cotangent.map_or_else(Terms::none, |c| map.input_terms(kept, c))
        };
        let by_query = receive(
            &self.query,
            bars.query,
            &kept.projected.query,
            &of_queries,
            Projection::Query,
        );
        let by_key = receive(
            &self.key,
            bars.key,
            &kept.projected.key,
            &of_tokens,
            Projection::Key,
        );
        let by_value = receive(
            &self.value,
            bars.value,
            &kept.projected.value,
            &of_tokens,
            Projection::Value,
        );
        let x_bar = passed_on.then(|| join(kept, sum_bar, by_query, by_key.and(by_value)));
        (x_bar, rows)
    }

    /// Returns the tangent of the layer's output from the tangent of its input and a flat tangent of each adapter.
    /// `None` is zero.
    pub fn pushforward(
        &self,
        kept: &LayerKept<B>,
        x_dot: Option<Tensor<B, 2>>,
        tangents: &PerProjection<Tensor<B, 1>>,
    ) -> Option<Tensor<B, 2>> {
        let of = |projection: Projection| tangents[projection as usize].as_ref();
        let x_dot_queries = x_dot.as_ref().map(|x| match kept.only_first {
            true => gather_rows(x, kept.tokens.firsts()),
            false => x.clone(),
        });
        let projected = Qkv {
            query: self.query.pushforward(
                &kept.projected.query,
                x_dot_queries.clone(),
                of(Projection::Query),
            ),
            key: self
                .key
                .pushforward(&kept.projected.key, x_dot.clone(), of(Projection::Key)),
            value: self
                .value
                .pushforward(&kept.projected.value, x_dot, of(Projection::Value)),
        };
        let moved =
            projected.query.is_some() || projected.key.is_some() || projected.value.is_some();
        let context_dot =
            moved.then(|| attention_pushforward(&kept.attended, kept.heads(self.heads), projected));
        let sum_dot = add(
            self.attention_output.pushforward(
                &kept.attention_output,
                context_dot,
                of(Projection::AttentionOutput),
            ),
            x_dot_queries,
        );
        let h_dot = sum_dot.map(|dot| self.attention_norm.pushforward(&kept.attention_norm, dot));
        let u_dot = self.intermediate.pushforward(
            &kept.intermediate,
            h_dot.clone(),
            of(Projection::Intermediate),
        );
        let activated_dot = u_dot.map(|dot| dot * kept.slope.clone());
        let sum_dot = add(
            self.output
                .pushforward(&kept.output, activated_dot, of(Projection::Output)),
            h_dot,
        );
        sum_dot.map(|dot| self.output_norm.pushforward(&kept.output_norm, dot))
    }
}

/// Returns the cotangent of a layer's input: the sum of the part that comes through the queries and the residual and
/// the part that comes through keys and values.
fn join<B: Backend>(
    kept: &LayerKept<B>,
    residual: Tensor<B, 2>,
    by_query: Terms<B>,
    by_tokens: Terms<B>,
) -> Tensor<B, 2> {
    if kept.only_first {
        let first = by_query.onto(Some(residual));
        let spread = scatter_rows(first, kept.tokens.firsts(), kept.tokens.rows());
        return by_tokens.onto(Some(spread));
    }
    by_tokens.and(by_query).onto(Some(residual))
}

fn select<B: Backend>(x: &Tensor<B, 2>, tokens: &Spans, queries: Queries) -> (Tensor<B, 2>, Spans) {
    match queries {
        Queries::All => (x.clone(), tokens.clone()),
        Queries::First => (
            gather_rows(x, tokens.firsts()),
            Spans::single_rows(tokens.count()),
        ),
    }
}
