//! Kernels by block.

use nalgebra::DMatrix;

use crate::{Error, Model, Monitor, Options};

/// A kernel on the training examples, and between test and training examples.
///
/// Rows and columns follow the examples as given; with [`Readout::Full`](crate::Readout::Full)
/// output $c$ of example $i$ is row $iC + c$.
#[derive(Clone, Debug, PartialEq)]
pub struct Kernel {
    /// $K(X, X)$, shape `[n, n]`; exactly symmetric for [`KernelKind::Gradient`](crate::KernelKind).
    pub train: DMatrix<f64>,
    /// $K(X_{test}, X)$, shape `[m, n]`; no rows where no test example was given.
    pub cross: DMatrix<f64>,
}

/// The kernels $S_l$ of all blocks (or their sum), and the outputs, from one pass over the data.
#[derive(Clone, Debug)]
pub struct BlockKernels {
    names: Vec<String>,
    kernels: Vec<Kernel>,
    train_outputs: DMatrix<f64>,
    test_outputs: DMatrix<f64>,
}

impl BlockKernels {
    /// Computes the kernels of `model` on `train`, and between `test` and `train`.
    pub fn compute<M: Model>(
        _model: &M,
        _train: &[M::Input],
        _test: &[M::Input],
        _options: &Options,
        _monitor: &Monitor,
    ) -> Result<Self, Error> {
        todo!()
    }

    /// Names of the blocks that take part, in the model's order.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// One kernel per name.
    ///
    /// # Errors
    /// [`Error::SumOnly`] where only the sum was kept.
    pub fn blocks(&self) -> Result<&[Kernel], Error> {
        Ok(&self.kernels)
    }

    /// Places of the blocks with these names, for [`sum`](Self::sum).
    pub fn select(&self, _names: &[&str]) -> Result<Vec<usize>, Error> {
        todo!()
    }

    /// $\sum_{l \in \text{choice}} S_l$.
    pub fn sum(&self, _choice: &[usize]) -> Result<Kernel, Error> {
        todo!()
    }

    /// The sum over all blocks that take part.
    pub fn total(&self) -> Kernel {
        todo!()
    }

    /// $f_{\theta_0}$ on the training examples, shape `[n, C]`.
    pub fn train_outputs(&self) -> &DMatrix<f64> {
        &self.train_outputs
    }

    /// $f_{\theta_0}$ on the test examples, shape `[m, C]`.
    pub fn test_outputs(&self) -> &DMatrix<f64> {
        &self.test_outputs
    }
}
