//! From what was asked for, a model's name and a task's, to weights and token sequences.

mod model;
mod prepared;
mod text;

pub use model::{EMBEDDED, ModelSource};
pub(crate) use model::{MINILM, depth, folder};
pub use prepared::{Prepared, Rows};
pub(crate) use prepared::{fitted, tell, tell_division};
pub use text::{Sample, SampleRecord, TaskSource, duplicate_inputs};
