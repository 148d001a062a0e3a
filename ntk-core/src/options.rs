//! The options of a kernel computation.

use crate::{Error, KernelKind, Readout};

/// Which matrices are kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Keep {
    /// One kernel $S_l$ per block, so that any choice of blocks can be summed afterwards.
    #[default]
    Blocks,
    /// Only the sum $K = \sum_l S_l$: one matrix instead of one per block.
    Sum,
}

/// Options of [`BlockKernels::compute`](crate::BlockKernels::compute).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// The function of the outputs; `None` for the usual one, [`Readout::of_outputs`].
    pub readout: Option<Readout>,
    /// $J J^\top$, or the signed variant.
    pub kind: KernelKind,
    /// The indices of the blocks that take part; `None` for all.
    pub blocks: Option<Vec<usize>>,
    /// One kernel per block, or only their sum.
    pub keep: Keep,
    /// The number of worker threads; the result does not depend on it.
    pub threads: usize,
    /// The size of a micro-batch, in the unit of [`Model::size`](crate::Model::size).
    pub batch: usize,
    /// The bytes that the work may take in addition to the model itself; `None` for no limit.
    pub memory: Option<usize>,
}

impl Default for Options {
    /// The model's usual readout, $JJ^\top$ of every block, one thread, micro-batches of 1,024,
    /// no limit to memory.
    fn default() -> Self {
        Self {
            readout: None,
            kind: KernelKind::default(),
            blocks: None,
            keep: Keep::default(),
            threads: 1,
            batch: 1024,
            memory: None,
        }
    }
}

impl Options {
    pub(crate) fn check(&self) -> Result<(), Error> {
        for (option, value) in [("threads", self.threads), ("batch", self.batch)] {
            if value == 0 {
                return Err(Error::Zero { option });
            }
        }
        Ok(())
    }
}
