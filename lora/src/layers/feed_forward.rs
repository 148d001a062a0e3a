//! The feed-forward part of a layer, plain or gated.

use burn::module::Module;
use burn::tensor::{Tensor, backend::Backend};

use super::lora_linear::{LinearKept, LoraLinear};
use super::terms::Terms;
use super::{BySlot, Slot};
use crate::config::Activation;
use crate::ops::{Spans, activate, activate_with_derivative};

/// The feed-forward part of a layer, without its norms and its residual: $W_2\,a(W_1 x)$, or gated
/// $W_2\,(a(W_g x) \odot W_1 x)$, biases left out.
#[derive(Module, Debug)]
pub struct FeedForward<B: Backend> {
    /// $W_1$; $W_g$ and $W_1$; or one map whose first half is $W_g$ and whose second half is $W_1$.
    pub inner: Vec<LoraLinear<B>>,
    /// $W_2$.
    pub output: LoraLinear<B>,
    /// The slots of `inner`.
    #[module(skip)]
    pub slots: &'static [Slot],
    /// a.
    #[module(skip)]
    pub activation: Activation,
}

/// What the feed-forward part keeps for its pullback and its pushforward.
#[derive(Clone, Debug)]
pub struct FeedForwardKept<B: Backend> {
    inner: Vec<LinearKept<B>>,
    /// $a'$ at every entry.
    slope: Tensor<B, 2>,
    /// $a(W_g x)$ and $W_1 x$ of a gated part.
    factors: Option<[Tensor<B, 2>; 2]>,
    output: LinearKept<B>,
}

impl<B: Backend> FeedForward<B> {
    fn is_fused(&self) -> bool {
        self.slots == [Slot::GateUp]
    }

    /// Returns the values of the inner maps: one, or gate and up.
    fn inner(&self, x: Tensor<B, 2>) -> (Vec<Tensor<B, 2>>, Vec<LinearKept<B>>) {
        let mapped = self.inner.iter().map(|map| map.linearize(x.clone()));
        let (values, kept): (Vec<_>, Vec<_>) = mapped.unzip();
        (self.split(values), kept)
    }

    fn split(&self, mut values: Vec<Tensor<B, 2>>) -> Vec<Tensor<B, 2>> {
        if self.is_fused() {
            let both = values.remove(0);
            let [rows, wide] = both.dims();
            let half = |from: usize, to: usize| both.clone().slice([0..rows, from..to]);
            values = vec![half(0, wide / 2), half(wide / 2, wide)];
        }
        values
    }

    /// Returns the result with `residual` added.
    pub(super) fn forward(&self, x: Tensor<B, 2>, residual: Option<Tensor<B, 2>>) -> Tensor<B, 2> {
        let mut values = self.inner(x).0.into_iter();
        let first = values.next().expect("there is an inner map");
        let activated = activate(first, self.activation);
        let activated = match values.next() {
            Some(up) => activated * up,
            None => activated,
        };
        self.output.linearize_onto(activated, residual).0
    }

    /// Returns the result of `forward`, and what the other two maps need.
    pub(super) fn linearize(
        &self,
        x: Tensor<B, 2>,
        residual: Option<Tensor<B, 2>>,
    ) -> (Tensor<B, 2>, FeedForwardKept<B>) {
        let (values, inner) = self.inner(x);
        let mut values = values.into_iter();
        let first = values.next().expect("there is an inner map");
        let (activated, slope) = activate_with_derivative(first, self.activation);
        let (activated, factors) = match values.next() {
            Some(up) => (activated.clone() * up.clone(), Some([activated, up])),
            None => (activated, None),
        };
        let (y, output) = self.output.linearize_onto(activated, residual);
        let kept = FeedForwardKept {
            inner,
            slope,
            factors,
            output,
        };
        (y, kept)
    }

    /// Pulls the cotangent of the result back. Returns the cotangent of the input, if it is to be `passed_on`, and
    /// writes the derivatives in the `wanted` adapters, summed over `spans`, into `rows`.
    pub(super) fn pullback(
        &self,
        kept: &FeedForwardKept<B>,
        y_bar: Tensor<B, 2>,
        spans: &Spans,
        wanted: &BySlot<()>,
        passed_on: bool,
        rows: &mut BySlot<Tensor<B, 2>>,
    ) -> Option<Terms<B>> {
        let cotangent = self.output.receive(y_bar);
        if wanted[Slot::Down].is_some() {
            rows[Slot::Down] = self.output.parameter_rows(&kept.output, &cotangent, spans);
        }
        let is_wanted = |slot: &Slot| wanted[*slot].is_some();
        if !passed_on && !self.slots.iter().any(is_wanted) {
            return None;
        }
        let activated_bar = self.output.input_terms(&kept.output, cotangent).onto(None);
        let mut bars = match &kept.factors {
            None => vec![activated_bar * kept.slope.clone()],
            Some([activated, up]) => vec![
                activated_bar.clone() * up.clone() * kept.slope.clone(),
                activated_bar * activated.clone(),
            ],
        };
        if self.is_fused() {
            bars = vec![Tensor::cat(bars, 1)];
        }
        let mut terms = Terms::none();
        let maps = self.inner.iter().zip(&kept.inner).zip(self.slots);
        for (((map, kept), slot), bar) in maps.zip(bars) {
            let cotangent = map.receive(bar);
            if is_wanted(slot) {
                rows[*slot] = map.parameter_rows(kept, &cotangent, spans);
            }
            if passed_on {
                terms = terms.and(map.input_terms(kept, cotangent));
            }
        }
        passed_on.then_some(terms)
    }

    /// Returns the tangent of the result from the tangent of the input and a flat tangent of each adapter. `None` is
    /// zero.
    pub(super) fn pushforward(
        &self,
        kept: &FeedForwardKept<B>,
        x_dot: Option<Tensor<B, 2>>,
        tangents: &BySlot<Tensor<B, 1>>,
    ) -> Option<Tensor<B, 2>> {
        let maps = self.inner.iter().zip(&kept.inner).zip(self.slots);
        let mut dots = maps.map(|((map, kept), slot)| {
            map.pushforward(kept, x_dot.clone(), tangents[*slot].as_ref())
        });
        let first = dots.next().expect("there is an inner map");
        let (first, second) = match (self.is_fused(), first) {
            (true, Some(both)) => {
                let mut halves = self.split(vec![both]).into_iter();
                (halves.next(), halves.next())
            }
            (_, first) => (first, dots.next().flatten()),
        };
        let activated_dot = first.map(|dot| dot * kept.slope.clone());
        let product_dot = match &kept.factors {
            None => activated_dot,
            Some([activated, up]) => super::terms::add(
                activated_dot.map(|dot| dot * up.clone()),
                second.map(|dot| dot * activated.clone()),
            ),
        };
        let tangent = tangents[Slot::Down].as_ref();
        self.output.pushforward(&kept.output, product_dot, tangent)
    }
}
