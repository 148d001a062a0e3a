//! Settings that several commands share: each group as flags (`…Args`), where all may be left out, and as what they come
//! to (`…Choice`), with defaults, checked as far as that can be done before any file is read.

mod data;
mod machine;
mod model;

pub use data::{DataArgs, DataChoice};
pub use machine::{MachineArgs, MachineChoice};
pub use model::{AdapterChoice, ModelArgs, ModelChoice};

use crate::Error;

/// An option whose value makes no sense, or none beside the others.
pub fn refused(option: &'static str, problem: impl Into<String>) -> Error {
    Error::Option {
        option,
        problem: problem.into(),
    }
}
