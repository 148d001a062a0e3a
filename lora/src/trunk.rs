use burn::module::Module;
use burn::tensor::{Tensor, backend::Backend};

use crate::adapter::Projection;
use crate::batch::Batch;
use crate::layers::{Embeddings, Frame, Layer, Norm, Read};
use crate::weights::NamedTensors;

/// An encoder without a head, which pretraining trains by burn's autodiff: every tensor is a parameter.
#[derive(Module, Debug)]
pub struct Trunk<B: Backend> {
    /// Maps each token to a row.
    pub embeddings: Embeddings<B>,
    /// The layers, from the first to the last.
    pub layers: Vec<Layer<B>>,
}

impl<B: Backend> Trunk<B> {
    /// Returns the last hidden state of every token, `[tokens, h]`.
    pub fn forward(&self, batch: &Batch) -> Tensor<B, 2> {
        let frame = Frame::plain(batch.spans());
        let x = self.embeddings.forward(batch);
        self.layers
            .iter()
            .fold(x, |x, layer| layer.forward(x, &frame, Read::All))
    }

    /// Returns the tensors as a checkpoint stores them; linear weights are `[out, in]`.
    pub fn tensors(&self) -> NamedTensors {
        let mut tensors = NamedTensors::new();
        let embeddings = &self.embeddings;
        for (name, table) in [
            ("word", &embeddings.word),
            ("position", &embeddings.position),
            ("token_type", &embeddings.token_type),
        ] {
            put(
                &mut tensors,
                format!("embeddings.{name}_embeddings.weight"),
                table.val(),
            );
        }
        put_norm(&mut tensors, "embeddings.LayerNorm", &embeddings.norm);
        for (index, layer) in self.layers.iter().enumerate() {
            let prefix = format!("encoder.layer.{index}");
            for projection in Projection::ALL {
                let linear = layer
                    .linear(projection.slot())
                    .expect("the architecture has this map");
                let name = format!("{prefix}.{projection}");
                put(
                    &mut tensors,
                    format!("{name}.weight"),
                    linear.weight.val().transpose(),
                );
                if let Some(bias) = &linear.bias {
                    put(&mut tensors, format!("{name}.bias"), bias.val());
                }
            }
            for (path, norms) in [
                ("attention.output.LayerNorm", &layer.attention_norms),
                ("output.LayerNorm", &layer.feed_forward_norms),
            ] {
                if let Some(norm) = &norms.of_sum {
                    put_norm(&mut tensors, &format!("{prefix}.{path}"), norm);
                }
            }
        }
        tensors
    }
}

fn put_norm<B: Backend>(tensors: &mut NamedTensors, name: &str, norm: &Norm<B>) {
    put(tensors, format!("{name}.weight"), norm.gamma.val());
    if let Some(beta) = &norm.beta {
        put(tensors, format!("{name}.bias"), beta.val());
    }
}

fn put<B: Backend, const D: usize>(tensors: &mut NamedTensors, name: String, tensor: Tensor<B, D>) {
    let shape = tensor.dims().to_vec();
    let values = tensor.into_data().convert::<f32>();
    let values = values.into_vec().expect("just converted");
    tensors.insert(name, (shape, values));
}

#[cfg(test)]
mod tests {
    use burn::tensor::{DType, Tolerance};
    use burn_flex::{Flex, FlexDevice};

    use super::*;
    use crate::adapter::{Adapter, LoraConfig};
    use crate::weights::{HeadWeights, Weights, encoder_tensors, write_safetensors};
    use crate::{Activation, Architecture, Classifier, EncoderConfig, Sequence};

    #[test]
    fn tensors_go_in_and_out_and_the_states_are_the_encoders() {
        let config = EncoderConfig {
            architecture: Architecture::Roberta,
            vocab_size: 11,
            hidden_size: 4,
            layers: 2,
            heads: 2,
            intermediate_size: 6,
            max_positions: 9,
            type_vocab_size: 1,
            layer_norm_eps: 1e-5,
            pad_token_id: 1,
            activation: Activation::Gelu,
            initializer_range: 0.02,
            labels: None,
            architectures: Vec::new(),
            warnings: Vec::new(),
        };
        let tensors: NamedTensors = (0..)
            .zip(encoder_tensors(&config))
            .map(|(seed, (name, shape))| {
                let entries = [shape.iter().product(), 1];
                let draw = crate::weights::random::Draws::new(seed, 0).normal(entries, 0.3);
                let draw = draw.expect("a small tensor");
                (name, (shape, draw))
            })
            .collect();
        let file = tempfile::NamedTempFile::new().unwrap();
        let listed: Vec<_> = tensors
            .iter()
            .map(|(name, (shape, values))| (name.clone(), shape.clone(), values.as_slice()))
            .collect();
        write_safetensors(file.path(), &listed).unwrap();

        let bytes = std::fs::read(file.path()).unwrap();
        let on_disk = Weights::open_file(file.path()).unwrap();
        let in_memory = Weights::from_bytes("in memory", bytes.clone()).unwrap();
        assert_eq!(in_memory.sha256(), on_disk.sha256());
        let short = Weights::from_bytes("in memory", bytes[..bytes.len() - 1].to_vec());
        let message = short.unwrap_err().to_string();
        assert!(
            message.starts_with("in memory is not a complete safetensors file"),
            "{message}"
        );

        let trunk = Trunk::<Flex>::load(&config, &in_memory, &FlexDevice, DType::F32).unwrap();
        assert_eq!(trunk.tensors(), tensors);

        let head = HeadWeights::load(&config, &on_disk, None, None, 0).unwrap();
        let adapter = Adapter::init(LoraConfig::new(1, 1.0, ["query"]), &config, 0).unwrap();
        let model = Classifier::<Flex>::build(
            &config,
            &on_disk,
            &head,
            &adapter,
            false,
            &FlexDevice,
            DType::F32,
        )
        .unwrap();
        let sequences = [&[0, 5, 2][..], &[0, 7, 8, 2]]
            .map(|ids| Sequence::new(&config, ids, &vec![0; ids.len()]).unwrap());
        let batch = Batch::new(&sequences.iter().collect::<Vec<_>>());
        let states = model.encoder().hidden_states(&batch).pop().unwrap();
        let tolerance = Tolerance::<f32>::absolute(1e-6);
        trunk
            .forward(&batch)
            .into_data()
            .assert_approx_eq(&states.into_data(), tolerance);
    }
}
