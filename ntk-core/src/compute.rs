//! The pass over the data that computes kernels from Jacobian rows.

use nalgebra::DMatrix;

use crate::{
    BlockKernels, Error, Jacobian, Keep, Kernel, KernelKind, Model, Monitor, Options, Plan,
    computation::Computation,
    gram::{self, Panel, Rectangle},
    monitor::Meter,
    plan::{self, Set},
};

pub(crate) fn plan<M: Model>(
    model: &M,
    train: &[M::Input],
    test: &[M::Input],
    options: &Options,
) -> Result<Plan, Error> {
    let task = Computation::new(model, options)?;
    let (train, test) = (
        Set::new(&task, plan::TRAIN, train),
        Set::new(&task, plan::TEST, test),
    );
    plan::plan(&task, &train, &test)
}

pub(crate) fn compute<M: Model>(
    model: &M,
    train: &[M::Input],
    test: &[M::Input],
    options: &Options,
    monitor: &Monitor,
) -> Result<BlockKernels, Error> {
    let task = Computation::new(model, options)?;
    let (train, test) = (
        Set::new(&task, plan::TRAIN, train),
        Set::new(&task, plan::TEST, test),
    );
    let plan = plan::plan(&task, &train, &test)?;
    let mut meter = Meter::new(monitor, work(&task, &train, &test, &plan));
    let mut builder = Builder::new(&task, &train, &test);
    let all = 0..test.batches.len();
    for group in &plan.groups {
        let held = builder.rows(&train, group.clone(), &mut meter)?;
        builder.within(&held, monitor)?;
        for stream in train.streams(group.end..train.batches.len(), plan.stream) {
            let passing = builder.rows(&train, stream, &mut meter)?;
            builder.between(&passing, &held, monitor)?;
        }
        for stream in test.streams(all.clone(), plan.stream) {
            let passing = builder.rows(&test, stream, &mut meter)?;
            builder.cross(&passing, &held, monitor)?;
        }
    }
    Ok(builder.result)
}

/// Returns the total size of all examples, each counted as often as its rows are computed.
fn work<M: Model>(task: &Computation<M>, train: &Set<M>, test: &Set<M>, plan: &Plan) -> usize {
    let size = |(times, group)| times * task.size(train.examples, &train.batches[group]);
    let train: usize = plan.passes().map(size).sum();
    train + plan.groups() * task.size(test.examples, &test.batches)
}

/// Where the products of two panels are added.
#[derive(Clone, Copy, PartialEq)]
enum Target {
    /// A panel with itself, symmetric kernel: the lower triangle is computed and mirrored.
    Lower,
    /// Two panels of training examples, symmetric kernel: the products are mirrored.
    Mirrored,
    /// Training examples, kernel not symmetric: the products are not mirrored.
    Train,
    /// Test examples with training examples.
    Cross,
}

/// Accumulates kernels and outputs.
struct Builder<'a, M: Model> {
    task: &'a Computation<'a, M>,
    result: BlockKernels,
}

impl<'a, M: Model> Builder<'a, M> {
    fn new(task: &'a Computation<'a, M>, train: &Set<M>, test: &Set<M>) -> Self {
        let per = task.rows_per_example();
        let (n, m) = (train.examples.len(), test.examples.len());
        let names: Vec<String> = task.blocks().into_iter().map(|block| block.name).collect();
        let count = match task.options.keep {
            Keep::Blocks => names.len(),
            Keep::Sum => 1,
        };
        let outputs = task.model.outputs();
        Self {
            task,
            result: BlockKernels {
                names,
                kernels: vec![Kernel::zeros(n * per, m * per); count],
                train_outputs: DMatrix::zeros(n, outputs),
                test_outputs: DMatrix::zeros(m, outputs),
            },
        }
    }

    fn rows(
        &mut self,
        set: &Set<M>,
        batches: std::ops::Range<usize>,
        meter: &mut Meter,
    ) -> Result<Jacobian, Error> {
        let outputs = match set.name {
            plan::TEST => &mut self.result.test_outputs,
            _ => &mut self.result.train_outputs,
        };
        let keep = |i, values: &[f64]| outputs.row_mut(i).copy_from_slice(values);
        let batches = &set.batches[batches];
        self.task.rows(set.name, set.examples, batches, meter, keep)
    }

    fn within(&mut self, held: &Jacobian, monitor: &Monitor) -> Result<(), Error> {
        match self.task.options.kind.is_symmetric() {
            true => self.multiply(held, held, Target::Lower, monitor),
            false => self.multiply(held, held, Target::Train, monitor),
        }
    }

    fn between(&mut self, a: &Jacobian, b: &Jacobian, monitor: &Monitor) -> Result<(), Error> {
        if self.task.options.kind.is_symmetric() {
            return self.multiply(a, b, Target::Mirrored, monitor);
        }
        self.multiply(a, b, Target::Train, monitor)?;
        self.multiply(b, a, Target::Train, monitor)
    }

    fn cross(&mut self, test: &Jacobian, held: &Jacobian, monitor: &Monitor) -> Result<(), Error> {
        self.multiply(test, held, Target::Cross, monitor)
    }

    /// Adds, for every block, the products of the rows of `left` and `right` to the block's kernel.
    /// The blocks are taken in order, so that a sum over blocks always has the same order of
    /// summation.
    fn multiply(
        &mut self,
        left: &Jacobian,
        right: &Jacobian,
        target: Target,
        monitor: &Monitor,
    ) -> Result<(), Error> {
        let rows_per_example = self.task.rows_per_example();
        let panel = |jacobian| Panel {
            jacobian,
            rows_per_example,
        };
        let (left, right) = (panel(left), panel(right));
        let rectangles = match target {
            Target::Lower => gram::lower(left.rows()),
            _ => gram::all(left.rows(), right.rows()),
        };
        let kind: KernelKind = self.task.options.kind;
        let count = rectangles.len();
        let kernels = &mut self.result.kernels;
        self.task.workers.ordered(
            self.task.chosen.len() * count,
            |job| {
                monitor.check()?;
                let (block, rectangle) = (job / count, &rectangles[job % count]);
                Ok(gram::product(left, right, block, kind, rectangle))
            },
            |job, values| {
                let kernel = (job / count).min(kernels.len() - 1);
                add(
                    &mut kernels[kernel],
                    &values,
                    left,
                    right,
                    &rectangles[job % count],
                    target,
                );
            },
        )
    }
}

/// Adds the values of a rectangle, given column by column, to the entries that `target` selects.
fn add(
    kernel: &mut Kernel,
    values: &[f64],
    left: Panel,
    right: Panel,
    rectangle: &Rectangle,
    target: Target,
) {
    let rows: Vec<usize> = rectangle.rows.clone().map(|r| left.place(r)).collect();
    for (c, values) in rectangle
        .columns
        .clone()
        .zip(values.chunks_exact(rows.len()))
    {
        let j = right.place(c);
        for (&i, &value) in rows.iter().zip(values) {
            match target {
                Target::Cross => kernel.cross[(i, j)] += value,
                Target::Train => kernel.train[(i, j)] += value,
                Target::Lower if i < j => {}
                Target::Lower | Target::Mirrored => {
                    kernel.train[(i, j)] += value;
                    if i != j {
                        kernel.train[(j, i)] += value;
                    }
                }
            }
        }
    }
}
