use burn::module::{Module, Param};
use burn::nn::Linear;
use burn::tensor::{Tensor, backend::Backend};

use super::dropout::Dropout;
use super::terms::Terms;
use crate::ops::{Outer, Product, Spans, outer_sums, products};

/// The trainable low-rank update of a linear map: $\Delta W = s\,B A$.
#[derive(Module, Debug)]
pub struct Lora<B: Backend> {
    /// A, `[rank, in]`.
    pub a: Param<Tensor<B, 2>>,
    /// B, `[out, rank]`.
    pub b: Param<Tensor<B, 2>>,
    /// s: `alpha / rank`, or `alpha / √rank` (rsLoRA).
    pub scaling: f64,
}

impl<B: Backend> Lora<B> {
    /// Returns the number of trainable parameters, `rank · (in + out)`.
    pub fn parameters(&self) -> usize {
        let ([rank, input], [output, _]) = (self.a.dims(), self.b.dims());
        rank * (input + output)
    }

    /// Returns $s\,BA$, `[out, in]`, as a constant to autodiff.
    fn update(&self) -> Tensor<B, 2> {
        (self.b.val().matmul(self.a.val()) * self.scaling).detach()
    }

    /// Splits a flat tangent (A row by row, then B row by row) into a tangent of A and one of B.
    fn unflatten(&self, tangent: &Tensor<B, 1>) -> (Tensor<B, 2>, Tensor<B, 2>) {
        let (a, b) = (self.a.dims(), self.b.dims());
        check_tangent(tangent, self.parameters());
        let split = a[0] * a[1];
        let a_dot = tangent.clone().slice(0..split).reshape(a);
        let b_dot = tangent.clone().slice(split..split + b[0] * b[1]).reshape(b);
        (a_dot, b_dot)
    }
}

/// Checks the length of a flat tangent. Without this check, a tangent that is too long would be cut silently.
pub(super) fn check_tangent<B: Backend>(tangent: &Tensor<B, 1>, parameters: usize) {
    let found = tangent.dims();
    assert!(
        found == [parameters],
        "{parameters} parameters take a tangent of as many entries, not {found:?}"
    );
}

/// A frozen linear map with an optional low-rank update (Hu et al. 2021):
/// $y = x W + b + s\,(x A^\top) B^\top$ for rows $x$.
///
/// It can be used by itself: any burn model can have one in place of its own [`Linear`], trained by the three maps here
/// or by burn's autodiff.
///
/// ```
/// use burn::nn::LinearConfig;
/// use burn::tensor::{Distribution, Tensor};
/// use burn_flex::{Flex, FlexDevice};
/// use tangent_lora::layers::LoraLinear;
/// use tangent_lora::ops::Spans;
///
/// let device = FlexDevice;
/// let linear = LinearConfig::new(6, 4).init::<Flex>(&device);
/// let a = Tensor::random([2, 6], Distribution::Default, &device);
/// let b = Tensor::random([4, 2], Distribution::Default, &device);
/// let layer = LoraLinear::from_linear(linear).with_lora(a, b, 8.0 / 2.0);
///
/// // Two examples, of three tokens and of one.
/// let x = Tensor::random([4, 6], Distribution::Default, &device);
/// let (y, kept) = layer.linearize(x);
/// let (x_bar, rows) = layer.pullback(&kept, y.ones_like(), &Spans::of_lengths([3, 1]));
/// assert_eq!(x_bar.dims(), [4, 6]);
/// assert_eq!(rows.unwrap().dims(), [2, 2 * 6 + 4 * 2]);
/// ```
#[derive(Module, Debug)]
pub struct LoraLinear<B: Backend> {
    /// W, `[in, out]`, row by row: the layout in which the forward product is fastest.
    pub weight: Param<Tensor<B, 2>>,
    /// b, `[out]`.
    pub bias: Option<Param<Tensor<B, 1>>>,
    /// The update, if the map is adapted.
    pub lora: Option<Lora<B>>,
    /// Wᵀ, `[out, in]`, row by row: the layout in which the pullback's product is fastest. Without it a transposed view
    /// is used, which is slower.
    transposed: Option<Tensor<B, 2>>,
    /// The dropout on the input of A.
    #[module(skip)]
    dropout: Option<Dropout>,
}

/// What an adapted linear map keeps for its pullback and its pushforward; nothing if the map is not adapted.
#[derive(Clone, Debug)]
pub struct LinearKept<B: Backend> {
    adapted: Option<Inputs<B>>,
}

#[derive(Clone, Debug)]
struct Inputs<B: Backend> {
    /// The input of A, `[n, in]`: the map's input, multiplied by the mask if there is dropout.
    x: Tensor<B, 2>,
    /// $x A^\top$, `[n, rank]`.
    z: Tensor<B, 2>,
    /// Dropout's mask, `[n, in]`: 0 at the entries that are dropped, else 1.
    mask: Option<Tensor<B, 2>>,
}

/// The cotangent of an output, and $\bar y B$ if the map is adapted.
pub(super) struct Received<B: Backend> {
    y_bar: Tensor<B, 2>,
    low: Option<Tensor<B, 2>>,
}

impl<B: Backend> LoraLinear<B> {
    /// Returns a linear map without an update. `weight` is `[in, out]`, `bias` is `[out]`.
    pub fn new(weight: Param<Tensor<B, 2>>, bias: Option<Param<Tensor<B, 1>>>) -> Self {
        Self {
            weight,
            bias,
            lora: None,
            transposed: None,
            dropout: None,
        }
    }

    /// Returns burn's own linear layer as a map without an update.
    pub fn from_linear(linear: Linear<B>) -> Self {
        Self::new(linear.weight, linear.bias)
    }

    /// Returns the map with the update $s\,BA$; `a` is `[rank, in]`, `b` is `[out, rank]`. Weight and bias become
    /// frozen: burn's autodiff and optimisers see only A and B.
    ///
    /// # Panics
    /// If the shapes of `a` and `b` do not fit the weight or each other.
    pub fn with_lora(self, a: Tensor<B, 2>, b: Tensor<B, 2>, scaling: f64) -> Self {
        let (weight, [rank, input], [output, rank_b]) = (self.weight.dims(), a.dims(), b.dims());
        assert!(
            weight == [input, output] && rank == rank_b,
            "a weight [in, out] of {weight:?} takes A [rank, in] and B [out, rank], not {:?} and {:?}",
            [rank, input],
            [output, rank_b],
        );
        Self {
            weight: self.weight.set_require_grad(false),
            bias: self.bias.map(|bias| bias.set_require_grad(false)),
            lora: Some(Lora {
                a: Param::from_tensor(a),
                b: Param::from_tensor(b),
                scaling,
            }),
            ..self
        }
    }

    /// Returns the map with a second copy of the weight, laid out for the pullback: it takes twice the memory and is up
    /// to three times as fast. The copy does not follow later changes of `weight`.
    ///
    /// # Panics
    /// If `transposed` is not `[out, in]`.
    pub fn with_transposed(self, transposed: Tensor<B, 2>) -> Self {
        let ([input, output], found) = (self.weight.dims(), transposed.dims());
        assert!(
            found == [output, input],
            "a weight [in, out] of {:?} takes a transposed one of {:?}, not {found:?}",
            [input, output],
            [output, input],
        );
        Self {
            transposed: Some(transposed),
            ..self
        }
    }

    /// Returns the map with one draw of dropout on the input of A, as in PEFT:
    /// $y = x W + b + \frac{s}{1 - \text{rate}}\,((m \odot x) A^\top) B^\top$, where an entry of $m$ is 0 with
    /// probability `rate`, else 1, and is decided by `seed` and its index in the batch. All maps are those of this
    /// draw.
    ///
    /// # Panics
    /// If `rate` is not in $[0, 1)$.
    pub fn with_dropout(self, rate: f64, seed: u64) -> Self {
        Self {
            dropout: Some(Dropout::new(rate, seed)),
            ..self
        }
    }

    /// Returns the factor of $BA$: $s$, multiplied by dropout's gain.
    fn scaling(&self, lora: &Lora<B>) -> f64 {
        self.dropout
            .map_or(lora.scaling, |dropout| lora.scaling * dropout.gain())
    }

    /// Returns the same map, up to rounding, without adapter and dropout: the update is added to the weight. The update
    /// is a constant to autodiff.
    pub fn merge(self) -> Self {
        let Some(lora) = self.lora else { return self };
        let update = lora.update();
        Self {
            weight: self.weight.map(|w| w + update.clone().transpose()),
            bias: self.bias,
            lora: None,
            transposed: self.transposed.map(|t| t + update),
            dropout: None,
        }
    }

    /// Undoes [`LoraLinear::merge`]: subtracts the update `lora` from the weight and keeps it beside the weight. The
    /// weight comes back up to rounding, not bit for bit.
    pub fn unmerge(self, lora: Lora<B>) -> Self {
        let update = lora.update();
        Self {
            weight: self.weight.map(|w| w - update.clone().transpose()),
            bias: self.bias,
            lora: Some(lora),
            transposed: self.transposed.map(|t| t - update),
            dropout: None,
        }
    }

    /// Maps `[n, in]` to `[n, out]`.
    ///
    /// # Panics
    /// If `x` has another width.
    pub fn forward(&self, x: Tensor<B, 2>) -> Tensor<B, 2> {
        self.linearize(x).0
    }

    /// Returns the result of `forward`, and what the other two maps need.
    ///
    /// # Panics
    /// As [`LoraLinear::forward`].
    pub fn linearize(&self, x: Tensor<B, 2>) -> (Tensor<B, 2>, LinearKept<B>) {
        self.linearize_onto(x, None)
    }

    /// Returns the result of [`LoraLinear::linearize`] with `residual` (`[n, out]`) added.
    pub(super) fn linearize_onto(
        &self,
        x: Tensor<B, 2>,
        residual: Option<Tensor<B, 2>>,
    ) -> (Tensor<B, 2>, LinearKept<B>) {
        let mut terms = vec![Product::new(x.clone(), self.weight.val())];
        let adapted = self.lora.as_ref().map(|lora| {
            let mask = self.dropout.map(|dropout| dropout.mask(&x));
            let x = match &mask {
                Some(mask) => x * mask.clone(),
                None => x,
            };
            let z = products(
                None,
                None,
                vec![Product::new(x.clone(), lora.a.val().transpose())],
            );
            let b = lora.b.val().transpose();
            terms.push(Product::new(z.clone(), b).scaled(self.scaling(lora)));
            Inputs { x, z, mask }
        });
        (
            products(residual, self.bias.as_ref().map(Param::val), terms),
            LinearKept { adapted },
        )
    }

    /// Returns the cotangent of `x` and, if the map is adapted, for each span the derivative in A (row by row) and in B
    /// (row by row), `[spans, p]`:
    /// $\bar x = \bar y W^\top + s\,\bar y B A$, $\bar A = s \sum_t (\bar y_t B)^\top x_t$,
    /// $\bar B = s \sum_t \bar y_t^\top z_t$ with $z = x A^\top$.
    ///
    /// # Panics
    /// If `y_bar` does not have the output's shape, or the spans have another number of rows.
    pub fn pullback(
        &self,
        kept: &LinearKept<B>,
        y_bar: Tensor<B, 2>,
        spans: &Spans,
    ) -> (Tensor<B, 2>, Option<Tensor<B, 2>>) {
        let cotangent = self.receive(y_bar);
        let rows = self.parameter_rows(kept, &cotangent, spans);
        (self.input_terms(kept, cotangent).onto(None), rows)
    }

    /// Returns the tangent of `y` from the tangent of `x` and the flat tangent of the adapter (A row by row, then B row
    /// by row):
    /// $\dot y = \dot x W + s\,(\dot x A^\top + x \dot A^\top) B^\top + s\,z \dot B^\top$.
    /// `None` is zero, also as the result.
    ///
    /// # Panics
    /// If a tangent does not have the shape of the value that it belongs to.
    pub fn pushforward(
        &self,
        kept: &LinearKept<B>,
        x_dot: Option<Tensor<B, 2>>,
        tangent: Option<&Tensor<B, 1>>,
    ) -> Option<Tensor<B, 2>> {
        let terms = self.pushforward_terms(kept, x_dot, tangent);
        (!terms.is_empty()).then(|| products(None, None, terms))
    }

    /// Returns the terms whose sum is the tangent of the output; none if it is zero.
    pub(super) fn pushforward_terms(
        &self,
        kept: &LinearKept<B>,
        x_dot: Option<Tensor<B, 2>>,
        tangent: Option<&Tensor<B, 1>>,
    ) -> Vec<Product<B>> {
        let mut terms = Vec::new();
        if let (Some(lora), Some(Inputs { x, z, mask })) = (&self.lora, &kept.adapted) {
            let scaling = self.scaling(lora);
            let tangent = tangent.map(|t| lora.unflatten(t));
            let mut low = Vec::new();
            if let Some(x_dot) = &x_dot {
                let left = match mask {
                    Some(mask) => x_dot.clone() * mask.clone(),
                    None => x_dot.clone(),
                };
                low.push(Product::new(left, lora.a.val().transpose()));
            }
            if let Some((a_dot, b_dot)) = tangent {
                low.push(Product::new(x.clone(), a_dot.transpose()));
                terms.push(Product::new(z.clone(), b_dot.transpose()).scaled(scaling));
            }
            if !low.is_empty() {
                let z_dot = products(None, None, low);
                terms.push(Product::new(z_dot, lora.b.val().transpose()).scaled(scaling));
            }
        }
        if let Some(x_dot) = x_dot {
            terms.insert(0, Product::new(x_dot, self.weight.val()));
        }
        terms
    }

    pub(super) fn receive(&self, y_bar: Tensor<B, 2>) -> Received<B> {
        let low = self
            .lora
            .as_ref()
            .map(|lora| products(None, None, vec![Product::new(y_bar.clone(), lora.b.val())]));
        Received { y_bar, low }
    }

    pub(super) fn parameter_rows(
        &self,
        kept: &LinearKept<B>,
        cotangent: &Received<B>,
        spans: &Spans,
    ) -> Option<Tensor<B, 2>> {
        let (lora, Inputs { x, z, .. }, low) = (
            self.lora.as_ref()?,
            kept.adapted.as_ref()?,
            cotangent.low.as_ref()?,
        );
        let a = Outer {
            left: low.clone(),
            right: x.clone(),
            scale: self.scaling(lora),
        };
        let b = Outer {
            left: cotangent.y_bar.clone(),
            right: z.clone(),
            scale: self.scaling(lora),
        };
        Some(outer_sums(spans, vec![a, b]))
    }

    /// Returns the product $\bar y W^\top$.
    pub(super) fn through_weight(&self, y_bar: Tensor<B, 2>) -> Product<B> {
        let transposed = self.transposed.clone();
        let transposed = transposed.unwrap_or_else(|| self.weight.val().transpose());
        Product::new(y_bar, transposed)
    }

    /// Returns the terms whose sum is the cotangent of the input.
    pub(super) fn input_terms(
        &self,
        kept: &LinearKept<B>,
        Received { y_bar, low }: Received<B>,
    ) -> Terms<B> {
        let mut terms = Terms {
            sum: None,
            products: vec![self.through_weight(y_bar)],
        };
        if let (Some(lora), Some(low)) = (&self.lora, low) {
            let through = Product::new(low, lora.a.val()).scaled(self.scaling(lora));
            match kept.adapted.as_ref().and_then(|kept| kept.mask.clone()) {
                Some(mask) => terms.sum = Some(products(None, None, vec![through]) * mask),
                None => terms.products.push(through),
            }
        }
        terms
    }
}

/// The book's tutorial, which `cargo test --doc` compiles and runs.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/src/own-model.md")]
mod tutorial {}
