//! Turns the names of a model and a task into weights and token sequences.

mod inputs;
mod library;
mod model;
mod prepared;
mod sample;
mod task;

pub use inputs::{Inputs, SampleSize, Wanted};
pub use library::Library;
pub use model::{EMBEDDED, ModelSource};
pub use model::{MINILM, folder};
pub use prepared::fitted;
pub use prepared::{Measure, Prepared};
pub use sample::{Drawn, Sample, SampleRecord, duplicate_inputs};
pub use task::TaskSource;
