//! The exactly linearized model.

use crate::{Error, Predictor, Result};
use tangent_ntk_core::{
    Block, Cotangent, Error as ModelError, Jacobian, Monitor, Options, Passes, Readout, Trainable,
};

/// A model replaced by its tangent at $\theta_0$ (equation (6)), on some examples:
/// $$\bar f_{\bar\theta}(x) = f_{\theta_0}(x) + J(x)(\bar\theta - \theta_0).$$
///
/// Exact both ways: outputs by the Jacobian–vector product, gradients by the pullback **at
/// $\theta_0$**; no finite difference. Rows of $J$ are kept where they fit, else every step is a
/// [`tangent_gradient`](tangent_ntk_core::Model::tangent_gradient) of the model; results are equal up
/// to rounding.
pub struct Linearized<'a, M: Trainable> {
    model: &'a M,
    examples: &'a [M::Input],
    start: Vec<f64>,
    tensors: Vec<Block>,
    /// $f_{\theta_0}(X)$, `[n, C]`.
    at_start: Vec<f64>,
    passes: Passes,
    /// The rows of $J$ for every output, where they are kept.
    rows: Option<Jacobian>,
}

/// How a linearized model is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LinearizedOptions {
    /// Worker threads; results do not depend on them.
    pub threads: usize,
    /// Size of a micro-batch, in the unit of [`Model::size`](tangent_ntk_core::Model::size).
    pub batch: usize,
    /// Bytes that the rows may take; `None` for no limit, `Some(0)` to keep none.
    pub memory: Option<usize>,
}

impl Default for LinearizedOptions {
    /// One thread, micro-batches of 1,024, no limit to memory.
    fn default() -> Self {
        Self {
            threads: 1,
            batch: 1024,
            memory: None,
        }
    }
}

impl LinearizedOptions {
    /// Those of the rows: every output has its own.
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
    /// The tangent of `model` at its own parameters, on `examples`: one pass over them.
    ///
    /// # Errors
    /// No examples, no threads or no batch; the model gives values that are not finite; cancelled.
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

    /// Bytes that it takes to compute and to keep the rows of $J$, $C$ to an example: the least
    /// `options.memory` with which they are kept.
    ///
    /// # Errors
    /// No threads or no batch.
    pub fn plan(model: &M, examples: &[M::Input], options: LinearizedOptions) -> Result<usize> {
        Ok(Jacobian::bytes(model, examples, &options.of_rows())?)
    }

    /// Whether rows of $J$ are kept.
    pub fn keeps_rows(&self) -> bool {
        self.rows.is_some()
    }

    /// Bytes that the rows of $J$ take, in the model's own precision; 0 where none are kept.
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

    /// $\bar\theta - \theta_0$.
    fn offset(&self, theta: &[f64]) -> Result<Vec<f64>> {
        crate::error::check_length("parameters θ̄", self.start.len(), theta.len())?;
        Ok(theta.iter().zip(&self.start).map(|(a, b)| a - b).collect())
    }

    /// $f_{\theta_0}(x_i)$ and a change.
    fn moved(&self, i: usize, change: &[f64]) -> Vec<f64> {
        let start = &self.at_start[i * change.len()..(i + 1) * change.len()];
        start.iter().zip(change).map(|(z, dz)| z + dz).collect()
    }

    /// The same for all examples of the batch.
    fn all_moved(&self, batch: &[usize], change: &[f64]) -> Vec<f64> {
        let each = change.chunks_exact(self.outputs());
        let each = batch.iter().zip(each);
        each.flat_map(|(&i, change)| self.moved(i, change))
            .collect()
    }

    /// $J(x_i)v$ for the batch.
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

    /// $J(x_i)v$, whatever `theta` is.
    fn pushforward(&self, _theta: &[f64], batch: &[usize], tangent: &[f64]) -> Result<Vec<f64>> {
        self.product(batch, tangent)
    }
}
