//! The errors of this crate.

use burn::tensor::DType;

use crate::Readout;

/// Why a computation of this crate was refused or failed.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// [`Readout::Margin`] was requested for a model that does not have two outputs.
    #[error(
        "readout `margin` is the difference of two outputs, but the model has {outputs}; \
         use {}", if *.outputs == 1 { "`logit(0)`" } else { "`trace`, `full` or `logit(c)`" }
    )]
    Margin {
        /// The model's number of outputs.
        outputs: usize,
    },
    /// [`Readout::Logit`] names an output that the model does not have.
    #[error(
        "readout `{readout}` asks for an output that is not there: the model has {outputs}, counted from 0"
    )]
    Logit {
        /// The requested readout.
        readout: Readout,
        /// The model's number of outputs.
        outputs: usize,
    },
    /// A text names no readout.
    #[error("`{0}` is no readout; use `margin`, `trace`, `full` or `logit(c)` with c = 0, 1, …")]
    ParseReadout(String),
    /// A text names no kind of kernel.
    #[error("`{0}` is no kind of kernel; use `gradient` or `sign-gradient`")]
    ParseKind(String),
    /// An option is 0 but must be at least 1.
    #[error("option `{option}` must be at least 1")]
    Zero {
        /// The option's name.
        option: &'static str,
    },
    /// No training example was given.
    #[error("there are no training examples: a kernel needs at least one")]
    NoExamples,
    /// The model has no block, or none was chosen.
    #[error("no block of parameters is chosen: a kernel needs at least one")]
    NoBlocks,
    /// A block's index is out of range: the model does not have the block, or it was not computed.
    #[error("block {block} is not there: there are {blocks}, counted from 0")]
    BlockIndex {
        /// The requested index.
        block: usize,
        /// The number of blocks.
        blocks: usize,
    },
    /// A block was chosen twice.
    #[error("block {block} is chosen twice: a sum over blocks counts each once")]
    BlockTwice {
        /// The index that occurs twice.
        block: usize,
    },
    /// No block has the requested name.
    #[error("no block is named `{name}`; there are {}", .known.join(", "))]
    BlockName {
        /// The requested name.
        name: String,
        /// The names that exist.
        known: Vec<String>,
    },
    /// Kernels of single blocks were requested from a result that holds only their sum.
    #[error(
        "only the sum over the blocks was kept; compute with `Keep::Blocks` to choose among them"
    )]
    SumOnly,
    /// The model broke its contract.
    #[error("the model's {what} have shape {got:?}, expected {expected:?}")]
    Shape {
        /// The tensor or list whose shape is wrong.
        what: String,
        /// The shape that the contract requires.
        expected: Vec<usize>,
        /// The shape that the model returned.
        got: Vec<usize>,
    },
    /// A vector has the wrong length.
    #[error("the vector has {got} entries, expected {expected}")]
    Length {
        /// The required length.
        expected: usize,
        /// The length of the given vector.
        got: usize,
    },
    /// NaN or infinity in what the model computed.
    #[error(
        "{what} of {set} {example} are not finite; check the weights and the example{}",
        if *.dtype == DType::F64 { "" } else { ", or use f64" }
    )]
    NonFinite {
        /// What is not finite: `outputs`, `Jacobian-vector products`, or a block's Jacobian rows or
        /// gradients.
        what: String,
        /// `training example`, `test example`, or `example` where there is one set only.
        set: &'static str,
        /// The index of the example in its set.
        example: usize,
        /// The model's precision.
        dtype: DType,
    },
    /// The work does not fit into the allowed memory, however it is divided.
    #[error(
        "the work needs at least {} but `memory` allows {}; {advice}",
        crate::plan::bytes(*.needed), crate::plan::bytes(*.allowed)
    )]
    Memory {
        /// The smallest number of bytes with which the work can be done.
        needed: usize,
        /// The number of bytes allowed.
        allowed: usize,
        /// What would lower the need.
        advice: String,
    },
    /// The operating system could not start the threads.
    #[error("cannot start {threads} threads: {reason}; use fewer")]
    Threads {
        /// The requested number of threads.
        threads: usize,
        /// The reason that the system gives.
        reason: String,
    },
    /// The caller asked to stop.
    #[error("cancelled")]
    Cancelled,
}
