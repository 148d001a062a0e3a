//! Training: one loop for the full and the linearized model, in parameters or in kernel space.

mod checkpoint;
mod kernel_space;
mod order;
mod pair;
mod recipe;
mod trainer;

pub use checkpoint::Checkpoint;
pub use kernel_space::KernelSpace;
pub use pair::{Observed, Pair};
pub use recipe::{Recipe, Stepping};
pub use trainer::{State, Step, Trainer};
