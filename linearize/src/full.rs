//! The full model as a function of its parameters.

use crate::{Error, Predictor, Result};
use nalgebra::DMatrix;
use tangent_ntk_core::{
    Block, BlockKernels, Cotangent, Keep, Monitor, Options, Passes, Readout, Trainable,
};

/// How a model is run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FullOptions {
    /// The number of worker threads; results do not depend on it.
    pub threads: usize,
    /// The size of a micro-batch, in the unit of [`Model::size`](tangent_ntk_core::Model::size).
    pub batch: usize,
    /// The probability that dropout drops an entry, in training only.
    pub dropout: f64,
}

impl Default for FullOptions {
    /// One thread, micro-batches of 1,024, no dropout.
    fn default() -> Self {
        Self {
            threads: 1,
            batch: 1024,
            dropout: 0.0,
        }
    }
}

/// $\theta \mapsto f_\theta(X)$ of a model on some examples, computed by a new forward pass and pullback at every
/// $\theta$.
pub struct Full<'a, M: Trainable> {
    model: &'a M,
    examples: &'a [M::Input],
    start: Vec<f64>,
    tensors: Vec<Block>,
    passes: Passes,
    options: FullOptions,
}

impl<'a, M: Trainable> Full<'a, M> {
    /// Returns the model on `examples`, with the model's own parameters as $\theta_0$.
    ///
    /// # Errors
    /// The number of threads or the batch size is 0; the dropout is not in $[0, 1)$; the model has no dropout.
    pub fn new(model: &'a M, examples: &'a [M::Input], options: FullOptions) -> Result<Self> {
        let rate = options.dropout;
        if !(0.0..1.0).contains(&rate) {
            return Err(Error::Recipe {
                what: "dropout",
                value: rate,
                wanted: "in [0, 1)",
            });
        }
        if rate > 0.0 && model.with_dropout(rate, 0).is_none() {
            return Err(Error::NoDropout);
        }
        Ok(Self {
            model,
            examples,
            start: model.theta(),
            tensors: model.tensors(),
            passes: Passes::new(options.threads, options.batch)?,
            options,
        })
    }

    /// Returns the kernel of the model at `theta` on the examples `of`, which is $k_t$ in the kernel drift.
    ///
    /// # Errors
    /// As [`BlockKernels::compute`].
    pub fn kernel(&self, theta: &[f64], of: &[M::Input], readout: Readout) -> Result<DMatrix<f64>> {
        let options = Options {
            readout: Some(readout),
            keep: Keep::Sum,
            threads: self.options.threads,
            batch: self.options.batch,
            ..Options::default()
        };
        let model = self.model.at(theta);
        let kernels = BlockKernels::compute(&model, of, &[], &options, &Monitor::silent())?;
        Ok(kernels.total().train)
    }

    fn inputs(&self, batch: &[usize]) -> Vec<&'a M::Input> {
        batch.iter().map(|&i| &self.examples[i]).collect()
    }
}

impl<M: Trainable> Predictor for Full<'_, M> {
    fn start(&self) -> &[f64] {
        &self.start
    }

    fn tensors(&self) -> &[Block] {
        &self.tensors
    }

    fn examples(&self) -> usize {
        self.examples.len()
    }

    fn outputs(&self) -> usize {
        self.model.outputs()
    }

    fn forward(&self, theta: &[f64], batch: &[usize]) -> Result<Vec<f64>> {
        Ok(self
            .passes
            .forward(&self.model.at(theta), &self.inputs(batch))?)
    }

    fn gradient(
        &self,
        theta: &[f64],
        batch: &[usize],
        cotangent: &Cotangent,
    ) -> Result<(Vec<f64>, Vec<f64>)> {
        let model = self.model.at(theta);
        Ok(self
            .passes
            .gradient(&model, &self.inputs(batch), cotangent)?)
    }

    fn pushforward(&self, theta: &[f64], batch: &[usize], tangent: &[f64]) -> Result<Vec<f64>> {
        let model = self.model.at(theta);
        let (_, change) = self
            .passes
            .pushforward(&model, &self.inputs(batch), tangent)?;
        Ok(change)
    }

    fn gradient_with_dropout(
        &self,
        theta: &[f64],
        batch: &[usize],
        cotangent: &Cotangent,
        seed: u64,
    ) -> Result<(Vec<f64>, Vec<f64>)> {
        let rate = self.options.dropout;
        if rate == 0.0 {
            return self.gradient(theta, batch, cotangent);
        }
        let model = self.model.at(theta);
        let draw = |micro_batch: usize| {
            // The seeds of a step's micro-batches differ by multiples of an odd constant, so that none repeats.
            let seed = seed.wrapping_add((micro_batch as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15));
            let drawn = model.with_dropout(rate, seed);
            drawn.expect("a model that has dropout has it at any θ")
        };
        Ok(self
            .passes
            .gradient_of_draws(&model, &self.inputs(batch), cotangent, &draw)?)
    }
}
