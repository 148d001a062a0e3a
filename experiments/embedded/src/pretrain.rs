use burn::backend::Autodiff;
use burn::grad_clipping::GradientClippingConfig;
use burn::module::AutodiffModule;
use burn::optim::{AdamWConfig, GradientsParams, Optimizer};
use burn::tensor::backend::Backend;
use burn_flex::{Flex, FlexDevice};
use tangent_datasets::Tokenizer;
use tangent_datasets::generated::tokenizer;
use tangent_files::tensors::{self, Tensor};
use tangent_lora::EncoderConfig;
use tangent_lora::weights::{NamedTensors, Weights};

use crate::growth::{Stage, stack, stages};
use crate::masked_lm::{MaskedLm, start};
use crate::text::{Batches, Text};
use crate::{Error, Recipe, Result};

/// A pretrained encoder.
#[derive(Debug)]
pub struct Pretrained {
    /// The encoder's sizes.
    pub config: EncoderConfig,
    /// The encoder's tensors, and those of `lm_head`.
    pub tensors: NamedTensors,
    /// The encoder's tokenizer.
    pub tokenizer: Tokenizer,
    /// SHA-256 of the text.
    pub corpus_sha256: String,
    /// The loss of every step, in nats per hidden token.
    pub losses: Vec<f64>,
    /// The loss on text that the encoder was not trained on.
    pub held_out_loss: f64,
}

/// The random streams: one for the order and the masks in training, one for the masks of the held-out text.
const TRAIN_STREAM: u64 = 1;
const HELD_OUT_STREAM: u64 = 2;

/// Runs a recipe. After every step, `observe` receives the step's number and its loss, and returns whether to continue.
///
/// # Errors
/// [`Error::Interrupted`] once `observe` returns `false`; the errors of [`Recipe::check`].
pub fn pretrain(
    recipe: &Recipe,
    observe: &mut dyn FnMut(usize, f64) -> bool,
) -> Result<Pretrained> {
    type B = Autodiff<Flex>;
    let tokenizer = tokenizer();
    let config = recipe.encoder(tokenizer.vocabulary_size());
    recipe.check()?;
    let text = Text::new(recipe, &tokenizer)?;
    let mut batches = Batches::new(recipe, &config, &text.train, TRAIN_STREAM);
    let mut losses = Vec::with_capacity(recipe.steps);
    let stages = stages(&recipe.growth, recipe.layers, recipe.steps)?;
    let mut depth = stages[0].layers;
    let shallow = EncoderConfig {
        layers: depth,
        ..config.clone()
    };
    let mut tensors = start(&shallow, recipe.initial_deviation, recipe.seed);
    for Stage { layers, steps } in stages {
        let deeper = EncoderConfig {
            layers,
            ..config.clone()
        };
        let weights = in_memory(&stack(tensors, depth, layers))?;
        let mut model = MaskedLm::<B>::load(&deeper, &weights, &FlexDevice)?;
        let mut optimiser = AdamWConfig::new()
            .with_beta_2(0.98)
            .with_epsilon(1e-6)
            .with_weight_decay(recipe.weight_decay as f32)
            .with_grad_clipping(Some(GradientClippingConfig::Norm(1.0)))
            .init();
        for step in steps.clone() {
            let loss = model.loss(&batches.draw()?);
            losses.push(scalar(loss.clone()));
            let gradients = GradientsParams::from_grads(loss.backward(), &model);
            model = optimiser.step(recipe.rate(step, steps.start), model, gradients);
            if !observe(step, losses[step]) {
                return Err(Error::Interrupted);
            }
        }
        tensors = model.valid().tensors();
        depth = layers;
    }
    let model = MaskedLm::<Flex>::load(&config, &in_memory(&tensors)?, &FlexDevice)?;
    let held_out = Batches::new(recipe, &config, &text.held_out, HELD_OUT_STREAM);
    Ok(Pretrained {
        held_out_loss: mean_loss(&model, held_out)?,
        tensors,
        config,
        tokenizer,
        corpus_sha256: text.sha256,
        losses,
    })
}

/// Returns the loss of a pretrained encoder on the held-out text of its recipe.
///
/// # Errors
/// Tensors of the encoder or of `lm_head` are missing, or do not have the recipe's shapes.
pub fn held_out_loss(recipe: &Recipe, weights: &Weights) -> Result<f64> {
    let tokenizer = tokenizer();
    let config = recipe.encoder(tokenizer.vocabulary_size());
    let text = Text::new(recipe, &tokenizer)?;
    let model = MaskedLm::<Flex>::load(&config, weights, &FlexDevice)?;
    mean_loss(
        &model,
        Batches::new(recipe, &config, &text.held_out, HELD_OUT_STREAM),
    )
}

/// Returns the SHA-256 of the text of a recipe: each passage, a tab, its pair if it has one, a newline.
///
/// # Errors
/// None, if the recipe's passages fit into its `max_tokens`.
pub fn corpus_sha256(recipe: &Recipe) -> Result<String> {
    Ok(Text::new(recipe, &tokenizer())?.sha256)
}

/// Returns the mean loss over all hidden tokens.
fn mean_loss<B: Backend>(model: &MaskedLm<B>, batches: Batches) -> Result<f64> {
    let (mut sum, mut count) = (0.0, 0);
    for masked in batches.once()? {
        sum += scalar(model.loss(&masked)) * masked.rows.len() as f64;
        count += masked.rows.len();
    }
    Ok(sum / count as f64)
}

fn scalar<B: Backend>(loss: burn::tensor::Tensor<B, 1>) -> f64 {
    use burn::tensor::ElementConversion;
    loss.into_scalar().elem()
}

/// Returns tensors as the weights of a checkpoint.
fn in_memory(tensors: &NamedTensors) -> Result<Weights> {
    Ok(Weights::from_bytes(
        "the encoder in pretraining",
        safetensors_file(tensors),
    )?)
}

pub(crate) fn safetensors_file(tensors: &NamedTensors) -> Vec<u8> {
    let tensors = tensors.iter().filter_map(|(name, (shape, values))| {
        Some((name.clone(), Tensor::f32(shape.clone(), values)?))
    });
    tensors::to_bytes(tensors, tensors::of_pytorch()).expect("names and shapes are plain")
}
