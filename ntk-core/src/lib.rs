//! Exact empirical neural tangent kernels of any model.
//!
//! A model offers three maps at its parameters $\theta_0$ ([`Model`]): forward, pullback per
//! example, pushforward. From its Jacobian rows follow, in one pass, the kernels
//! $S_l = J_l J_l^\top$ of every block of parameters, and with them $K = \sum_l S_l$ of any choice
//! of blocks ([`BlockKernels`]). Where rows are wanted themselves there is [`Jacobian`]; where
//! neither rows nor kernel would fit, [`JacobianOperator`].
//!
//! Which function of a model's $C$ outputs the kernel is of is a [`Readout`]; [`KernelKind`] tells
//! $JJ^\top$ from its signed variant.

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
