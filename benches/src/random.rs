//! Meaningless inputs of realistic size: a model of MiniLM's shape, and Gram matrices.

use burn::tensor::{DType, backend::Backend};
use nalgebra::DMatrix;
use tangent_files::tensors::{self, Tensor};
use tangent_lora::adapter::{Adapter, LoraConfig};
use tangent_lora::weights::{HeadWeights, Weights, encoder_tensors};
use tangent_lora::{Activation, Architecture, Classifier, EncoderConfig, Labels};

/// Returns a BERT of 6 layers × 384 with fixed, meaningless weights, and an adapter on it.
///
/// # Panics
/// The adapter selects no module.
pub fn model<B: Backend>(adapter: LoraConfig, device: &B::Device, dtype: DType) -> Classifier<B> {
    let config = EncoderConfig {
        architecture: Architecture::Bert,
        vocab_size: 5000,
        hidden_size: 384,
        layers: 6,
        heads: 12,
        intermediate_size: 1536,
        max_positions: 512,
        type_vocab_size: 2,
        layer_norm_eps: 1e-12,
        pad_token_id: 0,
        activation: Activation::Gelu,
        initializer_range: 0.02,
        labels: Some(Labels::Numbered(2)),
        architectures: Vec::new(),
        warnings: Vec::new(),
    };
    let weights = weights(&config);
    let head = HeadWeights::load(&config, &weights, None, Some(2), 0).expect("a seeded head");
    let adapter = Adapter::init(adapter, &config, 0).expect("modules of a BERT");
    Classifier::build(&config, &weights, &head, &adapter, false, device, dtype)
        .expect("all tensors are there")
}

fn weights(config: &EncoderConfig) -> Weights {
    // A linear congruential generator is random enough for a measurement of time.
    let mut state = 1_u64;
    let mut draw = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        0.06 * ((state >> 40) as f32 / (1_u64 << 24) as f32 - 0.5)
    };
    let tensors: Vec<(String, Vec<usize>, Vec<f32>)> = encoder_tensors(config)
        .into_iter()
        .map(|(name, shape)| {
            let centre = if name.ends_with("LayerNorm.weight") {
                1.0
            } else {
                0.0
            };
            let values = (0..shape.iter().product())
                .map(|_: usize| centre + draw())
                .collect();
            (name, shape, values)
        })
        .collect();
    let tensors = tensors.iter().filter_map(|(name, shape, values)| {
        Some((name.clone(), Tensor::f32(shape.clone(), values)?))
    });
    let file = tensors::to_bytes(tensors, tensors::of_pytorch()).expect("plain names and shapes");
    Weights::from_bytes("random weights", file).expect("it has just been written")
}

/// Returns $J J^\top$, `[n, n]`, for a J with `columns` columns and fixed entries that have hardly any pattern.
pub fn gram(n: usize, columns: usize) -> DMatrix<f64> {
    let jacobian = DMatrix::from_fn(n, columns, |i, j| {
        (((i * 7919 + j * 104_729) % 1009) as f64).sin()
    });
    &jacobian * jacobian.transpose()
}
