//! Text tasks as examples, and examples as token ids.

pub mod generated;
pub mod hub;

mod dataset;
mod duplicates;
mod error;
mod read;
mod rng;
mod sample;
mod task;
mod tokenizer;

pub use dataset::{
    Accounting, BadRows, DataFile, Dataset, Division, Dropped, Example, Options, Split,
};
pub use duplicates::duplicates;
pub use error::{At, Error, Result};
pub use sample::{Sampling, sample, sample_stratified};
pub use task::label::Label;
pub use task::published::OnHub;
pub use task::{Metric, Target, Task};
pub use tokenizer::{Encoded, Lengths, Tokenizer};
