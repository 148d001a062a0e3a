//! Loads text tasks as labelled examples, and turns examples into token ids.
//!
//! | | |
//! |---|---|
//! | [`Task`] | a task that can be loaded: GLUE, IMDb, Yelp and generated tasks by name, own files by column |
//! | [`Dataset`] | one split of a task: its examples, an account of every row, hashes of the files |
//! | [`sample`], [`sample_stratified`], [`Dataset::sample`] | draw without replacement, the same on every platform |
//! | [`Tokenizer`] | turns texts and pairs into token ids: never padded, truncation counted |
//! | [`duplicates`] | finds equal inputs, which make a kernel matrix singular |
//! | [`hub`] | downloads models and data sets into the hub's cache folder |
//! | [`generated`] | tasks, text and a tokenizer that need no file |
//!
//! The only other crate of the project that this one uses is `tangent-files`: token ids are plain `u32`.
//!
//! # Example
//! ```
//! use tangent_datasets::{Dataset, Lengths, Options, Sampling, Split, Task, generated};
//!
//! let task = Task::named("sentiment")?;
//! let train = Dataset::load(&task, None, Split::Train, &Options::default())?;
//! let examples = train.sample(32, Sampling::Stratified, 0)?;
//! let encoded = generated::tokenizer().encode_all(&examples, 128)?;
//! assert_eq!(encoded.len(), 32);
//! assert_eq!(Lengths::of(&encoded).truncated_tokens, 0);
//! # Ok::<(), tangent_datasets::Error>(())
//! ```
//!
//! With files and a model's tokenizer:
//! ```no_run
//! use std::path::Path;
//! use tangent_datasets::{Dataset, Options, Split, Task, Tokenizer};
//!
//! let cola = Dataset::load(
//!     &Task::named("cola")?,
//!     Some(Path::new("glue")), // or glue/CoLA
//!     Split::Train,
//!     &Options::default(),
//! )?;
//! println!("{:?}", cola.accounting);
//! let own = Task::own(&["question".into(), "answer".into()], "relevant", false)?;
//! let own = Dataset::load(&own, Some(Path::new("mine.csv")), Split::Dev, &Options::default())?;
//! let tokenizer = Tokenizer::from_file("models/all-MiniLM-L6-v2")?;
//! let encoded = tokenizer.encode_all(&own.examples, 256)?;
//! # Ok::<(), tangent_datasets::Error>(())
//! ```
//!
//! # How texts are changed
//! A text reaches the tokenizer as it is in its file, including the white space around it (SST-2's sentences end in a
//! space, which byte-level tokenizers see). The following is removed or replaced, and nothing else:
//!
//! | where | what is removed or replaced |
//! |---|---|
//! | the file | a byte-order mark; UTF-16 becomes UTF-8 |
//! | CSV, TSV | the quotation marks around a field, and one of every doubled pair within it; the line end of a row |
//! | JSON | escapes within a string become the characters that they stand for |
//! | IMDb | `<br />`, `<br/>` and `<br>` become a space |
//! | Yelp | `\n` and `\"`, written with a backslash in the file, become a space and a quotation mark |
//! | column names of CSV and TSV, label cells | surrounding white space |
//!
//! Rows that the rules for IMDb and Yelp change are counted in [`Accounting::cleaned`]. A text of only white space
//! counts as empty. Surrounding white space is ignored when duplicates are counted.
//!
//! # Which labels are the same class
//! In a user's own files, labels that are numbers are compared by value: `1`, `01`, `1.0` and `1e0` are one class,
//! called `1`, and 10 comes after 9. Only finite decimal numbers count as numbers; every other label is a word. Words
//! come after numbers, in the order of their bytes. `True` and `true` are different classes; [`Dataset::warnings`]
//! reports labels that differ only in case. [`Dataset::with_model_labels`] then puts the classes in the order of a
//! model's outputs.

#![cfg_attr(
    not(test),
    deny(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)
)]

#[doc(hidden)]
pub mod fuzz;
pub mod generated;
pub mod hub;

mod dataset;
mod duplicates;
mod error;
mod fence;
mod read;
mod regular;
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
