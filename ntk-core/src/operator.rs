//! The Jacobian and the kernel as linear maps, without their matrices.

use crate::{
    Error, Model, Monitor, Options, Passes, Readout, computation::Computation, passes::Scope,
    shape::check_length,
};

/// The maps $v \mapsto J^\top v$, $\delta \mapsto J\delta$ and $v \mapsto Kv = J(J^\top v)$,
/// computed by the model's own pullback and pushforward: nothing is stored, and every use is a pass
/// over the examples.
///
/// They are the maps of [`Jacobian`](crate::Jacobian), for problems whose rows do not fit into
/// memory and for Lanczos iterations. Vectors are f64; the maps have the model's precision. Results
/// do not depend on the number of threads.
pub struct JacobianOperator<'a, M: Model> {
    model: &'a M,
    examples: Vec<&'a M::Input>,
    readout: Readout,
    /// The readout's directions, `[k][C]`.
    directions: Vec<Vec<f64>>,
    /// The indices of the blocks that take part, ascending.
    chosen: Vec<usize>,
    passes: Passes,
}

impl<'a, M: Model> JacobianOperator<'a, M> {
    /// Returns the operator for the blocks, readout, threads and batch size of `options`.
    ///
    /// # Errors
    /// Options that do not suit the model; [`Error::NoExamples`].
    pub fn new(
        model: &'a M,
        examples: &'a [M::Input],
        options: &'a Options,
    ) -> Result<Self, Error> {
        let task = Computation::new(model, options)?;
        if examples.is_empty() {
            return Err(Error::NoExamples);
        }
        Ok(Self {
            model,
            examples: examples.iter().collect(),
            readout: task.readout,
            directions: task.directions,
            chosen: task.chosen,
            passes: Passes::of(task.workers, options.batch),
        })
    }

    /// Returns the number of rows of the Jacobian, $nk$ for the $k$ directions of the readout.
    pub fn rows(&self) -> usize {
        self.examples.len() * self.directions.len()
    }

    /// Returns the number of columns, $p$.
    pub fn parameters(&self) -> usize {
        let blocks = self.model.blocks();
        self.chosen.iter().map(|&l| blocks[l].parameters).sum()
    }

    /// Returns the number of rows of the kernel: $n$, or $nC$ with [`Readout::Full`].
    pub fn kernel_rows(&self) -> usize {
        self.examples.len() * self.readout.rows_per_example(self.model.outputs())
    }

    /// Returns $J^\top\alpha$ of length $p$, block after block, for $\alpha$ of length $nk$.
    ///
    /// # Errors
    /// [`Error::Length`], [`Error::Shape`], [`Error::NonFinite`], [`Error::Cancelled`].
    pub fn pullback(&self, alpha: &[f64], monitor: &Monitor) -> Result<Vec<f64>, Error> {
        check_length(self.rows(), alpha.len())?;
        let k = self.directions.len();
        let cotangent = |i: usize, _: &[f64], y_bar: &mut [f64]| {
            for (direction, alpha) in self.directions.iter().zip(&alpha[i * k..]) {
                let each = y_bar.iter_mut().zip(direction);
                each.for_each(|(y, d)| *y += alpha * d);
            }
        };
        let (scope, xs) = (self.scope(monitor), &self.examples);
        let (_, gradient) = self.passes.gradient_in(scope, self.model, xs, &cotangent)?;
        Ok(gradient)
    }

    /// Returns $J\delta$ of length $nk$, for $\delta$ of length $p$, block after block.
    ///
    /// # Errors
    /// [`Error::Length`], [`Error::Shape`], [`Error::NonFinite`], [`Error::Cancelled`].
    pub fn pushforward(&self, delta: &[f64], monitor: &Monitor) -> Result<Vec<f64>, Error> {
        let (scope, xs) = (self.scope(monitor), &self.examples);
        let (_, change) = self.passes.pushforward_in(scope, self.model, xs, delta)?;
        let each = change.chunks_exact(self.model.outputs());
        Ok(each
            .flat_map(|change| self.directions.iter().map(move |d| dot(d, change)))
            .collect())
    }

    /// Returns $Kv$, for $v$ of length [`kernel_rows`](Self::kernel_rows). Takes a pullback and a
    /// pushforward; with [`Readout::Trace`], one of each per output.
    ///
    /// # Errors
    /// [`Error::Length`], [`Error::Shape`], [`Error::NonFinite`], [`Error::Cancelled`].
    pub fn kernel(&self, v: &[f64], monitor: &Monitor) -> Result<Vec<f64>, Error> {
        check_length(self.kernel_rows(), v.len())?;
        let k = self.directions.len();
        if self.readout != Readout::Trace {
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

    fn scope<'b>(&'b self, monitor: &'b Monitor<'b>) -> Scope<'b> {
        Scope {
            chosen: &self.chosen,
            monitor,
        }
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}
