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
    derivative: Derivative,
}

/// Where $J$ comes from.
enum Derivative {
    Kept(Jacobian),
    Recomputed(Passes),
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
        let rows = Options {
            readout: Some(Readout::Full),
            threads: options.threads,
            batch: options.batch,
            memory: options.memory,
            ..Options::default()
        };
        let derivative = match Jacobian::compute(model, examples, &rows, monitor) {
            Ok(rows) => Derivative::Kept(rows),
            Err(ModelError::Memory { .. }) => Derivative::Recomputed(passes),
            Err(error) => return Err(error.into()),
        };
        Ok(Self {
            model,
            examples,
            start: model.theta(),
            tensors: model.tensors(),
            at_start,
            derivative,
        })
    }

    /// Whether rows of $J$ are kept.
    pub fn keeps_rows(&self) -> bool {
        matches!(self.derivative, Derivative::Kept(_))
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
        let start = &self.at_start[i * change.len()..];
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
        Ok(match &self.derivative {
            Derivative::Kept(rows) => rows.pushforward_of(batch, v)?,
            Derivative::Recomputed(passes) => {
                passes.pushforward(self.model, &self.inputs(batch), v)?.1
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
        let c = self.outputs();
        let rows = match &self.derivative {
            Derivative::Kept(rows) => rows,
            Derivative::Recomputed(passes) => {
                let of_change = |place: usize, change: &[f64], into: &mut [f64]| {
                    let outputs = self.moved(batch[place], change);
                    cotangent(place, &outputs, into);
                };
                let (offset, xs) = (self.offset(theta)?, self.inputs(batch));
                let (change, gradient) =
                    passes.tangent_gradient(self.model, &xs, &offset, &of_change)?;
                return Ok((self.all_moved(batch, &change), gradient));
            }
        };
        let outputs = self.forward(theta, batch)?;
        let mut y_bar = vec![0.0; outputs.len()];
        let each = outputs.chunks_exact(c).zip(y_bar.chunks_exact_mut(c));
        for (place, (outputs, y_bar)) in each.enumerate() {
            cotangent(place, outputs, y_bar);
        }
        Ok((outputs, rows.pullback_of(batch, &y_bar)?))
    }

    /// $J(x_i)v$, whatever `theta` is.
    fn pushforward(&self, _theta: &[f64], batch: &[usize], tangent: &[f64]) -> Result<Vec<f64>> {
        self.product(batch, tangent)
    }
}
