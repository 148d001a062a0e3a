use burn::module::{Module, Param};
use burn::nn::{Linear, LinearRecord};
use burn::tensor::activation::log_softmax;
use burn::tensor::backend::Backend;
use burn::tensor::{DType, Int, Tensor, TensorData};
use tangent_lora::layers::Norm;
use tangent_lora::ops::activate;
use tangent_lora::weights::{NamedTensors, Weights, encoder_tensors};
use tangent_lora::{Activation, EncoderConfig, Trunk};
use tangent_random::Draws;

use super::text::Masked;
use crate::{Error, Result};

/// RoBERTa's masked language model: the trunk, a dense map, GELU, a layer norm, and the word embedding as the output
/// map.
#[derive(Module, Debug)]
pub(super) struct MaskedLm<B: Backend> {
    trunk: Trunk<B>,
    dense: Linear<B>,
    norm: Norm<B>,
    bias: Param<Tensor<B, 1>>,
}

impl<B: Backend> MaskedLm<B> {
    /// Loads the model from the tensors of the trunk and of `lm_head`.
    pub(super) fn load(
        config: &EncoderConfig,
        weights: &Weights,
        device: &B::Device,
    ) -> Result<Self> {
        let (h, vocabulary) = (config.hidden_size, config.vocab_size);
        let read = |name: &str, length| {
            let values = weights.tensor(name, &[length])?;
            Ok::<_, Error>(Param::from_tensor(Tensor::from_data(
                TensorData::new(values, [length]),
                device,
            )))
        };
        let dense = weights.tensor("lm_head.dense.weight", &[h, h])?;
        let dense: Tensor<B, 2> = Tensor::from_data(TensorData::new(dense, [h, h]), device);
        Ok(Self {
            trunk: Trunk::load(config, weights, device, DType::F32)?,
            dense: burn::nn::LinearConfig::new(h, h)
                .init(device)
                .load_record(LinearRecord {
                    weight: Param::from_tensor(dense.transpose()),
                    bias: Some(read("lm_head.dense.bias", h)?),
                }),
            norm: Norm {
                gamma: read("lm_head.layer_norm.weight", h)?,
                beta: Some(read("lm_head.layer_norm.bias", h)?),
                epsilon: config.layer_norm_eps,
                centred: true,
            },
            bias: read("lm_head.bias", vocabulary)?,
        })
    }

    /// Returns the mean cross-entropy of the hidden tokens, in nats.
    pub(super) fn loss(&self, masked: &Masked) -> Tensor<B, 1> {
        let states = self.trunk.forward(&masked.batch);
        let device = states.device();
        let rows = masked
            .rows
            .iter()
            .map(|&row| row as i64)
            .collect::<Vec<_>>();
        let tokens = masked
            .tokens
            .iter()
            .map(|&token| i64::from(token))
            .collect::<Vec<_>>();
        let count = rows.len();
        let rows: Tensor<B, 1, Int> = Tensor::from_data(TensorData::new(rows, [count]), &device);
        let tokens: Tensor<B, 2, Int> =
            Tensor::from_data(TensorData::new(tokens, [count, 1]), &device);
        let x = self.norm.forward(activate(
            self.dense.forward(states.select(0, rows)),
            Activation::Gelu,
        ));
        let words = self.trunk.embeddings.word.val().transpose();
        let logits = x.matmul(words) + self.bias.val().unsqueeze();
        log_softmax(logits, 1).gather(1, tokens).mean().neg()
    }

    /// Returns all tensors, with the names and shapes of a checkpoint.
    pub(super) fn tensors(&self) -> NamedTensors {
        let mut tensors = self.trunk.tensors();
        let mut put = |name: &str, shape: Vec<usize>, data: TensorData| {
            let values = data.convert::<f32>().into_vec().expect("just converted");
            tensors.insert(format!("lm_head.{name}"), (shape, values));
        };
        let [vocabulary, h] = self.trunk.embeddings.word.dims();
        put(
            "dense.weight",
            vec![h, h],
            self.dense.weight.val().transpose().into_data(),
        );
        let bias = self.dense.bias.as_ref().expect("it was made with one");
        put("dense.bias", vec![h], bias.val().into_data());
        put(
            "layer_norm.weight",
            vec![h],
            self.norm.gamma.val().into_data(),
        );
        let beta = self.norm.beta.as_ref().expect("it was loaded with one");
        put("layer_norm.bias", vec![h], beta.val().into_data());
        put("bias", vec![vocabulary], self.bias.val().into_data());
        tensors
    }
}

/// Returns the initial tensors: normal weights, zero biases, identity layer norms.
pub(super) fn start(config: &EncoderConfig, deviation: f64, seed: u64) -> NamedTensors {
    let (h, vocabulary) = (config.hidden_size, config.vocab_size);
    let head = [
        ("lm_head.dense.weight", vec![h, h]),
        ("lm_head.dense.bias", vec![h]),
        ("lm_head.layer_norm.weight", vec![h]),
        ("lm_head.layer_norm.bias", vec![h]),
        ("lm_head.bias", vec![vocabulary]),
    ];
    let head = head.map(|(name, shape)| (name.to_owned(), shape));
    let mut draws = Draws::new(seed, 0);
    let mut tensor = |(name, shape): (String, Vec<usize>)| {
        let count = shape.iter().product();
        let is_norm = name.contains("LayerNorm") || name.contains("layer_norm");
        let values = match (shape.len(), is_norm && name.ends_with("weight")) {
            (1, true) => vec![1.0; count],
            (1, false) => vec![0.0; count],
            _ => (0..count)
                .map(|_| (deviation * normal(&mut draws)) as f32)
                .collect(),
        };
        (name, (shape, values))
    };
    encoder_tensors(config)
        .into_iter()
        .chain(head)
        .map(&mut tensor)
        .collect()
}

/// Draws from the Irwin–Hall distribution: a sum of twelve uniform draws, shifted to mean 0. It has variance 1 and is
/// the same on every platform.
fn normal(draws: &mut Draws) -> f64 {
    (0..12).map(|_| draws.unit()).sum::<f64>() - 6.0
}
