//! Options checked against a model, and the computation of the rows that they select.

use burn::tensor::{DType, Tensor, TensorData};

use crate::{
    Block, Error, Jacobian, Model, Options, Readout, batches,
    monitor::Meter,
    parallel::Workers,
    returned::{not_finite, of_examples},
    shape::check_shape,
    tensor,
};

/// A model with options that have been checked against it.
pub(crate) struct Computation<'a, M: Model> {
    pub(crate) model: &'a M,
    pub(crate) options: &'a Options,
    pub(crate) readout: Readout,
    /// The readout's directions, `[k][C]`.
    pub(crate) directions: Vec<Vec<f64>>,
    /// The indices of the blocks that take part, ascending.
    pub(crate) chosen: Vec<usize>,
    pub(crate) workers: Workers,
}

impl<'a, M: Model> Computation<'a, M> {
    pub(crate) fn new(model: &'a M, options: &'a Options) -> Result<Self, Error> {
        options.check()?;
        let outputs = model.outputs();
        let readout = options
            .readout
            .unwrap_or_else(|| Readout::of_outputs(outputs));
        Ok(Self {
            model,
            options,
            readout,
            directions: readout.directions(outputs)?,
            chosen: choose(options.blocks.as_deref(), model.blocks().len())?,
            workers: Workers::new(options.threads)?,
        })
    }

    /// Returns the number of kernel rows per example.
    pub(crate) fn rows_per_example(&self) -> usize {
        self.readout.rows_per_example(self.model.outputs())
    }

    pub(crate) fn blocks(&self) -> Vec<Block> {
        let all = self.model.blocks();
        self.chosen.iter().map(|&l| all[l].clone()).collect()
    }

    /// Returns the number of bytes of one example's rows over this number of parameters.
    pub(crate) fn row_bytes(&self, parameters: usize) -> usize {
        self.directions.len() * parameters * self.model.dtype().size()
    }

    pub(crate) fn batches(&self, examples: &[M::Input]) -> Vec<Vec<usize>> {
        let sizes: Vec<usize> = examples.iter().map(|x| self.model.size(x)).collect();
        batches(&sizes, self.options.batch)
    }

    pub(crate) fn size(&self, examples: &[M::Input], batches: &[Vec<usize>]) -> usize {
        batches
            .iter()
            .map(|batch| self.batch_size(examples, batch))
            .sum()
    }

    fn batch_size(&self, examples: &[M::Input], batch: &[usize]) -> usize {
        batch.iter().map(|&i| self.model.size(&examples[i])).sum()
    }

    /// Computes the rows of these batches of `examples`; calls `outputs` with each example's index
    /// and outputs.
    pub(crate) fn rows(
        &self,
        set: &'static str,
        examples: &[M::Input],
        batches: &[Vec<usize>],
        meter: &mut Meter,
        mut outputs: impl FnMut(usize, &[f64]) + Send,
    ) -> Result<Jacobian, Error> {
        let monitor = *meter.monitor;
        let directions = self.direction_tensor();
        let mut jacobian = Jacobian::new(self.blocks(), self.directions.len());
        self.workers.ordered(
            batches.len(),
            |b| {
                monitor.check()?;
                self.batch_rows(set, examples, &batches[b], directions.clone())
            },
            |b, (values, rows)| {
                let each = values.chunks_exact(self.model.outputs());
                for (&i, values) in batches[b].iter().zip(each) {
                    outputs(i, values);
                }
                jacobian.push(&batches[b], rows);
                meter.add(self.batch_size(examples, &batches[b]));
            },
        )?;
        Ok(jacobian)
    }

    fn direction_tensor(&self) -> Tensor<M::Backend, 2> {
        let shape = [self.directions.len(), self.model.outputs()];
        tensor(self.model, self.directions.concat(), shape)
    }

    /// Computes the outputs and the rows of every chosen block for one batch.
    fn batch_rows(
        &self,
        set: &'static str,
        examples: &[M::Input],
        batch: &[usize],
        directions: Tensor<M::Backend, 2>,
    ) -> Result<(Vec<f64>, Vec<TensorData>), Error> {
        let xs: Vec<&M::Input> = batch.iter().map(|&i| &examples[i]).collect();
        let rows = self.model.rows(&xs, directions, &self.chosen);
        let (n, k) = (batch.len(), self.directions.len());
        let values = of_examples(self.model, "outputs", set, batch, rows.outputs)?;

        let blocks = self.model.blocks();
        let chosen = [self.chosen.len()];
        check_shape("blocks of rows", &chosen, &[rows.blocks.len()])?;
        let mut kept = Vec::with_capacity(self.chosen.len());
        for (&l, rows) in self.chosen.iter().zip(rows.blocks) {
            let Block {
                name, parameters, ..
            } = &blocks[l];
            let what = || format!("Jacobian rows of block `{name}`");
            check_shape(&what(), &[n, k, *parameters], &rows.dims())?;
            let data = as_f32_or_f64(rows.into_data());
            if let Some(place) = first_not_finite(&data) {
                let example = batch[place / (k * parameters)];
                return Err(not_finite(self.model, what(), set, example));
            }
            kept.push(data);
        }
        Ok((values, kept))
    }
}

/// Returns the indices of the chosen blocks, ascending; all blocks for `None`.
fn choose(choice: Option<&[usize]>, blocks: usize) -> Result<Vec<usize>, Error> {
    let mut chosen = choice.map_or_else(|| (0..blocks).collect(), <[usize]>::to_vec);
    chosen.sort_unstable();
    check_choice(&chosen, blocks)?;
    if chosen.is_empty() {
        return Err(Error::NoBlocks);
    }
    Ok(chosen)
}

/// Checks that every index is in range and that none occurs twice.
pub(crate) fn check_choice(choice: &[usize], blocks: usize) -> Result<(), Error> {
    let mut seen = vec![false; blocks];
    for &block in choice {
        match seen.get_mut(block) {
            None => return Err(Error::BlockIndex { block, blocks }),
            Some(true) => return Err(Error::BlockTwice { block }),
            Some(seen) => *seen = true,
        }
    }
    Ok(())
}

fn as_f32_or_f64(data: TensorData) -> TensorData {
    match data.dtype {
        DType::F32 | DType::F64 => data,
        _ => data.convert_dtype(DType::F32),
    }
}

fn first_not_finite(data: &TensorData) -> Option<usize> {
    // A fold without an early exit is vectorised; the position is searched only if there is one.
    macro_rules! search {
        ($t:ty) => {{
            let values = data.as_slice::<$t>().expect("the arm's own type");
            let all = values.iter().fold(true, |all, x| all & x.is_finite());
            (!all).then(|| values.iter().position(|x| !x.is_finite()))?
        }};
    }
    match data.dtype {
        DType::F64 => search!(f64),
        _ => search!(f32),
    }
}
