//! How kernels are to be computed.

use crate::{Error, KernelKind, Readout};

/// Which matrices are kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Keep {
    /// One kernel $S_l$ per block, so that any choice of blocks can be summed afterwards.
    #[default]
    Blocks,
    /// Their sum $K = \sum_l S_l$ alone: one matrix instead of one per block.
    Sum,
}

/// Options of [`BlockKernels::compute`](crate::BlockKernels::compute).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// The function of the outputs; `None` for the usual one, [`Readout::of_outputs`].
    pub readout: Option<Readout>,
    /// $J J^\top$, or the signed variant.
    pub kind: KernelKind,
    /// The blocks that take part, by number; `None` for all.
    pub blocks: Option<Vec<usize>>,
    /// One kernel per block, or their sum alone.
    pub keep: Keep,
    /// Worker threads. The result does not depend on it.
    pub threads: usize,
    /// Size of a micro-batch, in the unit of [`Model::size`](crate::Model::size).
    pub batch: usize,
    /// Bytes that the work may take beside the model itself; `None` for no limit.
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
