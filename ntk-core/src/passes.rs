//! Repeated forward, pushforward and summed pullback over many examples.

use burn::tensor::Tensor;

use crate::{Error, Model, Monitor, batches, parallel::Workers, plan::ONLY, returned, tensor};

/// Computes $\bar y$ of one example: called with the example's index, its outputs or its $J\delta$,
/// and a row of zeros of the same length to fill.
pub type Cotangent<'a> = dyn Fn(usize, &[f64], &mut [f64]) + Sync + 'a;

/// Worker threads for the passes over examples that training repeats in every step.
///
/// Examples are divided into micro-batches, each on one thread, and sums are taken in the order of
/// the micro-batches: results do not depend on the number of threads. Vectors are `f64`; the model
/// computes in its own precision.
///
/// # Example
/// Gradient descent on $\tfrac12\sum_i f(x_i)^2$ of a model that can be moved:
/// ```
/// use tangent_ntk_core::{Error, Passes, Trainable};
///
/// fn descend<M: Trainable>(start: M, xs: &[&M::Input]) -> Result<M, Error> {
///     let passes = Passes::new(2, 1024)?;
///     let mut theta = start.theta();
///     let mut model = start;
///     for _ in 0..100 {
///         let (_, gradient) = passes.gradient(&model, xs, &|_, z, y_bar| y_bar.copy_from_slice(z))?;
///         theta.iter_mut().zip(gradient).for_each(|(x, g)| *x -= 1e-3 * g);
///         model = model.at(&theta);
///     }
///     Ok(model)
/// }
/// ```
pub struct Passes {
    pub(crate) workers: Workers,
    batch: usize,
}

/// The indices of the blocks that take part, ascending, and the monitor of the work.
#[derive(Clone, Copy)]
pub(crate) struct Scope<'a> {
    pub(crate) chosen: &'a [usize],
    pub(crate) monitor: &'a Monitor<'a>,
}

impl Passes {
    /// Starts `threads` threads for passes in micro-batches of size `batch`, in the unit of
    /// [`Model::size`].
    ///
    /// # Errors
    /// [`Error::Zero`]; [`Error::Threads`] if the system has no more threads.
    pub fn new(threads: usize, batch: usize) -> Result<Self, Error> {
        for (option, value) in [("threads", threads), ("batch", batch)] {
            if value == 0 {
                return Err(Error::Zero { option });
            }
        }
        Ok(Self::of(Workers::new(threads)?, batch))
    }

    pub(crate) fn of(workers: Workers, batch: usize) -> Self {
        Self { workers, batch }
    }

    /// Returns $f(x_i)$, `[n, C]` example-major.
    ///
    /// # Errors
    /// [`Error::Shape`], [`Error::NonFinite`].
    pub fn forward<M: Model>(&self, model: &M, xs: &[&M::Input]) -> Result<Vec<f64>, Error> {
        let mut all = Table::new(model, xs);
        self.run(
            model,
            xs,
            &Monitor::silent(),
            |_, batch| {
                let z = model.forward(&chosen(xs, batch));
                returned::of_examples(model, "outputs", ONLY, batch, z)
            },
            |batch, z| all.put(batch, &z),
        )?;
        Ok(all.values)
    }

    /// Returns the outputs, `[n, C]`, and $\sum_i J(x_i)^\top \bar y_i$ of length $p$, by one
    /// forward and one pullback.
    ///
    /// # Errors
    /// [`Error::Shape`], [`Error::NonFinite`].
    pub fn gradient<M: Model>(
        &self,
        model: &M,
        xs: &[&M::Input],
        cotangent: &Cotangent,
    ) -> Result<(Vec<f64>, Vec<f64>), Error> {
        let (chosen, monitor) = (&every(model)[..], &Monitor::silent());
        self.gradient_in(Scope { chosen, monitor }, model, xs, cotangent)
    }

    /// Returns [`gradient`](Self::gradient) over the blocks of `scope`, under its monitor.
    pub(crate) fn gradient_in<M: Model>(
        &self,
        scope: Scope,
        model: &M,
        xs: &[&M::Input],
        cotangent: &Cotangent,
    ) -> Result<(Vec<f64>, Vec<f64>), Error> {
        self.summed(scope, model, xs, cotangent, "outputs", |_, xs, y_bar| {
            model.gradient(xs, y_bar)
        })
    }

    /// Returns [`gradient`](Self::gradient) with a model of its own for every micro-batch, which
    /// `draw` returns for the index of the micro-batch. This is for dropout.
    ///
    /// # Errors
    /// As [`gradient`](Self::gradient).
    pub fn gradient_of_draws<M: Model>(
        &self,
        model: &M,
        xs: &[&M::Input],
        cotangent: &Cotangent,
        draw: &(dyn Fn(usize) -> M + Sync),
    ) -> Result<(Vec<f64>, Vec<f64>), Error> {
        let (chosen, monitor) = (&every(model)[..], &Monitor::silent());
        let scope = Scope { chosen, monitor };
        self.summed(scope, model, xs, cotangent, "outputs", |b, xs, y_bar| {
            draw(b).gradient(xs, y_bar)
        })
    }

    /// Returns $J(x_i)\delta$, `[n, C]`, and $\sum_i J(x_i)^\top \bar y_i$ of length $p$, where
    /// `cotangent` computes $\bar y_i$ from $J(x_i)\delta$. A step of the linearized model needs
    /// both; they come from [`Model::tangent_gradient`].
    ///
    /// # Errors
    /// [`Error::Length`], [`Error::Shape`], [`Error::NonFinite`].
    pub fn tangent_gradient<M: Model>(
        &self,
        model: &M,
        xs: &[&M::Input],
        delta: &[f64],
        cotangent: &Cotangent,
    ) -> Result<(Vec<f64>, Vec<f64>), Error> {
        let (chosen, monitor) = (&every(model)[..], &Monitor::silent());
        let tangent = returned::tangent(model, chosen, delta)?;
        let scope = Scope { chosen, monitor };
        self.summed(scope, model, xs, cotangent, PRODUCTS, |_, xs, y_bar| {
            model.tangent_gradient(xs, &tangent, y_bar)
        })
    }

    /// Returns the values `[n, C]` of a pass, and its gradient for the cotangents of these values.
    #[allow(clippy::type_complexity)]
    fn summed<M: Model>(
        &self,
        scope: Scope,
        model: &M,
        xs: &[&M::Input],
        cotangent: &Cotangent,
        what: &str,
        pass: impl Fn(
            usize,
            &[&M::Input],
            &dyn Fn(Tensor<M::Backend, 2>) -> Tensor<M::Backend, 2>,
        ) -> (Tensor<M::Backend, 2>, Vec<Tensor<M::Backend, 1>>)
        + Sync,
    ) -> Result<(Vec<f64>, Vec<f64>), Error> {
        let outputs = model.outputs();
        let part = |b: usize, batch: &[usize]| {
            let (z, blocks) = pass(b, &chosen(xs, batch), &|z| {
                let z: Vec<f64> = z.into_data().iter().collect();
                let mut y_bar = vec![0.0; z.len()];
                let each = z.chunks(outputs).zip(y_bar.chunks_mut(outputs));
                for (&i, (z, y_bar)) in batch.iter().zip(each) {
                    cotangent(i, z, y_bar);
                }
                tensor(model, y_bar, [batch.len(), outputs])
            });
            let z = returned::of_examples(model, what, ONLY, batch, z)?;
            let gradient = returned::gradient(model, scope.chosen, ONLY, batch, blocks)?;
            Ok((z, gradient))
        };
        let mut all = Table::new(model, xs);
        let parameters = scope.chosen.iter().map(|&l| model.blocks()[l].parameters);
        let mut sum = vec![0.0; parameters.sum()];
        self.run(
            model,
            xs,
            scope.monitor,
            |b, batch| match part(b, batch) {
                // A sum does not tell which example is not finite, so each is computed alone.
                Err(error @ Error::NonFinite { .. }) if batch.len() > 1 => {
                    for &i in batch {
                        part(b, &[i])?;
                    }
                    Err(error)
                }
                result => result,
            },
            |batch, (z, gradient)| {
                all.put(batch, &z);
                sum.iter_mut().zip(gradient).for_each(|(sum, g)| *sum += g);
            },
        )?;
        Ok((all.values, sum))
    }

    /// Returns the outputs and $J(x_i)\delta$, both `[n, C]`, for `delta` of length $p$.
    ///
    /// # Errors
    /// [`Error::Length`], [`Error::Shape`], [`Error::NonFinite`].
    pub fn pushforward<M: Model>(
        &self,
        model: &M,
        xs: &[&M::Input],
        delta: &[f64],
    ) -> Result<(Vec<f64>, Vec<f64>), Error> {
        let (chosen, monitor) = (&every(model)[..], &Monitor::silent());
        self.pushforward_in(Scope { chosen, monitor }, model, xs, delta)
    }

    /// Returns [`pushforward`](Self::pushforward) over the blocks of `scope`, under its monitor.
    pub(crate) fn pushforward_in<M: Model>(
        &self,
        scope: Scope,
        model: &M,
        xs: &[&M::Input],
        delta: &[f64],
    ) -> Result<(Vec<f64>, Vec<f64>), Error> {
        let tangent = returned::tangent(model, scope.chosen, delta)?;
        let (mut all, mut change) = (Table::new(model, xs), Table::new(model, xs));
        self.run(
            model,
            xs,
            scope.monitor,
            |_, batch| {
                let (z, z_dot) = model.pushforward(&chosen(xs, batch), &tangent);
                Ok((
                    returned::of_examples(model, "outputs", ONLY, batch, z)?,
                    returned::of_examples(model, PRODUCTS, ONLY, batch, z_dot)?,
                ))
            },
            |batch, (z, z_dot)| {
                all.put(batch, &z);
                change.put(batch, &z_dot);
            },
        )?;
        Ok((all.values, change.values))
    }

    /// Calls `produce` for every micro-batch with its index and the indices of its examples, and
    /// `consume` for the results in the order of the micro-batches.
    fn run<M: Model, R: Send>(
        &self,
        model: &M,
        xs: &[&M::Input],
        monitor: &Monitor,
        produce: impl Fn(usize, &[usize]) -> Result<R, Error> + Sync,
        mut consume: impl FnMut(&[usize], R) + Send,
    ) -> Result<(), Error> {
        let sizes: Vec<usize> = xs.iter().map(|x| model.size(x)).collect();
        let batches = batches(&sizes, self.batch);
        self.workers.ordered(
            batches.len(),
            |b| {
                monitor.check()?;
                produce(b, &batches[b])
            },
            |b, result| consume(&batches[b], result),
        )
    }
}

/// The name of $J\delta$ in errors.
const PRODUCTS: &str = "Jacobian-vector products";

fn every<M: Model>(model: &M) -> Vec<usize> {
    (0..model.blocks().len()).collect()
}

fn chosen<'a, X>(xs: &[&'a X], batch: &[usize]) -> Vec<&'a X> {
    batch.iter().map(|&i| xs[i]).collect()
}

/// Values `[n, C]` that are filled in micro-batch by micro-batch.
struct Table {
    values: Vec<f64>,
    outputs: usize,
}

impl Table {
    fn new<M: Model>(model: &M, xs: &[&M::Input]) -> Self {
        let outputs = model.outputs();
        Self {
            values: vec![0.0; xs.len() * outputs],
            outputs,
        }
    }

    fn put(&mut self, batch: &[usize], values: &[f64]) {
        let outputs = self.outputs;
        for (&i, values) in batch.iter().zip(values.chunks_exact(outputs)) {
            self.values[i * outputs..(i + 1) * outputs].copy_from_slice(values);
        }
    }
}
