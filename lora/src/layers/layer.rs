//! A layer: attention and feed-forward part, with their norms and residuals.

use burn::module::Module;
use burn::tensor::{Tensor, backend::Backend};

use super::attention::{Attention, AttentionKept};
use super::feed_forward::{FeedForward, FeedForwardKept};
use super::frame::Frame;
use super::lora_linear::LoraLinear;
use super::terms::add;
use super::{BySlot, Norm, Read, Slot};
use crate::ops::{Normalised, Spans};

/// A layer of a transformer. With f the attention part, then the feed-forward part, each is
/// $y = n_o(x + n_a(f(n_b(x))))$, where each of the three norms may be missing: only $n_o$ is there in post-norm models,
/// only $n_b$ in pre-norm models, $n_b$ and $n_a$ in those with sandwiched norms. In a parallel layer both parts read
/// the layer's input, and $y = x + f_1(n_1(x)) + f_2(n_2(x))$.
#[derive(Module, Debug)]
pub struct Layer<B: Backend> {
    /// The attention part.
    pub attention: Attention<B>,
    /// The norms of the attention part.
    pub attention_norms: Norms<B>,
    /// The feed-forward part.
    pub feed_forward: FeedForward<B>,
    /// The norms of the feed-forward part.
    pub feed_forward_norms: Norms<B>,
    /// Whether both parts read the layer's input.
    pub parallel: bool,
}

/// The norms of a part of a layer.
#[derive(Module, Debug)]
pub struct Norms<B: Backend> {
    /// $n_b$, of the part's input.
    pub before: Option<Norm<B>>,
    /// $n_a$, of the part's output, before the residual is added.
    pub after: Option<Norm<B>>,
    /// $n_o$, of the sum.
    pub of_sum: Option<Norm<B>>,
}

/// What the norms of a part keep.
#[derive(Clone, Debug)]
struct NormsKept<B: Backend> {
    before: Option<Normalised<B>>,
    after: Option<Normalised<B>>,
    of_sum: Option<Normalised<B>>,
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

/// What a layer keeps for its pullback and its pushforward.
#[derive(Clone, Debug)]
pub struct LayerKept<B: Backend> {
    attention: AttentionKept<B>,
    attention_norms: NormsKept<B>,
    feed_forward: FeedForwardKept<B>,
    feed_forward_norms: NormsKept<B>,
}

/// A norm, or the identity where there is none; with what it keeps.
fn normed<B: Backend>(
    norm: &Option<Norm<B>>,
    x: Tensor<B, 2>,
) -> (Tensor<B, 2>, Option<Normalised<B>>) {
    match norm {
        Some(norm) => {
            let (y, kept) = norm.linearize(x);
            (y, Some(kept))
        }
        None => (x, None),
    }
}

fn pulled<B: Backend>(
    norm: &Option<Norm<B>>,
    kept: &Option<Normalised<B>>,
    y_bar: Tensor<B, 2>,
) -> Tensor<B, 2> {
    match (norm, kept) {
        (Some(norm), Some(kept)) => norm.pullback(kept, y_bar),
        _ => y_bar,
    }
}

fn pushed<B: Backend>(
    norm: &Option<Norm<B>>,
    kept: &Option<Normalised<B>>,
    x_dot: Option<Tensor<B, 2>>,
) -> Option<Tensor<B, 2>> {
    match (norm, kept) {
        (Some(norm), Some(kept)) => x_dot.map(|dot| norm.pushforward(kept, dot)),
        _ => x_dot,
    }
}

impl<B: Backend> Norms<B> {
    /// Adds the residual to a part's output and norms the sum. The part adds the residual itself, in its own buffer,
    /// unless its output is normed first.
    fn finish(
        &self,
        residual: Tensor<B, 2>,
        part: impl FnOnce(Option<Tensor<B, 2>>) -> Tensor<B, 2>,
    ) -> (Tensor<B, 2>, Option<Normalised<B>>, Option<Normalised<B>>) {
        let (sum, after) = match &self.after {
            None => (part(Some(residual)), None),
            Some(norm) => {
                let (y, kept) = norm.linearize(part(None));
                (residual + y, Some(kept))
            }
        };
        let (y, of_sum) = normed(&self.of_sum, sum);
        (y, after, of_sum)
    }
}

impl<B: Backend> Layer<B> {
    /// Returns the linear map of a slot, if the layer has it.
    pub fn linear(&self, slot: Slot) -> Option<&LoraLinear<B>> {
        match slot {
            Slot::AttentionOutput => Some(&self.attention.output),
            Slot::Down => Some(&self.feed_forward.output),
            slot if slot.is_of_attention() => {
                let at = self.attention.slots().iter().position(|&s| s == slot)?;
                self.attention.projections.get(at)
            }
            slot => {
                let at = self.feed_forward.slots.iter().position(|&s| s == slot)?;
                self.feed_forward.inner.get(at)
            }
        }
    }

    pub(crate) fn linear_mut(&mut self, slot: Slot) -> Option<&mut LoraLinear<B>> {
        match slot {
            Slot::AttentionOutput => Some(&mut self.attention.output),
            Slot::Down => Some(&mut self.feed_forward.output),
            slot if slot.is_of_attention() => {
                let at = self.attention.slots().iter().position(|&s| s == slot)?;
                self.attention.projections.get_mut(at)
            }
            slot => {
                let at = self.feed_forward.slots.iter().position(|&s| s == slot)?;
                self.feed_forward.inner.get_mut(at)
            }
        }
    }

    /// Returns the layer with every linear map replaced by what `change` makes of it.
    #[must_use]
    pub fn each_linear(mut self, mut change: impl FnMut(LoraLinear<B>) -> LoraLinear<B>) -> Self {
        for slot in Slot::ALL {
            if let Some(map) = self.linear_mut(slot) {
                *map = change(map.clone());
            }
        }
        self
    }

    /// Returns whether any of the maps has an adapter.
    pub fn is_adapted(&self) -> bool {
        let mut maps = Slot::ALL.iter().filter_map(|&slot| self.linear(slot));
        maps.any(|map| map.lora.is_some())
    }

    /// Maps `[tokens, h]` to the rows that are read, `[·, h]`.
    pub fn forward(&self, x: Tensor<B, 2>, frame: &Frame<B>, read: Read) -> Tensor<B, 2> {
        let (h, beside, _, _) = self.attend(x, frame, read);
        let (input, _) = self.feed_forward_input(&h, beside);
        let part = |residual| self.feed_forward.forward(input, residual);
        self.feed_forward_norms.finish(h, part).0
    }

    /// Returns the result of `forward`, and what the other two maps need.
    pub fn linearize(
        &self,
        x: Tensor<B, 2>,
        frame: &Frame<B>,
        read: Read,
    ) -> (Tensor<B, 2>, LayerKept<B>) {
        let (h, beside, attention, attention_norms) = self.attend(x, frame, read);
        let (input, before) = self.feed_forward_input(&h, beside);
        let mut feed_forward = None;
        let (y, after, of_sum) = self.feed_forward_norms.finish(h, |residual| {
            let (y, kept) = self.feed_forward.linearize(input, residual);
            feed_forward = Some(kept);
            y
        });
        let kept = LayerKept {
            attention,
            attention_norms,
            feed_forward: feed_forward.expect("the part was computed"),
            feed_forward_norms: NormsKept {
                before,
                after,
                of_sum,
            },
        };
        (y, kept)
    }

    /// Returns the result of the attention part; in a parallel layer also the rows of the input that are read; and what
    /// was kept.
    #[allow(clippy::type_complexity)]
    fn attend(
        &self,
        x: Tensor<B, 2>,
        frame: &Frame<B>,
        read: Read,
    ) -> (
        Tensor<B, 2>,
        Option<Tensor<B, 2>>,
        AttentionKept<B>,
        NormsKept<B>,
    ) {
        let x_read = read.of(&x, frame.spans);
        // Only then, because whoever else holds the rows keeps the residual from being added in place.
        let beside = self.parallel.then(|| x_read.clone());
        let (input, before) = normed(&self.attention_norms.before, x);
        let input_read = match before.is_some() {
            true => read.of(&input, frame.spans),
            false => x_read.clone(),
        };
        let mut attention = None;
        let (h, after, of_sum) = self.attention_norms.finish(x_read, |residual| {
            let (y, kept) = self
                .attention
                .linearize(input, input_read, residual, frame, read);
            attention = Some(kept);
            y
        });
        let norms = NormsKept {
            before,
            after,
            of_sum,
        };
        (h, beside, attention.expect("the part was computed"), norms)
    }

    /// Returns the input of the feed-forward part, normed: the layer's input, if that is given, else the attention part's
    /// result.
    fn feed_forward_input(
        &self,
        h: &Tensor<B, 2>,
        beside: Option<Tensor<B, 2>>,
    ) -> (Tensor<B, 2>, Option<Normalised<B>>) {
        let input = beside.unwrap_or_else(|| h.clone());
        normed(&self.feed_forward_norms.before, input)
    }

    /// Pulls the cotangent of the layer's output back. Returns the cotangent of the input, if it is to be `passed_on`,
    /// and for every `wanted` map the derivative in its adapter, `[examples, p]` or `[1, p]`. Nothing is computed that
    /// neither result needs.
    pub fn pullback(
        &self,
        kept: &LayerKept<B>,
        y_bar: Tensor<B, 2>,
        reduction: Reduction,
        wanted: &BySlot<()>,
        passed_on: bool,
    ) -> (Option<Tensor<B, 2>>, BySlot<Tensor<B, 2>>) {
        let mut rows = BySlot::default();
        let (read, tokens) = (kept.attention.read, &kept.attention.tokens);
        let into_attention = passed_on || wanted.has_attention();

        let (norms, of) = (&self.feed_forward_norms, &kept.feed_forward_norms);
        let h_bar = pulled(&norms.of_sum, &of.of_sum, y_bar);
        let terms = self.feed_forward.pullback(
            &kept.feed_forward,
            pulled(&norms.after, &of.after, h_bar.clone()),
            &reduction.spans(&kept.attention.queries),
            wanted,
            if self.parallel {
                passed_on
            } else {
                into_attention
            },
            &mut rows,
        );
        if !into_attention {
            return (None, rows);
        }
        // In a parallel layer the cotangent through the feed-forward part goes to the layer's input, else to h.
        let (h_bar, beside) = match terms {
            None => (h_bar, None),
            Some(terms) => match (self.parallel, &norms.before) {
                (false, None) => (terms.onto(Some(h_bar)), None),
                (false, Some(_)) => {
                    let input_bar = pulled(&norms.before, &of.before, terms.onto(None));
                    (h_bar + input_bar, None)
                }
                (true, _) => {
                    let input_bar = pulled(&norms.before, &of.before, terms.onto(None));
                    (h_bar, Some(input_bar))
                }
            },
        };

        let (norms, of) = (&self.attention_norms, &kept.attention_norms);
        let x_bar = pulled(&norms.of_sum, &of.of_sum, h_bar);
        let input_bar = self.attention.pullback(
            &kept.attention,
            pulled(&norms.after, &of.after, x_bar.clone()),
            reduction,
            wanted,
            passed_on,
            &mut rows,
        );
        let x_bar = match beside {
            Some(beside) => x_bar + beside,
            None => x_bar,
        };
        let x_bar = input_bar.map(|input_bar| match &norms.before {
            None => input_bar.onto(Some(x_bar), read, tokens),
            Some(_) => {
                let input_bar = input_bar.onto(None, read, tokens);
                pulled(&norms.before, &of.before, input_bar) + read.spread(x_bar, tokens)
            }
        });
        (x_bar, rows)
    }

    /// Returns the tangent of the layer's output from the tangent of its input and a flat tangent of each adapter.
    /// `None` is zero.
    pub fn pushforward(
        &self,
        kept: &LayerKept<B>,
        x_dot: Option<Tensor<B, 2>>,
        tangents: &BySlot<Tensor<B, 1>>,
    ) -> Option<Tensor<B, 2>> {
        let AttentionKept { read, tokens, .. } = &kept.attention;
        let read = |dot: &Option<Tensor<B, 2>>| dot.as_ref().map(|dot| read.of(dot, tokens));
        let (norms, of) = (&self.attention_norms, &kept.attention_norms);
        let x_dot_read = read(&x_dot);
        let input_dot = pushed(&norms.before, &of.before, x_dot);
        let input_dot_read = match norms.before.is_some() {
            true => read(&input_dot),
            false => x_dot_read.clone(),
        };
        let part_dot =
            self.attention
                .pushforward(&kept.attention, input_dot, input_dot_read, tangents);
        let sum_dot = add(
            pushed(&norms.after, &of.after, part_dot),
            x_dot_read.clone(),
        );
        let h_dot = pushed(&norms.of_sum, &of.of_sum, sum_dot);

        let (norms, of) = (&self.feed_forward_norms, &kept.feed_forward_norms);
        let input_dot = if self.parallel {
            x_dot_read
        } else {
            h_dot.clone()
        };
        let input_dot = pushed(&norms.before, &of.before, input_dot);
        let part_dot = self
            .feed_forward
            .pushforward(&kept.feed_forward, input_dot, tangents);
        let sum_dot = add(pushed(&norms.after, &of.after, part_dot), h_dot);
        pushed(&norms.of_sum, &of.of_sum, sum_dot)
    }
}
