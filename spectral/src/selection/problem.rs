//! The kernels of all blocks, and what is to be learned with some of them.

use super::candidates::union;
use crate::{Error, Precision, Result, check};
use nalgebra::{DMatrix, DVector};
use std::borrow::Cow;
use std::sync::OnceLock;

/// Block kernels $S_l$, the residual $y = Y - f_{\theta_0}(X)$ and a ridge: all that
/// [scores](super::Score) of choices need.
///
/// It can be shared by threads, and a score is the same in whatever order and company it is
/// computed.
#[derive(Debug, Clone)]
pub struct Problem<'a> {
    pub(super) blocks: Cow<'a, [DMatrix<f64>]>,
    pub(super) residual: Cow<'a, DVector<f64>>,
    pub(super) sigma: f64,
    pub(super) rows: Precision,
    pub(super) outputs: usize,
    /// Ascending.
    pub(super) base: Vec<usize>,
    /// $\lambda_{\max}$ of the kernel that [`LambdaRatio`](super::Score::LambdaRatio) divides by,
    /// once it has been asked for.
    pub(super) reference: OnceLock<f64>,
}

impl<'a> Problem<'a> {
    /// One row an example, and no base. `rows` is the precision of the Jacobian's rows from which
    /// the kernels came.
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

    /// Blocks that are adapted whatever is chosen, Algorithm 2's $K$: every $K_C$ has them. A choice
    /// may name them too; they count once.
    ///
    /// # Errors
    /// If there is no such block, or one is named twice.
    pub fn with_base(mut self, base: &[usize]) -> Result<Self> {
        self.base = distinct("block", base, self.blocks.len())?;
        self.reference = OnceLock::new();
        Ok(self)
    }

    /// Every `outputs` consecutive rows are one example, which [`subsample`](Self::subsample) and
    /// [`LeaveOneOut`](super::Score::LeaveOneOut) keep together.
    ///
    /// # Errors
    /// If the rows do not divide by `outputs`.
    pub fn with_outputs(mut self, outputs: usize) -> Result<Self> {
        let rows = self.residual.len();
        if outputs == 0 || !rows.is_multiple_of(outputs) {
            return Err(Error::Outputs { rows, outputs });
        }
        self.outputs = outputs;
        Ok(self)
    }

    /// The number of blocks.
    pub fn blocks(&self) -> usize {
        self.blocks.len()
    }

    /// The number of examples.
    pub fn examples(&self) -> usize {
        self.residual.len() / self.outputs
    }

    /// $K_C = \sum_{l} S_l$ over the blocks of the choice and of the base.
    ///
    /// # Errors
    /// If there is no such block, one is named twice, or there is neither choice nor base.
    pub fn kernel(&self, choice: &[usize]) -> Result<DMatrix<f64>> {
        let choice = distinct("block", choice, self.blocks.len())?;
        let all = union(choice.iter().chain(&self.base));
        if all.is_empty() {
            return Err(Error::NoBlock);
        }
        Ok(self.sum(&all))
    }

    /// The sum over ascending, existing blocks, always in their order.
    pub(super) fn sum(&self, blocks: &[usize]) -> DMatrix<f64> {
        let n = self.residual.len();
        let mut sum = DMatrix::zeros(n, n);
        for &l in blocks {
            sum += &self.blocks[l];
        }
        sum
    }

    /// The same problem on some of the examples, in the order given: principal submatrices of all
    /// kernels. How far scores order choices alike on several such samples says how stable the
    /// order is.
    ///
    /// # Errors
    /// If there is no such example, none is named, or one is named twice: its copy would tell
    /// leave-one-out what is left out.
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

/// The indices, ascending, if they are below `count` and differ.
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
