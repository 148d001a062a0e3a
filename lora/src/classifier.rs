use burn::tensor::{DType, Device, Tensor, backend::Backend};
use tangent_ntk_core::{Block, Model, Rows};

use crate::adapter::{Projection, Target};
use crate::batch::{Batch, Sequence};
use crate::config::EncoderConfig;
use crate::encoder::{Encoder, EncoderKept, Parameters};
use crate::layers::{Layer, Reduction};

/// An encoder with a head and adapters as a [`Model`]. Its blocks are the adapted modules in the order of [`Target`],
/// followed by the head if it is trained.
#[derive(Clone, Debug)]
pub struct Classifier<B: Backend> {
    pub(crate) encoder: Encoder<B>,
    pub(crate) config: EncoderConfig,
    pub(crate) targets: Vec<Target>,
    blocks: Vec<Block>,
    pub(crate) head_block: bool,
}

/// The name of the head's block.
pub const HEAD_BLOCK: &str = "head";

impl<B: Backend> Classifier<B> {
    pub(crate) fn new(
        encoder: Encoder<B>,
        config: EncoderConfig,
        targets: Vec<Target>,
        head_block: bool,
    ) -> Self {
        let adapted = targets.iter().map(|target| target.block(&config));
        let head = head_block.then(|| Block::new(HEAD_BLOCK, encoder.head.parameters()));
        let blocks = adapted.chain(head).collect();
        Self {
            encoder,
            config,
            targets,
            blocks,
            head_block,
        }
    }

    /// Returns the encoder with its layers and its head.
    pub fn encoder(&self) -> &Encoder<B> {
        &self.encoder
    }

    /// Returns the encoder's configuration.
    pub fn config(&self) -> &EncoderConfig {
        &self.config
    }

    /// Returns the adapted modules, in the order of the blocks.
    pub fn targets(&self) -> &[Target] {
        &self.targets
    }

    /// Takes the entries of these blocks out of `parameters`, in the order of `blocks`.
    fn by_block<T>(&self, mut parameters: Parameters<T>, blocks: &[usize]) -> Vec<T> {
        let mut of_block = |&block: &usize| match self.targets.get(block) {
            Some(target) => parameters.at(target.place).take(),
            None => parameters.head.take(),
        };
        let entries = blocks.iter().map(&mut of_block);
        entries
            .map(|entry| entry.expect("every wanted block has its derivative"))
            .collect()
    }

    /// Returns the outputs, and what the other maps need for every block.
    fn linearize(&self, xs: &[&Sequence]) -> (Tensor<B, 2>, EncoderKept<B>) {
        let lowest = self.encoder.lowest_adapted();
        self.encoder.linearize(&Batch::new(xs), lowest)
    }

    /// Marks the positions of the parameters of the blocks with these indices.
    fn wanted(&self, blocks: &[usize]) -> Parameters<()> {
        let mut wanted = Parameters::none(self.encoder.layers.len());
        for &block in blocks {
            match self.targets.get(block) {
                Some(target) => *wanted.at(target.place) = Some(()),
                None => wanted.head = Some(()),
            }
        }
        wanted
    }

    /// Returns the indices of all blocks.
    fn all(&self) -> Vec<usize> {
        (0..self.blocks.len()).collect()
    }

    /// Returns the gradient of the outputs weighted by `z_bar`, one tensor for each block.
    fn summed(&self, kept: &EncoderKept<B>, z_bar: Tensor<B, 2>) -> Vec<Tensor<B, 1>> {
        let all = self.all();
        let wanted = self.wanted(&all);
        let gradients = self.encoder.pullback(kept, z_bar, Reduction::Sum, &wanted);
        let blocks = self.by_block(gradients, &all).into_iter();
        blocks.map(|sum| sum.squeeze_dim(0)).collect()
    }

    /// Returns the tangents of all blocks at the positions of their parameters.
    fn by_place(&self, tangent: &[Tensor<B, 1>]) -> Parameters<Tensor<B, 1>> {
        assert_eq!(
            tangent.len(),
            self.blocks.len(),
            "a tangent for every block"
        );
        let mut parameters = Parameters::none(self.encoder.layers.len());
        for (target, tangent) in self.targets.iter().zip(tangent) {
            *parameters.at(target.place) = Some(tangent.clone());
        }
        if self.head_block {
            parameters.head = tangent.last().cloned();
        }
        parameters
    }
}

impl<B: Backend> Model for Classifier<B> {
    type Backend = B;
    type Input = Sequence;

    fn device(&self) -> Device<B> {
        self.encoder.embeddings.word.val().device()
    }

    fn dtype(&self) -> DType {
        self.encoder.embeddings.word.val().dtype()
    }

    fn blocks(&self) -> &[Block] {
        &self.blocks
    }

    fn outputs(&self) -> usize {
        self.encoder.head.out.weight.val().dims()[1]
    }

    fn size(&self, x: &Sequence) -> usize {
        x.tokens()
    }

    /// Returns the size of what the layers from the lowest adapted one upwards keep, of the widest activation of one
    /// layer, and, if there are several directions, of one block's rows a second time while they are put together.
    fn working_set(&self, xs: &[&Sequence], directions: usize) -> usize {
        let EncoderConfig {
            hidden_size: h,
            intermediate_size: wide,
            heads,
            ..
        } = self.config;
        let tokens: usize = xs.iter().map(|x| x.tokens()).sum();
        let pairs: usize = xs.iter().map(|x| x.tokens().pow(2)).sum();
        let kept = |layer: &Layer<B>| {
            let rank = |&p: &Projection| {
                let lora = layer.linear(p.slot()).and_then(|map| map.lora.as_ref());
                lora.map_or(0, |lora| lora.a.dims()[0])
            };
            let ranks: usize = Projection::ALL.iter().map(rank).sum();
            // Every layer keeps gelu'; it keeps the value of GELU only as the input of an adapted map.
            let wides = 1 + usize::from(layer.feed_forward.output.lora.is_some());
            tokens * (8 * h + wides * wide + ranks) + heads * pairs
        };
        let adapted = &self.encoder.layers[self.encoder.lowest_adapted()..];
        let kept: usize = adapted.iter().map(kept).sum();
        // An adapted pooler keeps its input and the product of its input with A.
        let pooler = self.encoder.head.dense.lora.as_ref();
        let pooled = pooler.map_or(0, |lora| xs.len() * (h + lora.a.dims()[0]));
        let passing = tokens * (4 * h + 2 * wide);
        let largest = self.blocks.iter().map(|block| block.parameters).max();
        let stacked = match directions {
            0 | 1 => 0,
            _ => xs.len() * directions * largest.unwrap_or(0),
        };
        (kept + pooled + passing + stacked) * self.dtype().size()
    }

    fn forward(&self, xs: &[&Sequence]) -> Tensor<B, 2> {
        self.encoder.forward(&Batch::new(xs))
    }

    fn rows(&self, xs: &[&Sequence], directions: Tensor<B, 2>, blocks: &[usize]) -> Rows<B> {
        let (wanted, asked) = (self.wanted(blocks), blocks);
        let lowest = wanted.lowest_layer();
        let (outputs, kept) = self.encoder.linearize(&Batch::new(xs), lowest);
        let [count, classes] = directions.dims();
        let mut blocks: Vec<Vec<Tensor<B, 2>>> = vec![Vec::with_capacity(count); asked.len()];
        for direction in 0..count {
            let z_bar = directions
                .clone()
                .slice([direction..direction + 1, 0..classes])
                .expand([xs.len(), classes]);
            let gradients = self
                .encoder
                .pullback(&kept, z_bar, Reduction::PerExample, &wanted);
            for (block, rows) in blocks.iter_mut().zip(self.by_block(gradients, asked)) {
                block.push(rows);
            }
        }
        let blocks = blocks.into_iter().map(|mut rows| match rows.len() {
            1 => rows.remove(0).unsqueeze_dim(1),
            _ => Tensor::stack(rows, 1),
        });
        Rows {
            outputs,
            blocks: blocks.collect(),
        }
    }

    fn gradient(
        &self,
        xs: &[&Sequence],
        cotangent: &dyn Fn(Tensor<B, 2>) -> Tensor<B, 2>,
    ) -> (Tensor<B, 2>, Vec<Tensor<B, 1>>) {
        let (outputs, kept) = self.linearize(xs);
        let gradient = self.summed(&kept, cotangent(outputs.clone()));
        (outputs, gradient)
    }

    fn pushforward(
        &self,
        xs: &[&Sequence],
        tangent: &[Tensor<B, 1>],
    ) -> (Tensor<B, 2>, Tensor<B, 2>) {
        self.encoder
            .pushforward(&Batch::new(xs), &self.by_place(tangent))
    }

    /// Computes both results from one forward pass.
    fn tangent_gradient(
        &self,
        xs: &[&Sequence],
        tangent: &[Tensor<B, 1>],
        cotangent: &dyn Fn(Tensor<B, 2>) -> Tensor<B, 2>,
    ) -> (Tensor<B, 2>, Vec<Tensor<B, 1>>) {
        let (_, kept) = self.linearize(xs);
        let change = self.encoder.tangent(&kept, &self.by_place(tangent));
        (change.clone(), self.summed(&kept, cotangent(change)))
    }
}

/// Checks without a GPU that the GPU's backend meets the same bounds as the processor's.
#[cfg(feature = "cuda")]
const _: fn() = || {
    fn is_model<M: Model>() {}
    is_model::<Classifier<burn_cuda::Cuda>>();
};
