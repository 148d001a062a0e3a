//! What can go wrong.

use burn::tensor::DType;

use crate::Readout;

/// Everything that this crate can refuse or fail at.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// [`Readout::Margin`] asked of a model that has not two outputs.
    #[error(
        "readout `margin` is the difference of two outputs, but the model has {outputs}; \
         use {}", if *.outputs == 1 { "`logit(0)`" } else { "`trace`, `full` or `logit(c)`" }
    )]
    Margin {
        /// The model's number of outputs.
        outputs: usize,
    },
    /// [`Readout::Logit`] of an output that is not there.
    #[error(
        "readout `{readout}` asks for an output that is not there: the model has {outputs}, counted from 0"
    )]
    Logit {
        /// The readout asked for.
        readout: Readout,
        /// The model's number of outputs.
        outputs: usize,
    },
    /// A text that names no readout.
    #[error("`{0}` is no readout; use `margin`, `trace`, `full` or `logit(c)` with c = 0, 1, …")]
    ParseReadout(String),
    /// A text that names no kind of kernel.
    #[error("`{0}` is no kind of kernel; use `gradient` or `sign-gradient`")]
    ParseKind(String),
    /// An option whose value makes no sense.
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
    /// A block's number that the model does not have, or that was not computed.
    #[error("block {block} is not there: there are {blocks}, counted from 0")]
    BlockIndex {
        /// The number asked for.
        block: usize,
        /// How many there are.
        blocks: usize,
    },
    /// A block chosen twice.
    #[error("block {block} is chosen twice: a sum over blocks counts each once")]
    BlockTwice {
        /// The number that occurs twice.
        block: usize,
    },
    /// A block's name that the model does not have.
    #[error("no block is named `{name}`; there are {}", .known.join(", "))]
    BlockName {
        /// The name asked for.
        name: String,
        /// The names that exist.
        known: Vec<String>,
    },
    /// Kernels of single blocks were asked of a result that holds the sum alone.
    #[error(
        "only the sum over the blocks was kept; compute with `Keep::Blocks` to choose among them"
    )]
    SumOnly,
    /// The model broke its contract.
    #[error("the model's {what} have shape {got:?}, expected {expected:?}")]
    Shape {
        /// Which tensor.
        what: String,
        /// The shape that the contract asks for.
        expected: Vec<usize>,
        /// The shape that came.
        got: Vec<usize>,
    },
    /// A vector of the wrong length.
    #[error("the vector has {got} entries, expected {expected}")]
    Length {
        /// The length that fits.
        expected: usize,
        /// The length that came.
        got: usize,
    },
    /// NaN or infinity in what the model computed.
    #[error(
        "{what} of {set} {example} are not finite; check the weights and the example{}",
        if *.dtype == DType::F64 { "" } else { ", or use f64" }
    )]
    NonFinite {
        /// `outputs`, or the rows of which block.
        what: String,
        /// `training example`, `test example`, or `example` where there is one set only.
        set: &'static str,
        /// The example's place in its set.
        example: usize,
        /// The model's precision.
        dtype: DType,
    },
    /// The work does not fit, however it is divided.
    #[error(
        "the work needs at least {} but `memory` allows {}; {advice}",
        crate::plan::bytes(*.needed), crate::plan::bytes(*.allowed)
    )]
    Memory {
        /// The least number of bytes with which it can be done.
        needed: usize,
        /// The number of bytes allowed.
        allowed: usize,
        /// Which option lowers the need.
        advice: String,
    },
    /// The operating system gave no threads.
    #[error("cannot start {threads} threads: {reason}; use fewer")]
    Threads {
        /// The number asked for.
        threads: usize,
        /// What the system says.
        reason: String,
    },
    /// The caller asked to stop.
    #[error("cancelled")]
    Cancelled,
}
