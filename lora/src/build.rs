use burn::module::Param;
use burn::tensor::{DType, Tensor, backend::Backend};

use crate::adapter::{Adapter, Factors, Place, Projection, Target};
use crate::classifier::Classifier;
use crate::config::{Architecture, EncoderConfig};
use crate::encoder::Encoder;
use crate::error::Error;
use crate::layers::{
    Attention, AttentionForm, Embeddings, FeedForward, FusedOrder, Head, Layer, LoraLinear, Norm,
    Norms, Slot, param, tensor,
};
use crate::ops::Reach;
use crate::transpose::transpose;
use crate::trunk::Trunk;
use crate::weights::{HeadSource, HeadWeights, Weights};

impl<B: Backend> Classifier<B> {
    /// Builds the model on a device from the contents of the files: a frozen encoder, a head, and an adapter's factors.
    ///
    /// `dtype` is the element type of all arithmetic, `F32` or `F64`. With `head_block`, the head's own parameters are
    /// one more block after the adapters' blocks.
    ///
    /// # Errors
    /// A tensor of the encoder is missing, has the wrong shape, or is not finite; the adapter adapts a pooler that was
    /// drawn.
    pub fn build(
        config: &EncoderConfig,
        weights: &Weights,
        head: &HeadWeights,
        adapter: &Adapter,
        head_block: bool,
        device: &B::Device,
        dtype: DType,
    ) -> Result<Self, Error> {
        let source = Source::<B> {
            config,
            weights,
            device,
            dtype,
        };
        weights.check(config)?;
        let places = || adapter.targets.iter().map(|target| target.place);
        if head.dense_source == HeadSource::Seeded && places().any(|place| place == Place::Pooler) {
            return Err(Error::DrawnPooler);
        }
        let lowest = places()
            .filter_map(|place| match place {
                Place::Layer(layer, projection) => Some((layer, projection.slot().stage())),
                Place::Pooler => None,
            })
            .min();
        // Cotangents are pulled back to the lowest adapted map, but not through it.
        let pulled_back = |layer: usize, projection: Projection| {
            lowest.is_some_and(|lowest| (layer, projection.slot().stage()) > lowest)
        };
        let layers = (0..config.layers)
            .map(|index| source.layer(index, |projection| pulled_back(index, projection)))
            .collect::<Result<Vec<_>, _>>()?;
        let mut encoder = Encoder {
            embeddings: source.embeddings()?,
            layers,
            head: source.head(head),
        };
        for (target, factors) in adapter.targets.iter().zip(&adapter.factors) {
            source.adapt(encoder.map_mut(target.place), target, factors);
        }
        Ok(Self::new(
            encoder,
            config.clone(),
            adapter.targets.clone(),
            head_block,
        ))
    }
}

impl<B: Backend> Trunk<B> {
    /// Loads the trunk onto a device from a checkpoint's tensors. Every tensor is a parameter that can be trained.
    ///
    /// # Errors
    /// A tensor is missing, has the wrong shape, or is not finite.
    pub fn load(
        config: &EncoderConfig,
        weights: &Weights,
        device: &B::Device,
        dtype: DType,
    ) -> Result<Self, Error> {
        weights.check(config)?;
        let source = Source::<B> {
            config,
            weights,
            device,
            dtype,
        };
        Ok(Self {
            embeddings: source.embeddings()?,
            layers: (0..config.layers)
                .map(|index| source.layer(index, |_| false))
                .collect::<Result<_, _>>()?,
        })
    }
}

/// The files that tensors are read from, and the device and element type that they get.
struct Source<'a, B: Backend> {
    config: &'a EncoderConfig,
    weights: &'a Weights,
    device: &'a B::Device,
    dtype: DType,
}

impl<B: Backend> Source<'_, B> {
    fn read<const D: usize>(
        &self,
        name: &str,
        shape: [usize; D],
    ) -> Result<Param<Tensor<B, D>>, Error> {
        Ok(param(
            self.weights.tensor(name, &shape)?,
            shape,
            self.device,
            self.dtype,
        ))
    }

    fn embeddings(&self) -> Result<Embeddings<B>, Error> {
        let EncoderConfig {
            vocab_size,
            hidden_size,
            max_positions,
            type_vocab_size,
            ..
        } = *self.config;
        Ok(Embeddings {
            word: self.read(
                "embeddings.word_embeddings.weight",
                [vocab_size, hidden_size],
            )?,
            position: self.read(
                "embeddings.position_embeddings.weight",
                [max_positions, hidden_size],
            )?,
            token_type: self.read(
                "embeddings.token_type_embeddings.weight",
                [type_vocab_size, hidden_size],
            )?,
            norm: self.norm("embeddings.LayerNorm")?,
        })
    }

    fn norm(&self, name: &str) -> Result<Norm<B>, Error> {
        let width = [self.config.hidden_size];
        Ok(Norm {
            gamma: self.read(&format!("{name}.weight"), width)?,
            beta: Some(self.read(&format!("{name}.bias"), width)?),
            epsilon: self.config.layer_norm_eps,
            centred: true,
        })
    }

    fn layer(
        &self,
        index: usize,
        pulled_back: impl Fn(Projection) -> bool,
    ) -> Result<Layer<B>, Error> {
        let prefix = format!("encoder.layer.{index}");
        let linear = |projection: Projection| {
            let (input, output) = projection.widths(self.config);
            let name = format!("{prefix}.{projection}");
            let weight = self
                .weights
                .tensor(&format!("{name}.weight"), &[output, input])?;
            let bias = self.weights.tensor(&format!("{name}.bias"), &[output])?;
            Ok(self.linear(weight, bias, input, pulled_back(projection)))
        };
        let of_sum = |path: &str| -> Result<Norms<B>, Error> {
            Ok(Norms {
                before: None,
                after: None,
                of_sum: Some(self.norm(&format!("{prefix}.{path}"))?),
            })
        };
        let width = self.config.hidden_size / self.config.heads;
        Ok(Layer {
            attention: Attention {
                projections: vec![
                    linear(Projection::Query)?,
                    linear(Projection::Key)?,
                    linear(Projection::Value)?,
                ],
                query_norm: None,
                key_norm: None,
                output: linear(Projection::AttentionOutput)?,
                form: AttentionForm {
                    heads: self.config.heads,
                    key_heads: self.config.heads,
                    width,
                    scale: (width as f64).sqrt().recip(),
                    cap: None,
                    reach: Reach::FULL,
                    order: FusedOrder::ByKind,
                    rotary: None,
                },
            },
            attention_norms: of_sum("attention.output.LayerNorm")?,
            feed_forward: FeedForward {
                inner: vec![linear(Projection::Intermediate)?],
                output: linear(Projection::Output)?,
                slots: &[Slot::Up],
                activation: self.config.activation,
            },
            feed_forward_norms: of_sum("output.LayerNorm")?,
            parallel: false,
        })
    }

    /// Returns a linear map from a weight `[out, in]` as it is published; if cotangents are pulled back through the
    /// map, that layout is kept too.
    fn linear(
        &self,
        weight: Vec<f32>,
        bias: Vec<f32>,
        input: usize,
        pulled_back: bool,
    ) -> LoraLinear<B> {
        let output = bias.len();
        let forward = param(
            transpose(&weight, output, input),
            [input, output],
            self.device,
            self.dtype,
        );
        let linear = LoraLinear::new(
            forward,
            Some(param(bias, [output], self.device, self.dtype)),
        );
        match pulled_back {
            true => {
                linear.with_transposed(tensor(weight, [output, input], self.device, self.dtype))
            }
            false => linear,
        }
    }

    fn adapt(&self, map: &mut LoraLinear<B>, target: &Target, factors: &Factors) {
        let (a, b) = target.shapes(self.config);
        let a = tensor(factors.a.clone(), a, self.device, self.dtype);
        let b = tensor(factors.b.clone(), b, self.device, self.dtype);
        *map = map.clone().with_lora(a, b, target.scaling);
    }

    fn head(&self, head: &HeadWeights) -> Head<B> {
        let h = self.config.hidden_size;
        let linear = |from: &crate::weights::Linear| {
            self.linear(from.weight.clone(), from.bias.clone(), h, true)
        };
        Head {
            dense: linear(&head.dense),
            out: linear(&head.output),
            owns_dense: self.config.architecture == Architecture::Roberta,
        }
    }
}
