//! Small random models of every shape, made through the same files as real models.
#![allow(dead_code)]

use burn::tensor::{DType, backend::Backend};
use proptest::prelude::*;
use tangent_lora::adapter::{Adapter, LoraConfig, Projection};
use tangent_lora::weights::{
    HeadWeights, Weights, encoder_tensors, head_tensors, pooler_tensors, write_safetensors,
};
use tangent_lora::{Activation, Architecture, Classifier, EncoderConfig, Labels, Sequence};

/// The settings from which a random model is made.
#[derive(Clone, Debug)]
pub struct Recipe {
    pub architecture: Architecture,
    pub activation: Activation,
    pub layers: usize,
    pub heads: usize,
    pub head_width: usize,
    pub classes: usize,
    pub adapted_layers: Vec<usize>,
    pub projections: Vec<Projection>,
    /// Whether BERT's pooler is adapted too.
    pub pooler: bool,
    pub rank: usize,
    pub alpha: f64,
    pub zero_b: bool,
    pub head_block: bool,
    pub lengths: Vec<usize>,
    pub seed: u64,
}

const VOCABULARY: usize = 23;

/// Returns recipes of every kind: both architectures, ragged lengths and single tokens, batches of one, B = 0 and B ≠
/// 0, alpha ≠ rank, one to three classes, and every target module including the pooler.
pub fn recipes() -> impl Strategy<Value = Recipe> {
    let shape = (
        prop_oneof![Just(Architecture::Bert), Just(Architecture::Roberta)],
        prop_oneof![Just(Activation::Gelu), Just(Activation::GeluTanh)],
        1usize..=3,
        1usize..=3,
        // Layer normalisation over two entries is constant up to rounding, so it has nothing to differentiate.
        4usize..=6,
        1usize..=3,
    );
    let adapter = (
        1u8..8,
        1u8..64,
        1usize..=3,
        0.5f64..6.0,
        any::<bool>(),
        any::<bool>(),
        any::<bool>(),
    );
    (
        shape,
        adapter,
        proptest::collection::vec(1usize..=7, 1..=4),
        any::<u64>(),
    )
        .prop_map(
            |(
                (architecture, activation, layers, heads, head_width, classes),
                adapter,
                lengths,
                seed,
            )| {
                let (layer_bits, projection_bits, rank, alpha, zero_b, head_block, pooler) =
                    adapter;
                let mut adapted_layers: Vec<usize> =
                    (0..layers).filter(|l| layer_bits >> l & 1 == 1).collect();
                if adapted_layers.is_empty() {
                    adapted_layers.push(layers - 1);
                }
                let projections = Projection::ALL
                    .into_iter()
                    .enumerate()
                    .filter(|(i, _)| projection_bits >> i & 1 == 1)
                    .map(|(_, p)| p);
                Recipe {
                    architecture,
                    activation,
                    layers,
                    heads,
                    head_width,
                    classes,
                    adapted_layers,
                    projections: projections.collect(),
                    pooler: pooler && architecture == Architecture::Bert,
                    rank,
                    alpha,
                    zero_b,
                    head_block,
                    lengths,
                    seed,
                }
            },
        )
}

/// A small generator: the tests need numbers, not good randomness.
pub struct Numbers(u64);

impl Numbers {
    pub fn new(seed: u64) -> Self {
        Self(seed ^ 0x9e37_79b9_7f4a_7c15)
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Returns a number in [−1, 1).
    pub fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 52) as f64 - 1.0
    }

    pub fn list(&mut self, length: usize) -> Vec<f64> {
        (0..length).map(|_| self.unit()).collect()
    }

    pub fn vector(&mut self, length: usize, scale: f64) -> Vec<f32> {
        (0..length).map(|_| (self.unit() * scale) as f32).collect()
    }
}

/// The parts of a random model.
pub struct Parts {
    pub config: EncoderConfig,
    pub weights: Weights,
    pub head: HeadWeights,
    pub adapter: Adapter,
    pub head_block: bool,
    _folder: tempfile::TempDir,
}

impl Recipe {
    pub fn parts(&self) -> Parts {
        let hidden_size = self.heads * self.head_width;
        let config = EncoderConfig {
            architecture: self.architecture,
            vocab_size: VOCABULARY,
            hidden_size,
            layers: self.layers,
            heads: self.heads,
            intermediate_size: 2 * hidden_size + 1,
            max_positions: 12,
            type_vocab_size: 2,
            layer_norm_eps: 1e-5,
            pad_token_id: 1,
            activation: self.activation,
            initializer_range: 0.02,
            labels: Some(Labels::Numbered(self.classes)),
            architectures: Vec::new(),
            warnings: Vec::new(),
        };
        let mut numbers = Numbers::new(self.seed);
        let mut tensors = encoder_tensors(&config);
        tensors.extend(pooler_tensors(&config));
        tensors.extend(head_tensors(&config, self.classes));
        let values: Vec<Vec<f32>> = tensors
            .iter()
            .map(|(name, shape)| {
                let near_one = if name.ends_with("LayerNorm.weight") {
                    1.0
                } else {
                    0.0
                };
                let drawn = numbers.vector(shape.iter().product(), 0.5);
                drawn.into_iter().map(|v| v + near_one).collect()
            })
            .collect();
        let folder = tempfile::tempdir().unwrap();
        let listed: Vec<_> = tensors
            .iter()
            .zip(&values)
            .map(|((name, shape), values)| (name.clone(), shape.clone(), &values[..]))
            .collect();
        write_safetensors(&folder.path().join("model.safetensors"), &listed).unwrap();
        let weights = Weights::open(folder.path()).unwrap();
        let head = HeadWeights::load(&config, &weights, None, Some(self.classes), 0).unwrap();
        // The pooler's entry is its whole path, so it is adapted whatever the layers are.
        let pooler = self.pooler.then_some("bert.pooler.dense");
        let names = self.projections.iter().map(|p| p.path()).chain(pooler);
        let lora = LoraConfig::new(self.rank, self.alpha, names)
            .on_layers(self.adapted_layers.iter().copied());
        let mut adapter = Adapter::init(lora, &config, self.seed).unwrap();
        if !self.zero_b {
            for factors in &mut adapter.factors {
                factors.b = numbers.vector(factors.b.len(), 0.4);
            }
        }
        Parts {
            config,
            weights,
            head,
            adapter,
            head_block: self.head_block,
            _folder: folder,
        }
    }

    pub fn sequences(&self, config: &EncoderConfig) -> Vec<Sequence> {
        let mut numbers = Numbers::new(self.seed.wrapping_add(1));
        let mut below = |size: usize| (numbers.next() % size as u64) as u32;
        self.lengths
            .iter()
            .map(|&length| {
                // A sequence here never has the padding token.
                let ids: Vec<u32> = (0..length).map(|_| 2 + below(VOCABULARY - 2)).collect();
                let types: Vec<u32> = (0..length).map(|_| below(2)).collect();
                Sequence::new(config, &ids, &types).unwrap()
            })
            .collect()
    }
}

impl Parts {
    pub fn model<B: Backend>(&self, dtype: DType) -> Classifier<B> {
        self.model_with::<B>(&self.adapter, &self.head, dtype)
    }

    pub fn model_with<B: Backend>(
        &self,
        adapter: &Adapter,
        head: &HeadWeights,
        dtype: DType,
    ) -> Classifier<B> {
        let device = Default::default();
        Classifier::build(
            &self.config,
            &self.weights,
            head,
            adapter,
            self.head_block,
            &device,
            dtype,
        )
        .unwrap()
    }
}
