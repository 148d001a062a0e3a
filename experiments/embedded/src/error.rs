/// What can go wrong in pretraining.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The corpus cannot be tokenized.
    #[error(transparent)]
    Data(#[from] tangent_datasets::Error),
    /// Tensors are missing, or of other shapes than the recipe's.
    #[error(transparent)]
    Model(#[from] tangent_lora::Error),
    /// The observer of a run ended it.
    #[error("interrupted")]
    Interrupted,
    /// The corpus' text is not what the recorded run was trained on.
    #[error(
        "the corpus has SHA-256 {found}, the recorded run had {recorded}: the generated language has changed"
    )]
    Corpus {
        /// In the record.
        recorded: String,
        /// Now.
        found: String,
    },
    /// A recipe that cannot be followed.
    #[error("recipe, `{key}`: {problem}")]
    Recipe {
        /// The key.
        key: &'static str,
        /// What is wrong with its value.
        problem: String,
    },
    /// A repeated run that comes to something else.
    #[error("{what} is {found}, recorded is {recorded}: this differs by more than {tolerance}")]
    Differs {
        /// Which number.
        what: String,
        /// In the record.
        recorded: f64,
        /// Now.
        found: f64,
        /// What may be.
        tolerance: String,
    },
}

/// A result with this crate's error.
pub type Result<T> = std::result::Result<T, Error>;
