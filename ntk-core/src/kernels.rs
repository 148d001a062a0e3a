//! Kernels by block.

use nalgebra::DMatrix;

use crate::{Error, Model, Monitor, Options, Plan, computation::check_choice, compute};

/// A kernel on the training examples, and between test and training examples.
///
/// Rows and columns follow the examples as given; with [`Readout::Full`](crate::Readout::Full)
/// output $c$ of example $i$ is row $iC + c$.
#[derive(Clone, Debug, PartialEq)]
pub struct Kernel {
    /// $K(X, X)$, shape `[n, n]`; exactly symmetric for [`KernelKind::Gradient`](crate::KernelKind).
    pub train: DMatrix<f64>,
    /// $K(X_{test}, X)$, shape `[m, n]`; no rows if there are no test examples.
    pub cross: DMatrix<f64>,
}

impl Kernel {
    pub(crate) fn zeros(n: usize, m: usize) -> Self {
        Self {
            train: DMatrix::zeros(n, n),
            cross: DMatrix::zeros(m, n),
        }
    }
}

/// The kernels $S_l$ of all blocks (or their sum), and the outputs, from one pass over the data.
///
/// Rows of the Jacobian are multiplied in f64 at any precision of the model. The result is the same bit
/// for bit for any number of threads and any division into groups; for other micro-batches, or
/// another order of examples, it is the same to the rounding of the model's own arithmetic.
#[derive(Clone, Debug, PartialEq)]
pub struct BlockKernels {
    pub(crate) names: Vec<String>,
    /// One kernel per name, or only their sum.
    pub(crate) kernels: Vec<Kernel>,
    pub(crate) train_outputs: DMatrix<f64>,
    pub(crate) test_outputs: DMatrix<f64>,
}

impl BlockKernels {
    /// Returns the memory and the order of work of [`compute`](Self::compute), without computing
    /// anything.
    ///
    /// # Errors
    /// The errors of [`compute`](Self::compute) that can be known before the work.
    pub fn plan<M: Model>(
        model: &M,
        train: &[M::Input],
        test: &[M::Input],
        options: &Options,
    ) -> Result<Plan, Error> {
        compute::plan(model, train, test, options)
    }

    /// Computes the kernels of `model` on `train`, and between `test` and `train`.
    ///
    /// If the rows of all training examples do not fit into `options.memory`, they are held one
    /// group at a time, and computed again for the products with other groups; see [`Plan`]. The
    /// rows of test examples are never held.
    ///
    /// # Errors
    /// - Options that do not suit the model: [`Error::Margin`], [`Error::Logit`],
    ///   [`Error::BlockIndex`], [`Error::BlockTwice`], [`Error::NoBlocks`], [`Error::Zero`].
    /// - [`Error::NoExamples`] if `train` is empty.
    /// - [`Error::Memory`] if the work does not fit into `options.memory`, known before the work.
    /// - [`Error::NonFinite`] if an output or a row is NaN or infinite.
    /// - [`Error::Shape`] if the model breaks its contract.
    /// - [`Error::Cancelled`] if the caller cancels through `monitor`; [`Error::Threads`].
    ///
    /// # Complexity
    /// For $N$ training and $M$ test rows of $p$ columns: one [`Model::rows`] per example if all
    /// rows fit (see [`Plan`]), $N^2 p$ multiply-adds for the training kernels, up to half of which
    /// symmetry saves for large $N$, and $MNp$ for the cross kernels.
    pub fn compute<M: Model>(
        model: &M,
        train: &[M::Input],
        test: &[M::Input],
        options: &Options,
        monitor: &Monitor,
    ) -> Result<Self, Error> {
        compute::compute(model, train, test, options, monitor)
    }

    /// Returns the names of the blocks that take part, in the model's order.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Returns one kernel per name.
    ///
    /// # Errors
    /// [`Error::SumOnly`] where only the sum was kept.
    pub fn blocks(&self) -> Result<&[Kernel], Error> {
        if self.kernels.len() == self.names.len() {
            Ok(&self.kernels)
        } else {
            Err(Error::SumOnly)
        }
    }

    /// Returns one kernel per name by value, without a copy.
    ///
    /// # Errors
    /// [`Error::SumOnly`] where only the sum was kept.
    pub fn into_blocks(self) -> Result<Vec<Kernel>, Error> {
        self.blocks()?;
        Ok(self.kernels)
    }

    /// Returns the indices of the blocks with these names, for [`sum`](Self::sum).
    ///
    /// # Errors
    /// [`Error::BlockName`].
    pub fn select(&self, names: &[&str]) -> Result<Vec<usize>, Error> {
        let place = |&name: &&str| {
            let found = self.names.iter().position(|known| known == name);
            found.ok_or_else(|| Error::BlockName {
                name: name.to_owned(),
                known: self.names.clone(),
            })
        };
        names.iter().map(place).collect()
    }

    /// Returns $\sum_{l \in \text{choice}} S_l$ over indices into [`names`](Self::names); zero for
    /// an empty choice.
    ///
    /// # Errors
    /// [`Error::SumOnly`], [`Error::BlockIndex`], [`Error::BlockTwice`].
    pub fn sum(&self, choice: &[usize]) -> Result<Kernel, Error> {
        let blocks = self.blocks()?;
        check_choice(choice, blocks.len())?;
        Ok(self.add(choice.iter().map(|&l| &blocks[l])))
    }

    /// Returns the sum over all blocks that take part.
    pub fn total(&self) -> Kernel {
        self.add(self.kernels.iter())
    }

    fn add<'a>(&self, kernels: impl Iterator<Item = &'a Kernel>) -> Kernel {
        // There is always a kernel: an empty choice of blocks is refused before the work.
        let Kernel { train, cross } = &self.kernels[0];
        let mut sum = Kernel::zeros(train.nrows(), cross.nrows());
        for kernel in kernels {
            sum.train += &kernel.train;
            sum.cross += &kernel.cross;
        }
        sum
    }

    /// Returns $f_{\theta_0}$ on the training examples, shape `[n, C]`.
    pub fn train_outputs(&self) -> &DMatrix<f64> {
        &self.train_outputs
    }

    /// Returns $f_{\theta_0}$ on the test examples, shape `[m, C]`.
    pub fn test_outputs(&self) -> &DMatrix<f64> {
        &self.test_outputs
    }
}
