use burn::module::Module;
use burn::tensor::{Tensor, backend::Backend};

use super::Reduction;
use super::lora_linear::{LinearKept, LoraLinear, check_tangent};
use crate::ops::{Outer, Product, Spans, outer_sums, products};

/// The classification head: $z = W_o \tanh(W_d\,x + b_d) + b_o$, where $x$ is the first token's row.
///
/// The inner map is the pooler in BERT, where it may be adapted like the maps of the layers, and the classifier's own
/// dense layer in RoBERTa; the function is the same.
#[derive(Module, Debug)]
pub struct Head<B: Backend> {
    /// $W_d$, `h → h`.
    pub dense: LoraLinear<B>,
    /// $W_o$, `h → C`.
    pub out: LoraLinear<B>,
    /// Whether the inner map belongs to the head (RoBERTa), or to the encoder and is frozen with it (BERT's pooler).
    pub owns_dense: bool,
}

/// What the head keeps for its pullback and its pushforward.
#[derive(Clone, Debug)]
pub struct HeadKept<B: Backend> {
    x: Tensor<B, 2>,
    dense: LinearKept<B>,
    /// The value of tanh, `[n, h]`: the input of the last linear map.
    pub feature: Tensor<B, 2>,
}

/// The derivatives with respect to the parameters of a head, `[spans, p]`.
#[derive(Clone, Debug)]
pub struct HeadRows<B: Backend> {
    /// The derivatives in the adapter of the inner map, if it has one.
    pub dense: Option<Tensor<B, 2>>,
    /// The derivatives in the head's own parameters, if they are wanted.
    pub own: Option<Tensor<B, 2>>,
}

impl<B: Backend> Head<B> {
    /// Returns the number of the head's own parameters.
    pub fn parameters(&self) -> usize {
        let [h, c] = self.out.weight.dims();
        c * (h + 1) + if self.owns_dense { h * (h + 1) } else { 0 }
    }

    /// Maps `[n, h]` to `[n, C]`.
    pub fn forward(&self, x: Tensor<B, 2>) -> Tensor<B, 2> {
        self.out.forward(self.dense.forward(x).tanh())
    }

    /// Returns the result of `forward`, and what the other two maps need.
    pub fn linearize(&self, x: Tensor<B, 2>) -> (Tensor<B, 2>, HeadKept<B>) {
        let (inner, dense) = self.dense.linearize(x.clone());
        let feature = inner.tanh();
        let z = self.out.forward(feature.clone());
        (z, HeadKept { x, dense, feature })
    }

    /// Returns the cotangent of `x` from the cotangent of the outputs, `[n, C]`, and the derivatives in the parameters.
    /// The derivatives in the head's own parameters, if they are `wanted`, are in the order of the parameters' names:
    /// (dense bias, dense weight,) output bias, output weight; weights are `[out, in]`, row by row.
    pub fn pullback(
        &self,
        kept: &HeadKept<B>,
        z_bar: Tensor<B, 2>,
        reduction: Reduction,
        wanted: bool,
    ) -> (Tensor<B, 2>, HeadRows<B>) {
        let spans = reduction.spans(&Spans::single_rows(z_bar.dims()[0]));
        let feature_bar = products(None, None, vec![self.out.through_weight(z_bar.clone())]);
        let inner_bar = feature_bar * self.slope(kept);
        let own = wanted.then(|| {
            let mut terms = Vec::new();
            if self.owns_dense {
                terms.extend(affine_terms(&inner_bar, &kept.x));
            }
            terms.extend(affine_terms(&z_bar, &kept.feature));
            outer_sums(&spans, terms)
        });
        let cotangent = self.dense.receive(inner_bar);
        let dense = self.dense.parameter_rows(&kept.dense, &cotangent, &spans);
        let x_bar = self.dense.input_terms(&kept.dense, cotangent).onto(None);
        (x_bar, HeadRows { dense, own })
    }

    /// Returns the tangent of the outputs from the tangents of `x`, of the inner map's adapter, and of the head's own
    /// parameters (flat, in the order of `pullback`). `None` is zero.
    ///
    /// # Panics
    /// If a tangent does not have the shape of the value that it belongs to.
    pub fn pushforward(
        &self,
        kept: &HeadKept<B>,
        x_dot: Option<Tensor<B, 2>>,
        dense: Option<&Tensor<B, 1>>,
        own: Option<&Tensor<B, 1>>,
    ) -> Option<Tensor<B, 2>> {
        let mut inner = self.dense.pushforward_terms(&kept.dense, x_dot, dense);
        let (mut inner_bias, mut out, mut out_bias) = (None, Vec::new(), None);
        if let Some(tangent) = own {
            check_tangent(tangent, self.parameters());
            let [h, classes] = self.out.weight.dims();
            let mut at = 0;
            let mut take = |length: usize| {
                at += length;
                tangent.clone().slice(at - length..at)
            };
            if self.owns_dense {
                inner_bias = Some(take(h));
                inner.push(Product::new(
                    kept.x.clone(),
                    take(h * h).reshape([h, h]).transpose(),
                ));
            }
            out_bias = Some(take(classes));
            out.push(Product::new(
                kept.feature.clone(),
                take(classes * h).reshape([classes, h]).transpose(),
            ));
        }
        if !inner.is_empty() {
            let feature_dot = products(None, inner_bias, inner) * self.slope(kept);
            out.push(Product::new(feature_dot, self.out.weight.val()));
        }
        (!out.is_empty()).then(|| products(None, out_bias, out))
    }

    /// Returns the derivative of tanh, `[n, h]`.
    fn slope(&self, kept: &HeadKept<B>) -> Tensor<B, 2> {
        kept.feature.clone().powi_scalar(2).neg().add_scalar(1.0)
    }
}

/// Returns the terms of the derivatives in an affine map's bias and in its weight.
fn affine_terms<B: Backend>(y_bar: &Tensor<B, 2>, x: &Tensor<B, 2>) -> [Outer<B>; 2] {
    let ones = x.clone().slice([0..x.dims()[0], 0..1]).ones_like();
    [
        Outer {
            left: y_bar.clone(),
            right: ones,
            scale: 1.0,
        },
        Outer {
            left: y_bar.clone(),
            right: x.clone(),
            scale: 1.0,
        },
    ]
}
