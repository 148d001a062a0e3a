//! The exactly linearized model.

use crate::{Error, Predictor, Result};
use tangent_ntk_core::{
    Block, Cotangent, Error as ModelError, Jacobian, Monitor, Options, Passes, Readout, Trainable,
};

/// The tangent of a model at $\theta_0$ (equation (6)), on some examples:
/// $$\bar f_{\bar\theta}(x) = f_{\theta_0}(x) + J(x)(\bar\theta - \theta_0).$$
///
/// Outputs and gradients are exact: they use the Jacobian–vector product and the pullback **at $\theta_0$**, not finite
/// differences. Rows of $J$ are kept if they fit into the memory; otherwise every step computes a
/// [`tangent_gradient`](tangent_ntk_core::Model::tangent_gradient) of the model. Both ways agree up to rounding.
pub struct Linearized<'a, M: Trainable> {
    model: &'a M,
    examples: &'a [M::Input],
    start: Vec<f64>,
    tensors: Vec<Block>,
    /// $f_{\theta_0}(X)$, `[n, C]`.
    at_start: Vec<f64>,
    passes: Passes,
    /// The rows of $J$, one for each output of each example; `None` if they are not kept.
    rows: Option<Jacobian>,
}

/// How a linearized model is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LinearizedOptions {
    /// The number of worker threads; results do not depend on it.
    pub threads: usize,
    /// The size of a micro-batch, in the unit of [`Model::size`](tangent_ntk_core::Model::size).
    pub batch: usize,
    /// The largest number of bytes for the rows of $J$; `None` for no limit, `Some(0)` to keep no rows.
    pub memory: Option<usize>,
}

impl Default for LinearizedOptions {
    /// One thread, micro-batches of 1,024, no memory limit.
    fn default() -> Self {
        Self {
            threads: 1,
            batch: 1024,
            memory: None,
        }
    }
}

impl LinearizedOptions {
    /// Returns the options for computing the rows of $J$, one row for each output.
    fn of_rows(self) -> Options {
        Options {
            readout: Some(Readout::Full),
            threads: self.threads,
            batch: self.batch,
            memory: self.memory,
            ..Options::default()
        }
    }
}

impl<'a, M: Trainable> Linearized<'a, M> {
    /// Returns the tangent of `model` at its own parameters, on `examples`.
    ///
    /// # Errors
    /// There are no examples; the number of threads or the batch size is 0; the model returns values that are not
    /// finite; cancelled.
    pub fn new(
        model: &'a M,
        examples: &'a [M::Input],
        options: LinearizedOptions,
        monitor: &Monitor,
    ) -> Result<Self> {
        if examples.is_empty() {
            return Err(Error::NoExamples);
        }
        let passes = Passes::new(options.threads, options.batch)?;
        let all: Vec<&M::Input> = examples.iter().collect();
        let at_start = passes.forward(model, &all)?;
        let rows = match Jacobian::compute(model, examples, &options.of_rows(), monitor) {
            Ok(rows) => Some(rows),
            Err(ModelError::Memory { .. }) => None,
            Err(error) => return Err(error.into()),
        };
        Ok(Self {
            model,
            examples,
            start: model.theta(),
            tensors: model.tensors(),
            at_start,
            passes,
            rows,
        })
    }

    /// Returns the number of bytes for computing and keeping the rows of $J$, $C$ for each example. This is the
    /// smallest `options.memory` with which [`new`](Self::new) keeps them.
    ///
    /// # Errors
    /// The number of threads or the batch size is 0.
    pub fn plan(model: &M, examples: &[M::Input], options: LinearizedOptions) -> Result<usize> {
        Ok(Jacobian::bytes(model, examples, &options.of_rows())?)
    }

    /// Returns whether the rows of $J$ are kept.
    pub fn keeps_rows(&self) -> bool {
        self.rows.is_some()
    }

    /// Returns the number of bytes of the rows of $J$, in the model's own precision; 0 if they are not kept.
    pub fn held(&self) -> usize {
        self.rows.as_ref().map_or(0, Jacobian::held)
    }

    /// $f_{\theta_0}(X)$, `[n, C]`.
    pub fn at_start(&self) -> &[f64] {
        &self.at_start
    }

    fn inputs(&self, batch: &[usize]) -> Vec<&'a M::Input> {
        batch.iter().map(|&i| &self.examples[i]).collect()
    }

    /// Returns $\bar\theta - \theta_0$.
    fn offset(&self, theta: &[f64]) -> Result<Vec<f64>> {
        crate::error::check_length("parameters θ̄", self.start.len(), theta.len())?;
        Ok(theta.iter().zip(&self.start).map(|(a, b)| a - b).collect())
    }

    /// Returns $f_{\theta_0}(x_i)$ plus the change of example `i`.
    fn moved(&self, i: usize, change: &[f64]) -> Vec<f64> {
        let start = &self.at_start[i * change.len()..(i + 1) * change.len()];
        start.iter().zip(change).map(|(z, dz)| z + dz).collect()
    }

    /// Returns $f_{\theta_0}(x_i)$ plus its change for all examples of the batch.
    fn all_moved(&self, batch: &[usize], change: &[f64]) -> Vec<f64> {
        let each = change.chunks_exact(self.outputs());
        let each = batch.iter().zip(each);
        each.flat_map(|(&i, change)| self.moved(i, change))
            .collect()
    }

    /// Returns $J(x_i)v$ for the examples of the batch.
    fn product(&self, batch: &[usize], v: &[f64]) -> Result<Vec<f64>> {
        Ok(match &self.rows {
            Some(rows) => self.passes.pushforward_by_rows(rows, batch, v)?,
            None => {
                self.passes
                    .pushforward(self.model, &self.inputs(batch), v)?
                    .1
            }
        })
    }
}

impl<M: Trainable> Predictor for Linearized<'_, M> {
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
        let change = self.product(batch, &self.offset(theta)?)?;
        Ok(self.all_moved(batch, &change))
    }

    fn gradient(
        &self,
        theta: &[f64],
        batch: &[usize],
        cotangent: &Cotangent,
    ) -> Result<(Vec<f64>, Vec<f64>)> {
        let of_change = |place: usize, change: &[f64], into: &mut [f64]| {
            cotangent(place, &self.moved(batch[place], change), into);
        };
        let offset = self.offset(theta)?;
        let (change, gradient) = match &self.rows {
            Some(rows) => self
                .passes
                .tangent_gradient_by_rows(rows, batch, &offset, &of_change)?,
            None => {
                let xs = self.inputs(batch);
                self.passes
                    .tangent_gradient(self.model, &xs, &offset, &of_change)?
            }
        };
        Ok((self.all_moved(batch, &change), gradient))
    }

    /// Returns $J(x_i)v$, which does not depend on `theta`.
    fn pushforward(&self, _theta: &[f64], batch: &[usize], tangent: &[f64]) -> Result<Vec<f64>> {
        self.product(batch, tangent)
    }
}
