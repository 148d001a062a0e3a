//! What can go wrong in the program, and the exit code that says so.

use std::io;
use std::path::PathBuf;

use indicatif::DecimalBytes;
use tangent_linearize::Error as Dynamics;
use tangent_ntk_core::Error as Kernel;
use tangent_spectral::Error as Spectral;

/// Anything that ends a command.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Tasks, files of data, tokenizers, the hub.
    #[error(transparent)]
    Data(#[from] tangent_datasets::Error),
    /// Checkpoints and adapters.
    #[error(transparent)]
    Model(#[from] tangent_lora::Error),
    /// Kernels.
    #[error(transparent)]
    Kernel(#[from] tangent_ntk_core::Error),
    /// Spectra.
    #[error(transparent)]
    Spectral(#[from] tangent_spectral::Error),
    /// An option whose value makes no sense, or none beside the others.
    #[error("--{option}: {problem}")]
    Option {
        /// Its name.
        option: &'static str,
        /// What is wrong, and what to do.
        problem: String,
    },
    /// A configuration file that cannot be read.
    #[error("{}: {reason}", path.display())]
    ConfigFile {
        /// The file.
        path: PathBuf,
        /// Why, with the key or the line.
        reason: String,
    },
    /// A model that is no folder and no name on the hub.
    #[error(
        "no model at {}: give a folder with config.json, model.safetensors and tokenizer.json, a name on the hub \
         (NAME or OWNER/NAME), or `embedded`", path.display()
    )]
    NoModel {
        /// What was given.
        path: PathBuf,
    },
    /// The model of the profile `desk`, where it has not been fetched.
    #[error(
        "no model at {model}: `make minilm` fetches it, and \
         --model sentence-transformers/all-MiniLM-L6-v2 takes it from the hub"
    )]
    NoProfileModel {
        /// Its folder.
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
        /// Size of the vocabulary.
        tokenizer: usize,
        /// Rows of the embedding.
        embedding: usize,
    },
    /// Results that cannot be written.
    #[error("{}: results cannot be written: {source}", path.display())]
    Output {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// More memory than is allowed, known before the work.
    #[error(
        "the run needs at least {}, {} of it for the model and the spectrum, but --memory allows {}; {advice} \
         (options: -n, --test-n, --layers, --targets, --threads, --precision f32, no --all-blocks)",
        DecimalBytes(*needed as u64), DecimalBytes(*base as u64), DecimalBytes(*memory as u64)
    )]
    Memory {
        /// Bytes that the program needs in all.
        needed: usize,
        /// Bytes for everything but the kernel's pass.
        base: usize,
        /// Bytes that it may take.
        memory: usize,
        /// What lowers the need.
        advice: String,
    },
    /// A device that this program was built without.
    #[error("--device cuda: this program was built without it; build with `--features cuda`")]
    NoCuda,
    /// Pretraining.
    #[error(transparent)]
    Pretrain(tangent_embedded::Error),
    /// Training, and what follows from kernels.
    #[error(transparent)]
    Dynamics(tangent_linearize::Error),
    /// Training that diverged after a checkpoint.
    #[error(
        "{source}. The checkpoint of step {step} is kept in {}; with other settings begin anew by --restart, or take \
         another --output", dir.display()
    )]
    DivergedAfter {
        /// Where, and what to lower.
        source: tangent_linearize::Error,
        /// Steps of the checkpoint.
        step: usize,
        /// Its folder.
        dir: PathBuf,
    },
    /// A checkpoint that cannot be gone on from.
    #[error("{}: {reason}; take another --output, or begin anew with --restart", path.display())]
    Checkpoint {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// Another process is at work in the folder.
    #[error("{}: another process trains into this folder; wait for it, or take another --output", dir.display())]
    InUse {
        /// The folder.
        dir: PathBuf,
    },
    /// Standard output that cannot be written.
    #[error("standard output cannot be written: {0}")]
    Stdout(io::Error),
    /// Another program's outputs, or tokens, that are not this one's; the table is printed.
    #[error("the outputs differ by more than the rounding of f32, or the tokens do: see the table")]
    OutputsDiffer,
    /// Warnings that `--strict` takes for errors.
    #[error("--strict: {count} {} given, see above", if *count == 1 { "warning was" } else { "warnings were" })]
    Strict {
        /// How many.
        count: usize,
    },
    /// A result file that cannot be read.
    #[error("{}: not a result file of this program: {reason}", path.display())]
    ResultFile {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// Parts of a result that failed; the rest is written.
    #[error(
        "parts that failed: {count}; the results name them, and the same command tries them again"
    )]
    PartsFailed {
        /// How many.
        count: usize,
    },
    /// Result files that a report draws nothing from; the report is written.
    #[error(
        "{count} result files are refused; the report says why, and which commands make them anew"
    )]
    FilesRefused {
        /// How many.
        count: usize,
    },
    /// A report on a folder that is not there.
    #[error("{}: no such folder; `tangent reproduce` makes one of results, or name another", dir.display())]
    NoResults {
        /// The folder.
        dir: PathBuf,
    },
    /// A statement that certified constants refute; the results are written.
    #[error(
        "{count} statements that are not the paper's printed ones fail with certified constants: see the tables"
    )]
    TheoremFails {
        /// How many.
        count: usize,
    },
    /// Stopped from outside, after a checkpoint.
    #[error("interrupted after step {step}: the same command goes on from the checkpoint in {}", dir.display())]
    InterruptedAt {
        /// Steps made.
        step: usize,
        /// The folder of the results.
        dir: PathBuf,
    },
    /// Stopped from outside, between runs that are files of their own.
    #[error("interrupted: finished runs and parts are kept in {}, and the same command goes on from them", dir.display())]
    InterruptedBetween {
        /// The folder of the results.
        dir: PathBuf,
    },
    /// Stopped from outside.
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

/// An option whose value makes no sense, or none beside the others.
pub fn refused(option: &'static str, problem: impl Into<String>) -> Error {
    Error::Option {
        option,
        problem: problem.into(),
    }
}

/// A result with this crate's error.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// 130 for an interruption; 2 for what a person can mend in the settings, or in the files that the command reads; 1
    /// for work that failed, and for results that cannot be written.
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

/// A number that is not finite and a model that breaks its contract are found by the work; the rest are settings.
fn of_kernels(error: &Kernel) -> u8 {
    match error {
        Kernel::NonFinite { .. } | Kernel::Shape { .. } | Kernel::Threads { .. } => 1,
        _ => 2,
    }
}

/// The ridge, the choices of blocks and the score are settings.
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
