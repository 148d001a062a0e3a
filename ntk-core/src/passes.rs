//! Forward, pushforward and summed pullback over many examples, again and again.

use burn::tensor::Tensor;

use crate::{Block, Error, Model, batches, parallel::Workers, task::check_shape, tensor};

/// $\bar y$ of one example: called with its place, its outputs `[C]`, and a row of zeros `[C]` to be
/// filled.
pub type Cotangent<'a> = dyn Fn(usize, &[f64], &mut [f64]) + Sync + 'a;

/// Workers that outlive one computation: what training needs of a model, in every step anew.
///
/// Examples are divided into micro-batches, each on one thread, and sums are taken in the order of
/// the micro-batches: results do not depend on the number of threads. Vectors are `f64`, the
/// model's arithmetic is its own.
pub struct Passes {
    workers: Workers,
    batch: usize,
}

/// Name of the examples in errors.
const SET: &str = "training";

impl Passes {
    /// On `threads` threads, in micro-batches of `batch` in the unit of [`Model::size`].
    ///
    /// # Errors
    /// [`Error::Zero`]; [`Error::Threads`] where the system has no more threads.
    pub fn new(threads: usize, batch: usize) -> Result<Self, Error> {
        for (option, value) in [("threads", threads), ("batch", batch)] {
            if value == 0 {
                return Err(Error::Zero { option });
            }
        }
        Ok(Self {
            workers: Workers::new(threads)?,
            batch,
        })
    }

    /// $f(x_i)$, `[n, C]` example-major.
    ///
    /// # Errors
    /// [`Error::Shape`], [`Error::NonFinite`].
    pub fn forward<M: Model>(&self, model: &M, xs: &[&M::Input]) -> Result<Vec<f64>, Error> {
        let outputs = model.outputs();
        let mut all = vec![0.0; xs.len() * outputs];
        let batches = self.batches(model, xs);
        self.workers.ordered(
            batches.len(),
            |b| {
                values(
                    model,
                    "outputs",
                    &batches[b],
                    model.forward(&chosen(xs, &batches[b])),
                )
            },
            |b, found| scatter(&mut all, &found, &batches[b], outputs),
        )?;
        Ok(all)
    }

    /// The outputs, `[n, C]`, and $\sum_i J(x_i)^\top \bar y_i$ of length $p$: one forward and one
    /// pullback.
    ///
    /// # Errors
    /// [`Error::Shape`], [`Error::NonFinite`].
    pub fn gradient<M: Model>(
        &self,
        model: &M,
        xs: &[&M::Input],
        cotangent: &Cotangent,
    ) -> Result<(Vec<f64>, Vec<f64>), Error> {
        self.gradients(model, xs, cotangent, |_, xs, y_bar| {
            model.gradient(xs, y_bar)
        })
    }

    /// The same where every micro-batch has a model of its own: that of `draw`, called with the
    /// micro-batch's number. For dropout.
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
        self.gradients(model, xs, cotangent, |b, xs, y_bar| {
            draw(b).gradient(xs, y_bar)
        })
    }

    #[allow(clippy::type_complexity)]
    fn gradients<M: Model>(
        &self,
        model: &M,
        xs: &[&M::Input],
        cotangent: &Cotangent,
        gradient: impl Fn(
            usize,
            &[&M::Input],
            &dyn Fn(Tensor<M::Backend, 2>) -> Tensor<M::Backend, 2>,
        ) -> (Tensor<M::Backend, 2>, Vec<Tensor<M::Backend, 1>>)
        + Sync,
    ) -> Result<(Vec<f64>, Vec<f64>), Error> {
        let outputs = model.outputs();
        let mut all = vec![0.0; xs.len() * outputs];
        let mut sum = Vec::new();
        let batches = self.batches(model, xs);
        self.workers.ordered(
            batches.len(),
            |b| {
                let batch = &batches[b];
                let (z, blocks) = gradient(b, &chosen(xs, batch), &|z| {
                    let z: Vec<f64> = z.into_data().iter().collect();
                    let mut y_bar = vec![0.0; z.len()];
                    let each = z.chunks(outputs).zip(y_bar.chunks_mut(outputs));
                    for (&i, (z, y_bar)) in batch.iter().zip(each) {
                        cotangent(i, z, y_bar);
                    }
                    tensor(model, y_bar, [batch.len(), outputs])
                });
                let z = values(model, "outputs", batch, z)?;
                Ok((z, flat(model, batch, blocks)?))
            },
            |b, (z, gradient)| {
                scatter(&mut all, &z, &batches[b], outputs);
                add(&mut sum, gradient);
            },
        )?;
        Ok((all, sum))
    }

    /// The outputs and $J(x_i)\delta$, both `[n, C]`, for `delta` of length $p$.
    ///
    /// # Errors
    /// [`Error::Length`], [`Error::Shape`], [`Error::NonFinite`].
    pub fn pushforward<M: Model>(
        &self,
        model: &M,
        xs: &[&M::Input],
        delta: &[f64],
    ) -> Result<(Vec<f64>, Vec<f64>), Error> {
        let tangent = by_block(model, delta)?;
        let outputs = model.outputs();
        let (mut all, mut change) = (vec![0.0; xs.len() * outputs], vec![0.0; xs.len() * outputs]);
        let batches = self.batches(model, xs);
        self.workers.ordered(
            batches.len(),
            |b| {
                let batch = &batches[b];
                let (z, z_dot) = model.pushforward(&chosen(xs, batch), &tangent);
                Ok((
                    values(model, "outputs", batch, z)?,
                    values(model, "Jacobian-vector products", batch, z_dot)?,
                ))
            },
            |b, (z, z_dot)| {
                scatter(&mut all, &z, &batches[b], outputs);
                scatter(&mut change, &z_dot, &batches[b], outputs);
            },
        )?;
        Ok((all, change))
    }

    fn batches<M: Model>(&self, model: &M, xs: &[&M::Input]) -> Vec<Vec<usize>> {
        let sizes: Vec<usize> = xs.iter().map(|x| model.size(x)).collect();
        batches(&sizes, self.batch)
    }
}

fn chosen<'a, X>(xs: &[&'a X], batch: &[usize]) -> Vec<&'a X> {
    batch.iter().map(|&i| xs[i]).collect()
}

/// The values of a tensor `[batch, C]`.
fn values<M: Model>(
    model: &M,
    what: &str,
    batch: &[usize],
    tensor: Tensor<M::Backend, 2>,
) -> Result<Vec<f64>, Error> {
    let outputs = model.outputs();
    check_shape(what, &[batch.len(), outputs], &tensor.dims())?;
    let values: Vec<f64> = tensor.into_data().iter().collect();
    match values.iter().position(|x| !x.is_finite()) {
        Some(place) => Err(not_finite(model, what.into(), batch[place / outputs])),
        None => Ok(values),
    }
}

/// The blocks' gradients as one vector.
fn flat<M: Model>(
    model: &M,
    batch: &[usize],
    gradient: Vec<Tensor<M::Backend, 1>>,
) -> Result<Vec<f64>, Error> {
    let blocks = model.blocks();
    check_shape("gradients", &[blocks.len()], &[gradient.len()])?;
    let mut values = Vec::with_capacity(crate::parameters(model));
    for (Block { name, parameters }, gradient) in blocks.iter().zip(gradient) {
        let what = || format!("gradients of block `{name}`");
        check_shape(&what(), &[*parameters], &gradient.dims())?;
        let start = values.len();
        values.extend(gradient.into_data().iter::<f64>());
        if values[start..].iter().any(|x| !x.is_finite()) {
            return Err(not_finite(model, what(), batch[0]));
        }
    }
    Ok(values)
}

/// A vector of length $p$ as one tensor for each block.
fn by_block<M: Model>(model: &M, delta: &[f64]) -> Result<Vec<Tensor<M::Backend, 1>>, Error> {
    crate::jacobian::check_length(crate::parameters(model), delta.len())?;
    let mut rest = delta;
    let blocks = model.blocks().iter().map(|block| {
        let (here, after) = rest.split_at(block.parameters);
        rest = after;
        tensor(model, here.to_vec(), [block.parameters])
    });
    Ok(blocks.collect())
}

fn not_finite<M: Model>(model: &M, what: String, example: usize) -> Error {
    Error::NonFinite {
        what,
        set: SET,
        example,
        dtype: model.dtype(),
    }
}

fn scatter(all: &mut [f64], values: &[f64], batch: &[usize], outputs: usize) {
    for (&i, values) in batch.iter().zip(values.chunks_exact(outputs)) {
        all[i * outputs..(i + 1) * outputs].copy_from_slice(values);
    }
}

fn add(sum: &mut Vec<f64>, gradient: Vec<f64>) {
    if sum.is_empty() {
        *sum = gradient;
    } else {
        sum.iter_mut().zip(gradient).for_each(|(sum, g)| *sum += g);
    }
}
