use burn::backend::Autodiff;
use burn::grad_clipping::GradientClippingConfig;
use burn::module::{AutodiffModule, Module};
use burn::nn::loss::CrossEntropyLossConfig;
use burn::nn::{Linear, LinearConfig};
use burn::optim::{AdamWConfig, GradientsParams, Optimizer};
use burn::tensor::backend::Backend;
use burn::tensor::{DType, Int, Tensor};
use burn_flex::{Flex, FlexDevice};
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use tangent_embedded as embedded;
use tangent_lora::{Batch, Trunk};

use crate::examples::Examples;

const EPOCHS: usize = 8;
const RATE: f64 = 5e-4;

/// The encoder with RoBERTa's classification head.
#[derive(Module, Debug)]
struct Classifier<B: Backend> {
    trunk: Trunk<B>,
    dense: Linear<B>,
    out: Linear<B>,
}

impl<B: Backend> Classifier<B> {
    /// Returns the logits, `[n, 2]`.
    fn logits(&self, batch: &Batch) -> Tensor<B, 2> {
        let first: Vec<i64> = batch
            .spans()
            .ranges()
            .map(|range| range.start as i64)
            .collect();
        let states = self.trunk.forward(batch);
        let first: Tensor<B, 1, Int> = Tensor::from_data(&first[..], &states.device());
        self.out
            .forward(self.dense.forward(states.select(0, first)).tanh())
    }
}

/// Returns the share of `dev` that the encoder classifies correctly after training all its parameters on `train`.
pub fn accuracy(train: &Examples, dev: &Examples) -> f64 {
    type B = Autodiff<Flex>;
    let source = embedded::load().unwrap();
    let h = source.config.hidden_size;
    <B as Backend>::seed(&FlexDevice, 0);
    let mut model = Classifier::<B> {
        trunk: Trunk::load(&source.config, &source.weights, &FlexDevice, DType::F32).unwrap(),
        dense: LinearConfig::new(h, h).init(&FlexDevice),
        out: LinearConfig::new(h, 2).init(&FlexDevice),
    };
    let clipping = Some(GradientClippingConfig::Norm(1.0));
    let mut optimiser = AdamWConfig::new().with_grad_clipping(clipping).init();
    let loss = CrossEntropyLossConfig::new().init(&FlexDevice);
    let mut batches = train.batches(32);
    let mut rng = ChaCha8Rng::seed_from_u64(0);
    let steps = EPOCHS * batches.len();
    for step in 0..steps {
        if step % batches.len() == 0 {
            batches.shuffle(&mut rng);
        }
        let (batch, classes) = &batches[step % batches.len()];
        let classes: Vec<i64> = classes.iter().map(|&class| class as i64).collect();
        let classes = Tensor::from_data(&classes[..], &FlexDevice);
        let loss = loss.forward(model.logits(batch), classes);
        let gradients = GradientsParams::from_grads(loss.backward(), &model);
        let share = ((step + 1) as f64 / 50.0).min(1.0) * (1.0 - step as f64 / steps as f64);
        model = optimiser.step(RATE * share, model, gradients);
    }
    let model = model.valid();
    let right: usize = dev
        .batches(100)
        .iter()
        .map(|(batch, classes)| {
            let found = model.logits(batch).argmax(1).into_data().convert::<i64>();
            let found = found.into_vec::<i64>().unwrap();
            found
                .iter()
                .zip(*classes)
                .filter(|(f, c)| **f == **c as i64)
                .count()
        })
        .sum();
    right as f64 / dev.classes.len() as f64
}
