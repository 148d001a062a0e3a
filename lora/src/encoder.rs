use burn::module::Module;
use burn::tensor::{Tensor, backend::Backend};

use crate::adapter::Place;
use crate::batch::Batch;
use crate::layers::{
    BySlot, Embeddings, Frame, Head, HeadKept, HeadRows, Layer, LayerKept, LoraLinear, Read,
    Reduction,
};

/// BERT or RoBERTa: embeddings, post-norm layers and a classification head, with low-rank updates on the adapted linear
/// maps.
#[derive(Module, Debug)]
pub struct Encoder<B: Backend> {
    /// Maps each token to a row.
    pub embeddings: Embeddings<B>,
    /// The layers, from the first to the last.
    pub layers: Vec<Layer<B>>,
    /// Maps the first token's row to the outputs.
    pub head: Head<B>,
}

/// What the encoder keeps of one batch for its pullback: nothing of the layers below `lowest`.
#[derive(Clone, Debug)]
pub struct EncoderKept<B: Backend> {
    /// One entry for each layer from `lowest` on.
    layers: Vec<LayerKept<B>>,
    /// The index of the lowest layer in which derivatives may be wanted.
    lowest: usize,
    head: HeadKept<B>,
}

impl<B: Backend> EncoderKept<B> {
    /// Returns the input of the last linear map, `[n, h]`.
    pub fn feature(&self) -> &Tensor<B, 2> {
        &self.head.feature
    }
}

/// Derivatives with respect to the parameters, or tangents: for every layer and linear map, for the pooler, and for the
/// head.
#[derive(Clone, Debug)]
pub struct Parameters<T> {
    /// One entry for each layer of the encoder.
    pub layers: Vec<BySlot<T>>,
    /// The entry of the adapter of BERT's pooler.
    pub pooler: Option<T>,
    /// The entry of the head's own parameters.
    pub head: Option<T>,
}

impl<T> Parameters<T> {
    /// Returns a value that has no entry, for an encoder with this number of layers.
    pub fn none(layers: usize) -> Self {
        Self {
            layers: (0..layers).map(|_| BySlot::default()).collect(),
            pooler: None,
            head: None,
        }
    }

    /// Returns the index of the lowest layer with an entry; the number of layers if no layer has one.
    pub fn lowest_layer(&self) -> usize {
        let lowest = self.layers.iter().position(|layer| !layer.is_empty());
        lowest.unwrap_or(self.layers.len())
    }

    /// Returns the entry of the adapter at a position.
    pub(crate) fn at(&mut self, place: Place) -> &mut Option<T> {
        match place {
            Place::Layer(layer, projection) => &mut self.layers[layer][projection.slot()],
            Place::Pooler => &mut self.pooler,
        }
    }
}

impl<B: Backend> Encoder<B> {
    /// Returns the hidden states of every token: after the embeddings, then after each layer; each is `[tokens, h]`.
    pub fn hidden_states(&self, batch: &Batch) -> Vec<Tensor<B, 2>> {
        let frame = Frame::plain(batch.spans());
        let mut states = vec![self.embeddings.forward(batch)];
        for layer in &self.layers {
            let x = states[states.len() - 1].clone();
            states.push(layer.forward(x, &frame, Read::All));
        }
        states
    }

    /// Returns the outputs, `[n, C]`.
    pub fn forward(&self, batch: &Batch) -> Tensor<B, 2> {
        let frame = Frame::plain(batch.spans());
        let mut x = self.embeddings.forward(batch);
        for (index, layer) in self.layers.iter().enumerate() {
            x = layer.forward(x, &frame, self.read(index));
        }
        self.head.forward(x)
    }

    /// Returns the outputs, and what [`Encoder::pullback`] and [`Encoder::tangent`] need for layers from `lowest` on.
    pub fn linearize(&self, batch: &Batch, lowest: usize) -> (Tensor<B, 2>, EncoderKept<B>) {
        let frame = Frame::plain(batch.spans());
        let mut x = self.embeddings.forward(batch);
        let mut kept = Vec::with_capacity(self.layers.len() - lowest);
        for (index, layer) in self.layers.iter().enumerate() {
            if index < lowest {
                x = layer.forward(x, &frame, self.read(index));
            } else {
                let (y, layer_kept) = layer.linearize(x, &frame, self.read(index));
                kept.push(layer_kept);
                x = y;
            }
        }
        let (z, head) = self.head.linearize(x);
        let kept = EncoderKept {
            layers: kept,
            lowest,
            head,
        };
        (z, kept)
    }

    /// Returns the derivatives of the outputs weighted by `z_bar` (`[n, C]`) with respect to the `wanted` adapters, and
    /// to the head if it is wanted; each is `[n, p]`, or `[1, p]` when summed over examples. The layers compute nothing
    /// that no wanted derivative needs.
    ///
    /// # Panics
    /// If a derivative is wanted in a layer below the lowest one that was kept.
    pub fn pullback(
        &self,
        kept: &EncoderKept<B>,
        z_bar: Tensor<B, 2>,
        reduction: Reduction,
        wanted: &Parameters<()>,
    ) -> Parameters<Tensor<B, 2>> {
        let mut gradients = Parameters::none(self.layers.len());
        let lowest = wanted.lowest_layer();
        assert!(
            kept.lowest <= lowest,
            "layers from {} on are kept, derivatives in layer {lowest} are wanted",
            kept.lowest
        );
        let own = wanted.head.is_some();
        let (x_bar, rows) = self.head.pullback(&kept.head, z_bar, reduction, own);
        HeadRows {
            dense: gradients.pooler,
            own: gradients.head,
        } = rows;
        let mut x_bar = Some(x_bar);
        for index in (lowest..self.layers.len()).rev() {
            let layer_kept = &kept.layers[index - kept.lowest];
            let y_bar = x_bar
                .take()
                .expect("every layer above the lowest passes a cotangent on");
            let (next, rows) = self.layers[index].pullback(
                layer_kept,
                y_bar,
                reduction,
                &wanted.layers[index],
                index > lowest,
            );
            gradients.layers[index] = rows;
            x_bar = next;
        }
        gradients
    }

    /// Returns the tangent of the outputs, `[n, C]`, from flat tangents of the adapters and of the head and from what
    /// was kept.
    pub fn tangent(
        &self,
        kept: &EncoderKept<B>,
        tangents: &Parameters<Tensor<B, 1>>,
    ) -> Tensor<B, 2> {
        let adapted = kept.lowest..self.layers.len();
        let x_dot = kept
            .layers
            .iter()
            .zip(adapted)
            .fold(None, |x_dot, (kept, index)| {
                self.layers[index].pushforward(kept, x_dot, &tangents.layers[index])
            });
        let z_dot = self.push_through_head(&kept.head, x_dot, tangents);
        z_dot.expect("an encoder whose parameters have tangents has adapters or a trained head")
    }

    /// Returns the outputs and their tangent, both `[n, C]`, from flat tangents of the adapters and of the head. It
    /// goes through one layer at a time: what a layer keeps is dropped before the next layer.
    pub fn pushforward(
        &self,
        batch: &Batch,
        tangents: &Parameters<Tensor<B, 1>>,
    ) -> (Tensor<B, 2>, Tensor<B, 2>) {
        let frame = Frame::plain(batch.spans());
        let mut x = self.embeddings.forward(batch);
        let mut x_dot = None;
        for (index, (layer, tangents)) in self.layers.iter().zip(&tangents.layers).enumerate() {
            if x_dot.is_none() && tangents.is_empty() {
                x = layer.forward(x, &frame, self.read(index));
                continue;
            }
            let (y, kept) = layer.linearize(x, &frame, self.read(index));
            x_dot = layer.pushforward(&kept, x_dot, tangents);
            x = y;
        }
        let (z, kept) = self.head.linearize(x);
        let z_dot = self.push_through_head(&kept, x_dot, tangents);
        let z_dot = z_dot.unwrap_or_else(|| z.zeros_like());
        (z, z_dot)
    }

    fn push_through_head(
        &self,
        kept: &HeadKept<B>,
        x_dot: Option<Tensor<B, 2>>,
        tangents: &Parameters<Tensor<B, 1>>,
    ) -> Option<Tensor<B, 2>> {
        let (dense, own) = (tangents.pooler.as_ref(), tangents.head.as_ref());
        self.head.pushforward(kept, x_dot, dense, own)
    }

    /// Returns the linear map at a position.
    pub fn map(&self, place: Place) -> &LoraLinear<B> {
        match place {
            Place::Layer(layer, projection) => {
                let map = self.layers[layer].linear(projection.slot());
                map.expect("the architecture has this map")
            }
            Place::Pooler => &self.head.dense,
        }
    }

    pub(crate) fn map_mut(&mut self, place: Place) -> &mut LoraLinear<B> {
        match place {
            Place::Layer(layer, projection) => {
                let map = self.layers[layer].linear_mut(projection.slot());
                map.expect("the architecture has this map")
            }
            Place::Pooler => &mut self.head.dense,
        }
    }

    /// Returns the index of the lowest adapted layer; the number of layers if none is adapted.
    pub fn lowest_adapted(&self) -> usize {
        self.layers
            .iter()
            .position(Layer::is_adapted)
            .unwrap_or(self.layers.len())
    }

    /// Returns the tokens for which a layer gives an output: the last layer gives only the first token, which the head
    /// reads.
    fn read(&self, layer: usize) -> Read {
        if layer + 1 == self.layers.len() {
            Read::First
        } else {
            Read::All
        }
    }
}
