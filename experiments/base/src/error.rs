//! The errors of the program, and their exit codes.

use std::io;
use std::path::PathBuf;

use tangent_linearize::Error as Dynamics;
use tangent_ntk_core::Error as Kernel;
use tangent_spectral::Error as Spectral;

use crate::cli::Bytes;

/// An error that ends a command.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// An error of tasks, data files, tokenizers or the hub.
    #[error(transparent)]
    Data(#[from] tangent_datasets::Error),
    /// An error of checkpoints or adapters.
    #[error(transparent)]
    Model(#[from] tangent_lora::Error),
    /// An error of kernels.
    #[error(transparent)]
    Kernel(#[from] tangent_ntk_core::Error),
    /// An error of spectra.
    #[error(transparent)]
    Spectral(#[from] tangent_spectral::Error),
    /// An option whose value is invalid, or conflicts with other options.
    #[error("--{option}: {problem}")]
    Option {
        /// The option's name, without dashes.
        option: &'static str,
        /// What is wrong, and what to do.
        problem: String,
    },
    /// A configuration file that cannot be read.
    #[error("{}: {reason}", path.display())]
    ConfigFile {
        /// The file.
        path: PathBuf,
        /// The reason, with the key or the line.
        reason: String,
    },
    /// A model that is neither a folder nor a name on the hub.
    #[error(
        "no model at {}: give a folder with config.json, model.safetensors and tokenizer.json, a name on the hub \
         (NAME or OWNER/NAME), or `embedded`", path.display()
    )]
    NoModel {
        /// The model that was given.
        path: PathBuf,
    },
    /// The model of the profile `desk`, if it has not been fetched.
    #[error(
        "no model at {model}: `make minilm` fetches it, and \
         --model sentence-transformers/all-MiniLM-L6-v2 takes it from the hub"
    )]
    NoProfileModel {
        /// The model's folder.
        model: String,
    },
    /// A tokenizer that belongs to another model.
    #[error(
        "the tokenizer of {model} knows {tokenizer} tokens, its word embedding has {embedding} rows; \
         put the model's own tokenizer.json beside its weights"
    )]
    TokenizerTooLarge {
        /// The model.
        model: String,
        /// The number of tokens that the tokenizer knows.
        tokenizer: usize,
        /// The number of rows of the word embedding.
        embedding: usize,
    },
    /// Results that cannot be written.
    #[error("{}: results cannot be written: {source}", path.display())]
    Output {
        /// The file or folder.
        path: PathBuf,
        /// The reason.
        source: io::Error,
    },
    /// More memory is needed than is allowed; detected before the work begins.
    #[error(
        "the run needs at least {}, {} of it for the model and the spectrum, but --memory allows {}; {advice} \
         (options: -n, --test-n, --layers, --targets, --threads, --precision f32, no --all-blocks)",
        Bytes(*needed).words(), Bytes(*base).words(), Bytes(*memory).words()
    )]
    Memory {
        /// Bytes that the program needs in all.
        needed: usize,
        /// Bytes for everything except the kernel's computation.
        base: usize,
        /// Bytes that the program may take.
        memory: usize,
        /// Advice on how to need less memory.
        advice: String,
    },
    /// A device that this program was built without.
    #[error("--device cuda: this program was built without it; build with `--features cuda`")]
    NoCuda,
    /// An error of pretraining.
    #[error(transparent)]
    Pretrain(tangent_embedded::Error),
    /// An error of training or of linearized models.
    #[error(transparent)]
    Dynamics(tangent_linearize::Error),
    /// Training that diverged after a checkpoint.
    #[error(
        "{source}. The checkpoint of step {step} is kept in {}; to use other settings, start again with \
         --restart or take another --output", dir.display()
    )]
    DivergedAfter {
        /// The divergence: where it happened, and what to lower.
        source: tangent_linearize::Error,
        /// The step of the checkpoint.
        step: usize,
        /// The checkpoint's folder.
        dir: PathBuf,
    },
    /// A checkpoint from which training cannot resume.
    #[error("{}: {reason}; take another --output, or start again with --restart", path.display())]
    Checkpoint {
        /// The file.
        path: PathBuf,
        /// What is wrong with the file.
        reason: &'static str,
    },
    /// Another process is training in the folder.
    #[error("{}: another process is training in this folder; wait for it, or take another --output", dir.display())]
    InUse {
        /// The folder.
        dir: PathBuf,
    },
    /// Standard output that cannot be written.
    #[error("standard output cannot be written: {0}")]
    Stdout(io::Error),
    /// Outputs or tokens that differ from another program's; the table is printed.
    #[error(
        "the outputs differ by more than the rounding of f32, or the tokens differ: see the table"
    )]
    OutputsDiffer,
    /// Warnings that `--strict` treats as errors.
    #[error("--strict: {count} {} given, see above", if *count == 1 { "warning was" } else { "warnings were" })]
    Strict {
        /// The number of warnings.
        count: usize,
    },
    /// A result file that cannot be read.
    #[error("{}: not a result file of this program: {reason}", path.display())]
    ResultFile {
        /// The file.
        path: PathBuf,
        /// The reason.
        reason: String,
    },
    /// Parts of a result that failed; the rest is written.
    #[error(
        "parts that failed: {count}; the results name them, and the same command tries them again"
    )]
    PartsFailed {
        /// The number of parts.
        count: usize,
    },
    /// Result files that a report does not use; the report is written.
    #[error(
        "{count} result files are refused; the report says why, and which commands make them anew"
    )]
    FilesRefused {
        /// The number of files.
        count: usize,
    },
    /// A report on a folder that does not exist.
    #[error("{}: no such folder; `tangent reproduce` makes a folder of results; or name another folder", dir.display())]
    NoResults {
        /// The folder.
        dir: PathBuf,
    },
    /// Statements that certified constants refute; the results are written.
    #[error(
        "{count} statements that are not the paper's printed ones fail with certified constants: see the tables"
    )]
    TheoremFails {
        /// The number of statements.
        count: usize,
    },
    /// An interruption after a checkpoint.
    #[error("interrupted after step {step}: the same command resumes from the checkpoint in {}", dir.display())]
    InterruptedAt {
        /// The number of completed steps.
        step: usize,
        /// The folder of the results.
        dir: PathBuf,
    },
    /// An interruption between runs that have a file each.
    #[error("interrupted: finished runs and parts are kept in {}, and the same command resumes from them", dir.display())]
    InterruptedBetween {
        /// The folder of the results.
        dir: PathBuf,
    },
    /// An interruption.
    #[error("interrupted: nothing was written")]
    Interrupted,
}

impl From<tangent_linearize::Error> for Error {
    fn from(error: tangent_linearize::Error) -> Self {
        match error {
            tangent_linearize::Error::Model(model) => model.into(),
            other => Self::Dynamics(other),
        }
    }
}

impl From<tangent_embedded::Error> for Error {
    fn from(error: tangent_embedded::Error) -> Self {
        use tangent_embedded::Error as Embedded;
        match error {
            Embedded::Data(error) => error.into(),
            Embedded::Model(error) => error.into(),
            Embedded::Interrupted => Self::Interrupted,
            other => Self::Pretrain(other),
        }
    }
}

/// Returns the error of an option whose value is invalid, or conflicts with other options.
pub fn refused(option: &'static str, problem: impl Into<String>) -> Error {
    Error::Option {
        option,
        problem: problem.into(),
    }
}

/// A result with this crate's error.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// Returns the exit code: 130 for an interruption; 2 for an error that the user can correct in the settings or in
    /// the files that the command reads; 1 for work that failed, and for results that cannot be written.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Interrupted
            | Self::InterruptedAt { .. }
            | Self::InterruptedBetween { .. }
            | Self::Kernel(Kernel::Cancelled) => 130,
            Self::Data(_)
            | Self::Model(_)
            | Self::Option { .. }
            | Self::ConfigFile { .. }
            | Self::NoModel { .. }
            | Self::NoProfileModel { .. }
            | Self::TokenizerTooLarge { .. }
            | Self::Memory { .. }
            | Self::NoCuda
            | Self::Checkpoint { .. }
            | Self::ResultFile { .. }
            | Self::NoResults { .. }
            | Self::Strict { .. }
            | Self::Pretrain(tangent_embedded::Error::Recipe { .. }) => 2,
            Self::Kernel(error) => of_kernels(error),
            Self::Spectral(error) => of_spectra(error),
            Self::Dynamics(error) => of_training(error),
            Self::Output { .. }
            | Self::Stdout(_)
            | Self::OutputsDiffer
            | Self::Pretrain(_)
            | Self::DivergedAfter { .. }
            | Self::InUse { .. }
            | Self::PartsFailed { .. }
            | Self::FilesRefused { .. }
            | Self::TheoremFails { .. } => 1,
        }
    }
}

/// Returns 1 for errors of the work: a number that is not finite, a model that breaks its contract, threads that cannot
/// be started; 2 for errors of the settings, which are the rest.
fn of_kernels(error: &Kernel) -> u8 {
    match error {
        Kernel::NonFinite { .. } | Kernel::Shape { .. } | Kernel::Threads { .. } => 1,
        _ => 2,
    }
}

/// Returns 2 for errors of the ridge, the choice of blocks or the score, which are settings; 1 for the rest.
fn of_spectra(error: &Spectral) -> u8 {
    match error {
        Spectral::BadRidge { .. }
        | Spectral::NotPositiveDefinite { .. }
        | Spectral::ZeroKernel
        | Spectral::NoBlock
        | Spectral::NoCandidate
        | Spectral::Choose { .. }
        | Spectral::NamedTwice { .. }
        | Spectral::Undefined { .. }
        | Spectral::NestedCandidates { .. } => 2,
        _ => 1,
    }
}

fn of_training(error: &Dynamics) -> u8 {
    match error {
        Dynamics::Model(error) => of_kernels(error),
        Dynamics::Spectral(error) => of_spectra(error),
        Dynamics::BadPull { .. } | Dynamics::Recipe { .. } | Dynamics::NoExamples => 2,
        _ => 1,
    }
}
