//! The kernels of all blocks, and the residual to be learned with some of them.

use super::candidates::union;
use crate::{Error, Precision, Result, check};
use nalgebra::{DMatrix, DVector};
use std::borrow::Cow;
use std::sync::OnceLock;

/// Block kernels $S_l$, the residual $y = Y - f_{\theta_0}(X)$ and a ridge: everything that
/// [scores](super::Score) of choices need.
///
/// A problem can be shared by threads. A score does not depend on which other scores are computed,
/// nor in which order.
#[derive(Debug, Clone)]
pub struct Problem<'a> {
    pub(super) blocks: Cow<'a, [DMatrix<f64>]>,
    pub(super) residual: Cow<'a, DVector<f64>>,
    pub(super) sigma: f64,
    pub(super) rows: Precision,
    pub(super) outputs: usize,
    /// The indices of the base's blocks, ascending.
    pub(super) base: Vec<usize>,
    /// $\lambda_{\max}$ of the kernel that [`LambdaRatio`](super::Score::LambdaRatio) divides by,
    /// once it has been computed.
    pub(super) reference: OnceLock<f64>,
}

impl<'a> Problem<'a> {
    /// Returns a problem with one row per example and no base. `rows` is the precision of the
    /// Jacobian rows from which the kernels were computed.
    ///
    /// # Shapes
    /// `blocks`: each `[n, n]`, a Gram matrix $S_l = J_l J_l^\top$; `residual`: `[n]`.
    ///
    /// # Errors
    /// If there is no block; a kernel is empty, not square, not finite or not symmetric to
    /// rounding; sizes differ; a residual is not finite; or $\sigma$ is negative or not finite.
    pub fn new(
        blocks: &'a [DMatrix<f64>],
        residual: &'a DVector<f64>,
        sigma: f64,
        rows: Precision,
    ) -> Result<Self> {
        check::ridge(sigma)?;
        if blocks.is_empty() {
            return Err(Error::NoBlock);
        }
        for block in blocks {
            let n = check::symmetric(block)?;
            check::length("a block's kernel", residual.len(), n)?;
        }
        if let Some(row) = residual.iter().position(|y| !y.is_finite()) {
            let (column, value) = (0, residual[row]);
            return Err(Error::NotFinite { row, column, value });
        }
        Ok(Self {
            blocks: Cow::Borrowed(blocks),
            residual: Cow::Borrowed(residual),
            sigma,
            rows,
            outputs: 1,
            base: Vec::new(),
            reference: OnceLock::new(),
        })
    }

    /// Sets the blocks that are adapted with every choice, Algorithm 2's $K$: every $K_C$ includes
    /// them. A choice may name them too; they count once.
    ///
    /// # Errors
    /// If there is no such block, or one is named twice.
    pub fn with_base(mut self, base: &[usize]) -> Result<Self> {
        self.base = distinct("block", base, self.blocks.len())?;
        self.reference = OnceLock::new();
        Ok(self)
    }

    /// Sets the number of rows per example: every `outputs` consecutive rows are one example, which
    /// [`subsample`](Self::subsample) and [`LeaveOneOut`](super::Score::LeaveOneOut) keep together.
    ///
    /// # Errors
    /// If `outputs` is 0, or the number of rows is not a multiple of it.
    pub fn with_outputs(mut self, outputs: usize) -> Result<Self> {
        let rows = self.residual.len();
        if outputs == 0 || !rows.is_multiple_of(outputs) {
            return Err(Error::Outputs { rows, outputs });
        }
        self.outputs = outputs;
        Ok(self)
    }

    /// Returns the number of blocks.
    pub fn blocks(&self) -> usize {
        self.blocks.len()
    }

    /// Returns the number of examples.
    pub fn examples(&self) -> usize {
        self.residual.len() / self.outputs
    }

    /// Returns $K_C = \sum_{l} S_l$ over the blocks of the choice and of the base.
    ///
    /// # Errors
    /// If a block does not exist or is named twice, or both the choice and the base are empty.
    pub fn kernel(&self, choice: &[usize]) -> Result<DMatrix<f64>> {
        let choice = distinct("block", choice, self.blocks.len())?;
        let all = union(choice.iter().chain(&self.base));
        if all.is_empty() {
            return Err(Error::NoBlock);
        }
        Ok(self.sum(&all))
    }

    /// Returns the sum over existing blocks, which are given in ascending order and added in it.
    pub(super) fn sum(&self, blocks: &[usize]) -> DMatrix<f64> {
        let n = self.residual.len();
        let mut sum = DMatrix::zeros(n, n);
        for &l in blocks {
            sum += &self.blocks[l];
        }
        sum
    }

    /// Returns the same problem on some of the examples, in the order given, with principal
    /// submatrices of all kernels. How far scores order choices alike on several such samples shows
    /// how stable the order is.
    ///
    /// # Errors
    /// If an example does not exist, none is named, or one is named twice: leave-one-out would then
    /// see the left-out example in its copy.
    pub fn subsample(&self, examples: &[usize]) -> Result<Problem<'static>> {
        if examples.is_empty() {
            return Err(Error::NoExample);
        }
        distinct("example", examples, self.examples())?;
        let rows: Vec<usize> = examples
            .iter()
            .flat_map(|e| (0..self.outputs).map(move |c| e * self.outputs + c))
            .collect();
        let blocks = self
            .blocks
            .iter()
            .map(|s| DMatrix::from_fn(rows.len(), rows.len(), |i, j| s[(rows[i], rows[j])]));
        Ok(Problem {
            blocks: Cow::Owned(blocks.collect()),
            residual: Cow::Owned(self.residual.select_rows(&rows)),
            sigma: self.sigma,
            rows: self.rows,
            outputs: self.outputs,
            base: self.base.clone(),
            reference: OnceLock::new(),
        })
    }
}

/// Returns the indices, ascending, if all are below `count` and none occurs twice.
pub(super) fn distinct(what: &'static str, indices: &[usize], count: usize) -> Result<Vec<usize>> {
    if let Some(&index) = indices.iter().find(|&&index| index >= count) {
        return Err(Error::NoSuch { what, index, count });
    }
    let mut sorted = indices.to_vec();
    sorted.sort_unstable();
    match sorted.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => Err(Error::NamedTwice {
            what,
            index: pair[0],
        }),
        None => Ok(sorted),
    }
}
