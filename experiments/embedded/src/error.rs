/// An error of pretraining.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The corpus cannot be tokenized.
    #[error(transparent)]
    Data(#[from] tangent_datasets::Error),
    /// Tensors are missing, or do not have the recipe's shapes.
    #[error(transparent)]
    Model(#[from] tangent_lora::Error),
    /// The observer of a run stopped it.
    #[error("interrupted")]
    Interrupted,
    /// The text of the corpus is not the text of the recorded run.
    #[error(
        "the corpus has SHA-256 {found}, the recorded run had {recorded}: the generated language has changed"
    )]
    Corpus {
        /// The recorded hash.
        recorded: String,
        /// The hash of this run.
        found: String,
    },
    /// A recipe that cannot be followed.
    #[error("recipe, `{key}`: {problem}")]
    Recipe {
        /// The key at fault.
        key: &'static str,
        /// What is wrong with its value.
        problem: String,
    },
    /// A number of a repeated run that differs from the record.
    #[error("{what} is {found}, recorded is {recorded}: this differs by more than {tolerance}")]
    Differs {
        /// The name of the number.
        what: String,
        /// The recorded number.
        recorded: f64,
        /// The number of this run.
        found: f64,
        /// The tolerance that the difference exceeds.
        tolerance: String,
    },
}

/// A result with this crate's error.
pub type Result<T> = std::result::Result<T, Error>;
