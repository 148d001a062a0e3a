//! Jacobian rows, stored in the batches in which they were computed.

use burn::tensor::{DType, TensorData};
use nalgebra::DMatrix;

use crate::{
    Block, Error, Model, Monitor, Options,
    computation::Computation,
    monitor::Meter,
    plan::{self, Set, plan_rows},
    shape::check_length,
};

/// Rows of the Jacobian of some examples, block by block.
///
/// With $k$ directions of the readout, row $ik + j$ is $\partial(d_j^\top f(x_i))/\partial\theta$.
/// Rows have the model's precision and stay in the tensors of their micro-batches, without a copy.
pub struct Jacobian {
    blocks: Vec<Block>,
    directions: usize,
    chunks: Vec<Vec<TensorData>>,
    examples: Vec<Position>,
}

/// Where the rows of an example are stored.
#[derive(Clone, Copy)]
struct Position {
    example: usize,
    chunk: usize,
    row: usize,
}

impl Jacobian {
    /// Computes the rows of `examples`, for the blocks, readout, threads and batch size of
    /// `options`.
    ///
    /// # Errors
    /// As [`BlockKernels::compute`](crate::BlockKernels::compute); [`Error::Memory`] if the rows do
    /// not fit into `options.memory`.
    pub fn compute<M: Model>(
        model: &M,
        examples: &[M::Input],
        options: &Options,
        monitor: &Monitor,
    ) -> Result<Self, Error> {
        let task = Computation::new(model, options)?;
        let set = Set::new(&task, plan::ONLY, examples);
        plan_rows(&task, &set)?;
        let mut meter = Meter::new(monitor, task.size(examples, &set.batches));
        task.rows(set.name, examples, &set.batches, &mut meter, |_, _| ())
    }

    /// Returns the peak memory of [`compute`](Self::compute) in bytes: the smallest
    /// `options.memory` that is enough.
    ///
    /// # Errors
    /// Options that do not suit the model.
    pub fn bytes<M: Model>(
        model: &M,
        examples: &[M::Input],
        options: &Options,
    ) -> Result<usize, Error> {
        let task = Computation::new(model, options)?;
        let set = Set::new(&task, plan::ONLY, examples);
        Ok(plan::bytes_of_rows(&task, &set))
    }

    pub(crate) fn new(blocks: Vec<Block>, directions: usize) -> Self {
        Self {
            blocks,
            directions,
            chunks: Vec::new(),
            examples: Vec::new(),
        }
    }

    /// Adds the rows of one batch: per block `[batch, k, p_l]`, f32 or f64.
    pub(crate) fn push(&mut self, batch: &[usize], rows: Vec<TensorData>) {
        let chunk = self.chunks.len();
        let places = batch.iter().enumerate().map(|(row, &example)| Position {
            example,
            chunk,
            row,
        });
        self.examples.extend(places);
        self.examples.sort_unstable_by_key(|place| place.example);
        self.chunks.push(rows);
    }

    /// Returns the blocks; the block indices of all other methods refer to this order.
    pub fn blocks(&self) -> &[Block] {
        &self.blocks
    }

    /// Returns the number of rows, $nk$.
    pub fn rows(&self) -> usize {
        self.examples.len() * self.directions
    }

    /// Returns the number of columns, $p = \sum_l p_l$.
    pub fn parameters(&self) -> usize {
        self.blocks.iter().map(|block| block.parameters).sum()
    }

    /// Returns the number of bytes of the rows themselves, without the memory that computing them
    /// took.
    pub fn held(&self) -> usize {
        let chunks = self.chunks.iter().flatten();
        chunks.map(|data| data.bytes.len()).sum()
    }

    /// Returns the number of examples.
    pub(crate) fn len(&self) -> usize {
        self.examples.len()
    }

    /// Returns the index of the `i`-th example in its set.
    pub(crate) fn example(&self, i: usize) -> usize {
        self.examples[i].example
    }

    /// Returns the total length of an example's rows of a block, $k p_l$.
    pub(crate) fn strip(&self, block: usize) -> usize {
        self.directions * self.blocks[block].parameters
    }

    /// Copies the `i`-th example's rows of a block, from position `start` on, through `map` to
    /// `out`.
    pub(crate) fn copy(
        &self,
        block: usize,
        i: usize,
        start: usize,
        out: &mut [f64],
        map: impl Fn(f64) -> f64,
    ) {
        match self.elements(block, i) {
            Elements::F32(rows) => {
                for (out, &x) in out.iter_mut().zip(&rows[start..]) {
                    *out = map(f64::from(x));
                }
            }
            Elements::F64(rows) => {
                for (out, &x) in out.iter_mut().zip(&rows[start..]) {
                    *out = map(x);
                }
            }
        }
    }

    fn elements(&self, block: usize, i: usize) -> Elements<'_> {
        let place = self.examples[i];
        let strip = self.strip(block);
        let range = place.row * strip..(place.row + 1) * strip;
        let data = &self.chunks[place.chunk][block];
        let reason = "rows are converted to f32 or f64 when they arrive";
        match data.dtype {
            DType::F64 => Elements::F64(&data.as_slice().expect(reason)[range]),
            _ => Elements::F32(&data.as_slice().expect(reason)[range]),
        }
    }

    /// Returns the rows of one block, shape `[nk, p_l]`.
    ///
    /// # Errors
    /// [`Error::BlockIndex`].
    pub fn block(&self, block: usize) -> Result<DMatrix<f64>, Error> {
        let blocks = self.blocks.len();
        let width = match self.blocks.get(block) {
            Some(block) => block.parameters,
            None => return Err(Error::BlockIndex { block, blocks }),
        };
        let mut values = vec![0.0; self.rows() * width];
        let strip = self.strip(block);
        for i in 0..self.len() {
            self.copy(block, i, 0, &mut values[i * strip..(i + 1) * strip], |x| x);
        }
        Ok(DMatrix::from_row_slice(self.rows(), width, &values))
    }

    /// Returns $J\delta$ of length $nk$, for $\delta$ of length $p$, block after block.
    ///
    /// # Errors
    /// [`Error::Length`].
    pub fn pushforward(&self, delta: &[f64]) -> Result<Vec<f64>, Error> {
        check_length(self.parameters(), delta.len())?;
        let mut out = vec![0.0; self.rows()];
        for (i, out) in out.chunks_exact_mut(self.directions.max(1)).enumerate() {
            self.add_products(i, delta, out);
        }
        Ok(out)
    }

    /// Returns $J^\top\alpha$ of length $p$, block after block, for $\alpha$ of length $nk$.
    ///
    /// # Errors
    /// [`Error::Length`].
    pub fn pullback(&self, alpha: &[f64]) -> Result<Vec<f64>, Error> {
        check_length(self.rows(), alpha.len())?;
        let mut out = vec![0.0; self.parameters()];
        for (i, alpha) in alpha.chunks_exact(self.directions.max(1)).enumerate() {
            self.add_multiples(i, alpha, &mut out);
        }
        Ok(out)
    }

    /// Returns the number of rows of an example, $k$.
    pub(crate) fn directions(&self) -> usize {
        self.directions
    }

    /// Adds $J(x_i)\delta$ to `out` of length $k$.
    pub(crate) fn add_products(&self, i: usize, delta: &[f64], out: &mut [f64]) {
        let mut start = 0;
        for (l, block) in self.blocks.iter().enumerate() {
            let delta = &delta[start..start + block.parameters];
            match self.elements(l, i) {
                Elements::F32(rows) => add_products(rows, delta, out),
                Elements::F64(rows) => add_products(rows, delta, out),
            }
            start += block.parameters;
        }
    }

    /// Adds $J(x_i)^\top\alpha$ to `out` of length $p$, for $\alpha$ of length $k$.
    pub(crate) fn add_multiples(&self, i: usize, alpha: &[f64], out: &mut [f64]) {
        let mut start = 0;
        for (l, block) in self.blocks.iter().enumerate() {
            let out = &mut out[start..start + block.parameters];
            match self.elements(l, i) {
                Elements::F32(rows) => add_multiples(rows, alpha, out),
                Elements::F64(rows) => add_multiples(rows, alpha, out),
            }
            start += block.parameters;
        }
    }
}

/// An example's rows of one block.
enum Elements<'a> {
    F32(&'a [f32]),
    F64(&'a [f64]),
}

/// Computes `out[j] += rows[j] · delta`.
fn add_products<T: Copy + Into<f64>>(rows: &[T], delta: &[f64], out: &mut [f64]) {
    // As many partial sums as a vector register holds: fast, with a fixed order of summation.
    const LANES: usize = 8;
    for (row, out) in rows.chunks_exact(delta.len().max(1)).zip(out) {
        let mut sums = [0.0; LANES];
        let (rows, rest) = row.as_chunks::<LANES>();
        let (deltas, delta_rest) = delta.as_chunks::<LANES>();
        for (row, delta) in rows.iter().zip(deltas) {
            for ((sum, &x), &d) in sums.iter_mut().zip(row).zip(delta) {
                *sum += x.into() * d;
            }
        }
        let tail: f64 = rest
            .iter()
            .zip(delta_rest)
            .map(|(&x, &d)| x.into() * d)
            .sum();
        *out += sums.iter().sum::<f64>() + tail;
    }
}

/// Computes `out += Σ_j alpha[j] rows[j]`.
fn add_multiples<T: Copy + Into<f64>>(rows: &[T], alpha: &[f64], out: &mut [f64]) {
    for (row, &alpha) in rows.chunks_exact(out.len().max(1)).zip(alpha) {
        for (out, &x) in out.iter_mut().zip(row) {
            *out += alpha * x.into();
        }
    }
}
