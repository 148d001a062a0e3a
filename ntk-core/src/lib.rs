//! Exact empirical neural tangent kernels of any model.
//!
//! A model offers three maps at its parameters $\theta_0$ ([`Model`]); from its per-example
//! Jacobian rows follow, in one pass, the kernels $S_l = J_l J_l^\top$ of every block of
//! parameters, and with them $K = \sum_l S_l$ of any choice of blocks ([`BlockKernels`]).

mod error;
mod kernels;
mod kind;
mod model;
mod monitor;
mod options;
mod plan;
mod readout;

pub use error::Error;
pub use kernels::{BlockKernels, Kernel};
pub use kind::{KernelKind, symmetric_part};
pub use model::{Block, Model, Rows, parameters, tensor};
pub use monitor::Monitor;
pub use options::{Keep, Options};
pub use readout::Readout;
