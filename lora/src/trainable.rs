use burn::module::Param;
use burn::tensor::{Tensor, backend::Backend};
use tangent_ntk_core::{Block, Model, Trainable, parameters, tensor};

use crate::adapter::{Adapter, Factors};
use crate::classifier::Classifier;
use crate::layers::{Head, LoraLinear, seed_of};
use crate::transpose::transpose;
use crate::weights::head_tensors;

impl<B: Backend> Trainable for Classifier<B> {
    /// Returns `lora_A`, then `lora_B`, of every adapted module; then, if the head is trained, its tensors by name,
    /// biases before weights.
    fn tensors(&self) -> Vec<Block> {
        let factors = self.targets.iter().flat_map(|target| {
            let ([rank, input], [output, _]) = target.shapes(&self.config);
            let named = |factor, size| Block::new(format!("{}.{factor}", target.name()), size);
            [
                named("lora_A", rank * input),
                named("lora_B", output * rank),
            ]
        });
        let head = self.head_tensors().into_iter();
        let head = head.map(|(name, shape)| Block::new(name, shape.iter().product()));
        factors.chain(head).collect()
    }

    fn theta(&self) -> Vec<f64> {
        let mut theta = Vec::with_capacity(parameters(self));
        for target in &self.targets {
            let lora = self.encoder.map(target.place).lora.as_ref();
            let lora = lora.expect("every target has its factors");
            theta.extend(values(lora.a.val()));
            theta.extend(values(lora.b.val()));
        }
        if self.head_block {
            for map in trained_maps(&self.encoder.head) {
                theta.extend(values(bias(map)));
                theta.extend(values(map.weight.val().transpose()));
            }
        }
        theta
    }

    fn at(&self, theta: &[f64]) -> Self {
        assert_eq!(theta.len(), parameters(self), "θ has the model's length");
        let mut rest = theta;
        let mut take = |count: usize| {
            let (here, after) = rest.split_at(count);
            rest = after;
            here
        };
        let mut moved = self.clone();
        for target in &self.targets {
            let (a, b) = target.shapes(&self.config);
            let lora = moved.encoder.map_mut(target.place).lora.as_mut();
            let lora = lora.expect("every target has its factors");
            lora.a = Param::from_tensor(tensor(self, take(a[0] * a[1]).to_vec(), a));
            lora.b = Param::from_tensor(tensor(self, take(b[0] * b[1]).to_vec(), b));
        }
        if self.head_block {
            for map in trained_maps_mut(&mut moved.encoder.head) {
                let [input, output] = map.weight.dims();
                let bias = tensor(self, take(output).to_vec(), [output]);
                let published = take(output * input);
                let weight = transpose(published, output, input);
                let weight = tensor(self, weight, [input, output]);
                let transposed = tensor(self, published.to_vec(), [output, input]);
                *map = LoraLinear::new(Param::from_tensor(weight), Some(Param::from_tensor(bias)))
                    .with_transposed(transposed);
            }
        }
        moved
    }

    /// Returns the model with LoRA's dropout as in PEFT: on the input of every A, with one draw for each adapted
    /// module; what is not dropped is multiplied by $1/(1 - \text{rate})$. The frozen maps and the head have no
    /// dropout.
    ///
    /// # Panics
    /// If `rate` is not in $[0, 1)$.
    fn with_dropout(&self, rate: f64, seed: u64) -> Option<Self> {
        let mut drawn = self.clone();
        for target in &self.targets {
            let map = drawn.encoder.map_mut(target.place);
            let seed = seed_of(seed, target.place.stream());
            *map = map.clone().with_dropout(rate, seed);
        }
        Some(drawn)
    }
}

impl<B: Backend> Classifier<B> {
    /// Returns the adapter at this model's parameters, to be saved. It has the configuration and the names of `like`,
    /// which the model was built with, this model's factors, rounded to `f32`, and, if the head is trained, this
    /// model's head in place of the head of `like`.
    ///
    /// # Panics
    /// If `like` adapts other modules.
    pub fn adapter(&self, like: &Adapter) -> Adapter {
        assert_eq!(self.targets, like.targets, "the adapter is this model's");
        let theta: Vec<f32> = self.theta().into_iter().map(|x| x as f32).collect();
        let mut rest = &theta[..];
        let mut take = |count: usize| {
            let (here, after) = rest.split_at(count);
            rest = after;
            here.to_vec()
        };
        let factors = self.targets.iter().map(|target| {
            let (a, b) = target.shapes(&self.config);
            Factors {
                a: take(a[0] * a[1]),
                b: take(b[0] * b[1]),
            }
        });
        let factors = factors.collect();
        let mut whole = like.head.clone().unwrap_or_default();
        whole.extend(self.head_tensors().into_iter().map(|(name, shape)| {
            let values = take(shape.iter().product());
            (name, (shape, values))
        }));
        Adapter {
            factors,
            head: (!whole.is_empty()).then_some(whole),
            ..like.clone()
        }
    }

    /// Returns the trained head's tensors, names and shapes, in the order of $\theta$, which is by name; none if it is
    /// not trained.
    fn head_tensors(&self) -> Vec<(String, Vec<usize>)> {
        if !self.head_block {
            return Vec::new();
        }
        let mut tensors = head_tensors(&self.config, self.outputs());
        tensors.sort();
        tensors
    }
}

/// Returns the head's own maps in the order of $\theta$.
fn trained_maps<B: Backend>(head: &Head<B>) -> Vec<&LoraLinear<B>> {
    match head.owns_dense {
        true => vec![&head.dense, &head.out],
        false => vec![&head.out],
    }
}

fn trained_maps_mut<B: Backend>(head: &mut Head<B>) -> Vec<&mut LoraLinear<B>> {
    match head.owns_dense {
        true => vec![&mut head.dense, &mut head.out],
        false => vec![&mut head.out],
    }
}

fn bias<B: Backend>(map: &LoraLinear<B>) -> Tensor<B, 1> {
    let bias = map.bias.as_ref();
    bias.expect("the maps of a head have biases").val()
}

fn values<B: Backend, const D: usize>(tensor: Tensor<B, D>) -> Vec<f64> {
    tensor.into_data().iter().collect()
}
