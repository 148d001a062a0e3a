//! Training: one loop for the full and the linearized model, in parameters or in kernel space.

mod checkpoint;
mod kernel_space;
mod order;
mod recipe;
mod regularised;
mod row;
mod runs;
mod stage;
mod trainer;

pub use checkpoint::Checkpoint;
pub use kernel_space::KernelSpace;
pub use recipe::{Recipe, Stepping};
pub use regularised::Regularised;
pub use row::{Row, Watched};
pub use stage::{Labelled, Metric, Setup, Stage, States, Watch};
pub use trainer::{State, Step, Trainer};
