//! The Jacobian and the kernel as linear maps, without their matrices.

use burn::tensor::Tensor;

use crate::{
    Error, Model, Monitor, Options, Readout,
    jacobian::check_length,
    plan::{self, Set},
    task::{Task, check_shape},
    tensor,
};

/// $v \mapsto J^\top v$, $\delta \mapsto J\delta$ and $v \mapsto Kv = J(J^\top v)$ by the model's own
/// pullback and pushforward: nothing is kept, every use is a pass over the examples.
///
/// The same maps as those of [`Jacobian`](crate::Jacobian), for where its rows do not fit, and for
/// Lanczos iterations. Vectors are f64; the maps have the model's precision. Results do not depend
/// on the number of threads.
pub struct JacobianOperator<'a, M: Model> {
    task: Task<'a, M>,
    set: Set<'a, M>,
}

impl<'a, M: Model> JacobianOperator<'a, M> {
    /// For the blocks, readout, threads and batch size of `options`.
    ///
    /// # Errors
    /// Options that do not suit the model; [`Error::NoExamples`].
    pub fn new(
        model: &'a M,
        examples: &'a [M::Input],
        options: &'a Options,
    ) -> Result<Self, Error> {
        let task = Task::new(model, options)?;
        let set = Set::new(&task, plan::ONLY, examples);
        if examples.is_empty() {
            return Err(Error::NoExamples);
        }
        Ok(Self { task, set })
    }

    /// Number of rows of the Jacobian, $nk$ for the $k$ directions of the readout.
    pub fn rows(&self) -> usize {
        self.set.examples.len() * self.task.directions.len()
    }

    /// Number of columns, $p$.
    pub fn parameters(&self) -> usize {
        self.task
            .blocks()
            .iter()
            .map(|block| block.parameters)
            .sum()
    }

    /// Number of rows of the kernel: $n$, or $nC$ with [`Readout::Full`].
    pub fn kernel_rows(&self) -> usize {
        self.set.examples.len() * self.task.rows_per_example()
    }

    /// $J^\top\alpha$ of length $p$, block after block, for $\alpha$ of length $nk$.
    ///
    /// # Errors
    /// [`Error::Length`], [`Error::Shape`], [`Error::NonFinite`], [`Error::Cancelled`].
    pub fn pullback(&self, alpha: &[f64], monitor: &Monitor) -> Result<Vec<f64>, Error> {
        check_length(self.rows(), alpha.len())?;
        let mut sum = vec![0.0; self.parameters()];
        self.task.workers.ordered(
            self.set.batches.len(),
            |b| {
                monitor.check()?;
                self.gradient(&self.set.batches[b], alpha)
            },
            |_, gradient| {
                for (sum, x) in sum.iter_mut().zip(gradient) {
                    *sum += x;
                }
            },
        )?;
        Ok(sum)
    }

    /// $J\delta$ of length $nk$, for $\delta$ of length $p$, block after block.
    ///
    /// # Errors
    /// [`Error::Length`], [`Error::Shape`], [`Error::NonFinite`], [`Error::Cancelled`].
    pub fn pushforward(&self, delta: &[f64], monitor: &Monitor) -> Result<Vec<f64>, Error> {
        check_length(self.parameters(), delta.len())?;
        let tangent = self.tangent(delta);
        let directions = &self.task.directions;
        let mut out = vec![0.0; self.rows()];
        self.task.workers.ordered(
            self.set.batches.len(),
            |b| {
                monitor.check()?;
                let batch = &self.set.batches[b];
                let (_, change) = self.task.model.pushforward(&self.inputs(batch), &tangent);
                let what = "Jacobian-vector products";
                self.task.of_examples(what, self.set.name, batch, change)
            },
            |b, change| {
                let each = change.chunks_exact(self.task.model.outputs());
                for (&i, change) in self.set.batches[b].iter().zip(each) {
                    let out = &mut out[i * directions.len()..];
                    for (out, direction) in out.iter_mut().zip(directions) {
                        *out = dot(direction, change.iter().copied());
                    }
                }
            },
        )?;
        Ok(out)
    }

    /// $Kv$, for $v$ of length [`kernel_rows`](Self::kernel_rows). A pullback and a pushforward;
    /// with [`Readout::Trace`] one of each per output.
    ///
    /// # Errors
    /// [`Error::Length`], [`Error::Shape`], [`Error::NonFinite`], [`Error::Cancelled`].
    pub fn kernel(&self, v: &[f64], monitor: &Monitor) -> Result<Vec<f64>, Error> {
        check_length(self.kernel_rows(), v.len())?;
        let k = self.task.directions.len();
        if self.task.readout != Readout::Trace {
            return self.pushforward(&self.pullback(v, monitor)?, monitor);
        }
        let mut sum = vec![0.0; v.len()];
        for j in 0..k {
            let mut alpha = vec![0.0; self.rows()];
            for (alpha, &v) in alpha.chunks_exact_mut(k).zip(v) {
                alpha[j] = v;
            }
            let out = self.pushforward(&self.pullback(&alpha, monitor)?, monitor)?;
            for (sum, out) in sum.iter_mut().zip(out.chunks_exact(k)) {
                *sum += out[j];
            }
        }
        Ok(sum)
    }

    fn inputs(&self, batch: &[usize]) -> Vec<&'a M::Input> {
        let examples = self.set.examples;
        batch.iter().map(|&i| &examples[i]).collect()
    }

    /// One batch's part of $J^\top\alpha$.
    fn gradient(&self, batch: &[usize], alpha: &[f64]) -> Result<Vec<f64>, Error> {
        let (model, directions) = (self.task.model, &self.task.directions);
        let (k, outputs) = (directions.len(), model.outputs());
        let cotangent = batch.iter().flat_map(|&i| {
            let alpha = &alpha[i * k..(i + 1) * k];
            (0..outputs).map(move |c| dot(alpha, directions.iter().map(|d| d[c])))
        });
        let cotangent = tensor(model, cotangent.collect(), [batch.len(), outputs]);
        let (_, gradient) = model.gradient(&self.inputs(batch), &|_| cotangent.clone());

        let blocks = model.blocks();
        check_shape("gradients", &[blocks.len()], &[gradient.len()])?;
        let mut values = Vec::with_capacity(self.parameters());
        for (l, gradient) in gradient.into_iter().enumerate() {
            if !self.task.chosen.contains(&l) {
                continue;
            }
            let what = format!("gradients of block `{}`", blocks[l].name);
            check_shape(&what, &[blocks[l].parameters], &gradient.dims())?;
            let start = values.len();
            values.extend(gradient.into_data().iter::<f64>());
            if values[start..].iter().any(|x| !x.is_finite()) {
                // A sum does not tell which example is to blame: each is asked alone.
                if batch.len() > 1 {
                    for &i in batch {
                        self.gradient(&[i], alpha)?;
                    }
                }
                return Err(self.task.not_finite(what, self.set.name, batch[0]));
            }
        }
        Ok(values)
    }

    /// $\delta$ as tensors, with zeros for the blocks that take no part.
    fn tangent(&self, mut delta: &[f64]) -> Vec<Tensor<M::Backend, 1>> {
        let block = |(l, block): (usize, &crate::Block)| {
            let p = block.parameters;
            let values = if self.task.chosen.contains(&l) {
                let (values, rest) = delta.split_at(p);
                delta = rest;
                values.to_vec()
            } else {
                vec![0.0; p]
            };
            tensor(self.task.model, values, [p])
        };
        self.task
            .model
            .blocks()
            .iter()
            .enumerate()
            .map(block)
            .collect()
    }
}

fn dot(a: &[f64], b: impl Iterator<Item = f64>) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}
