//! Text tasks as examples, and examples as token ids.
//!
//! | | |
//! |---|---|
//! | [`Task`] | what can be loaded: GLUE, IMDb, Yelp by name, generated tasks by name, own files by column |
//! | [`Dataset`] | one split of it: examples, what became of every row, hashes of the files |
//! | [`sample`], [`sample_stratified`], [`Dataset::sample`] | drawing without replacement, the same on every platform |
//! | [`Tokenizer`] | texts and pairs to token ids: never padded, truncation counted |
//! | [`duplicates`] | equal inputs, which make a kernel singular |
//! | [`hub`] | models and data sets into the hub's cache folder |
//! | [`generated`] | text, words and a tokenizer that need no file |
//!
//! No other crate of the project is known here: token ids leave as plain `u32`.
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
//! # What is done to texts
//! A text reaches the tokenizer as it is in its file, white space around it included (SST-2's sentences end in a
//! space, which byte-level tokenizers see). What is removed or replaced, in all:
//!
//! | where | what |
//! |---|---|
//! | the file | a byte-order mark; UTF-16 becomes UTF-8 |
//! | CSV, TSV | the quotation marks around a field, and one of every two within it; the line end of a row |
//! | JSON | the escapes within a string |
//! | IMDb | `<br />`, `<br/>` and `<br>` become a space |
//! | Yelp | `\n` becomes a space and `\"` a quotation mark, written with a backslash in the file |
//! | column names of CSV and TSV, label cells | surrounding white space |
//!
//! Rows that IMDb's and Yelp's rules change are counted as [`Accounting::cleaned`]. A text of nothing but white space is
//! empty. Duplicates are counted with surrounding white space aside.
//!
//! # Which labels are one class
//! In a person's own files labels are compared as numbers where they are numbers: `1`, `01`, `1.0` and `1e0` are
//! one class, called `1`, and 10 comes after 9. Only finite decimal numbers are numbers. Everything else is a word; words
//! come after numbers, in the order of their bytes, and `True` is another class than `true`, of which
//! [`Dataset::warnings`] warns. [`Dataset::with_model_labels`] then gives the classes the order of a model's
//! outputs.

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
