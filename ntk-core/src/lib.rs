//! Exact empirical neural tangent kernels of any model.
//!
//! A model offers three maps at its parameters $\theta_0$ ([`Model`]): forward, pullback per
//! example, pushforward. One pass over its Jacobian rows gives the kernel $S_l = J_l J_l^\top$ of
//! every block of parameters, and with these $K = \sum_l S_l$ for any choice of blocks
//! ([`BlockKernels`]). [`Jacobian`] holds the rows themselves; [`JacobianOperator`] is for problems
//! in which neither rows nor kernel would fit into memory.
//!
//! A [`Readout`] selects the function of the model's $C$ outputs whose kernel is computed;
//! [`KernelKind`] selects $JJ^\top$ or its signed variant.

mod batch;
mod computation;
mod compute;
mod error;
mod gram;
mod jacobian;
mod kept;
mod kernels;
mod kind;
mod model;
mod monitor;
mod operator;
mod options;
mod parallel;
mod passes;
mod plan;
mod readout;
mod returned;
mod shape;
mod trainable;

pub use batch::batches;
pub use error::Error;
pub use jacobian::Jacobian;
pub use kernels::{BlockKernels, Kernel};
pub use kind::KernelKind;
pub use model::{Block, Model, Rows, parameters, tensor};
pub use monitor::Monitor;
pub use operator::JacobianOperator;
pub use options::{Keep, Options};
pub use passes::{Cotangent, Passes};
pub use plan::Plan;
pub use readout::{Readout, read};
pub use trainable::Trainable;
