//! The errors of this crate. Each message tells the user where the fault is and what to do.

use std::fmt;
use std::path::PathBuf;

/// A result whose error is this crate's [`Error`].
pub type Result<T> = std::result::Result<T, Error>;

/// A position in a data file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct At {
    /// The file.
    pub file: PathBuf,
    /// The number of the row, counted from 1; a header is not counted.
    pub row: usize,
    /// The line on which the row begins, counted from 1, if the file is text.
    pub line: Option<usize>,
}

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, row {}", self.file.display(), self.row)?;
        match self.line {
            Some(line) => write!(f, " (line {line})"),
            None => Ok(()),
        }
    }
}

const REMEDY: &str = "Correct it, or have such rows dropped and counted (--drop-bad-rows)";

/// Every error of this crate.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No task has this name.
    #[error(
        "there is no task `{name}`; known tasks: {known}. For a file of your own name its text and label columns"
    )]
    UnknownTask {
        /// The name asked for.
        name: String,
        /// All names, separated by commas.
        known: String,
    },

    /// A task that is read from files was requested without a path.
    #[error("task `{task}` is read from files: say where they are (--data DIR)")]
    NoData {
        /// The task.
        task: String,
    },

    /// A generated task was given a path.
    #[error("task `{task}` is generated and reads no files: leave out --data")]
    NeedsNoData {
        /// The task.
        task: String,
    },

    /// The file or folder given for a task's data does not exist.
    #[error("{}: there is no such file or folder", path.display())]
    NoSuchPath {
        /// The path given.
        path: PathBuf,
    },

    /// None of the files that a task may be read from exists.
    #[error("no data of task `{task}` in {}; looked for {looked}. Give the folder that holds all tasks, or the task's own", folder.display())]
    DataNotFound {
        /// The task.
        task: String,
        /// The folder given.
        folder: PathBuf,
        /// The files looked for.
        looked: String,
    },

    /// A file can't be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },

    /// A folder, a pipe or a device is where a file should be.
    #[error("{}: {found} is where a file should be; only regular files are read", path.display())]
    NotAFile {
        /// What was given.
        path: PathBuf,
        /// What it is.
        found: &'static str,
    },

    /// The extension of the file names no known format.
    #[error("{}: unknown kind of file; known endings: .csv .tsv .jsonl .ndjson .json .parquet. Name the file by what it holds", path.display())]
    UnknownFormat {
        /// The file.
        path: PathBuf,
    },

    /// The file as a whole cannot be read in the format that its extension names.
    #[error("{}: not readable as {format}: {reason}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The format tried.
        format: &'static str,
        /// The reason that the reader gives.
        reason: String,
    },

    /// The file is of another kind than its extension says.
    #[error("{}: it is {what}; {remedy}", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
        /// What it is.
        what: &'static str,
        /// What to do with it.
        remedy: &'static str,
    },

    /// A file without rows.
    #[error("{}: no rows", path.display())]
    NoRows {
        /// The file.
        path: PathBuf,
    },

    /// A column that the file does not have.
    #[error("{}: no column `{column}`; the file has: {present}{hint}", file.display())]
    ColumnMissing {
        /// The file.
        file: PathBuf,
        /// The column asked for.
        column: String,
        /// The columns that the file has.
        present: String,
        /// The possible reason: a sentence with the separator before it, or the empty string.
        hint: String,
    },

    /// A column that was asked for and that the file has more than once.
    #[error("{}: {times} columns are called `{column}`; rename all but one", file.display())]
    ColumnTwice {
        /// The file.
        file: PathBuf,
        /// The column asked for.
        column: String,
        /// How often the file has it.
        times: usize,
    },

    /// A column whose values are neither text nor numbers.
    #[error("{}: column `{column}` holds {found}; write it as text or as numbers", file.display())]
    ColumnType {
        /// The file.
        file: PathBuf,
        /// The column asked for.
        column: String,
        /// What it holds.
        found: String,
    },

    /// Some shards are missing, or the shards belong to different divisions of a file.
    #[error("{}: the files {found} are not the shards of one data set, numbered from 0 without a gap; complete them, or leave one set alone", folder.display())]
    Shards {
        /// The folder.
        folder: PathBuf,
        /// The shards found.
        found: String,
    },

    /// A row that does not have the form of the other rows.
    /// [`BadRows::Drop`](crate::BadRows::Drop) leaves it out instead.
    #[error("{at}: malformed row: {reason}. {REMEDY}")]
    MalformedRow {
        /// The position of the row.
        at: At,
        /// What is wrong with the row.
        reason: String,
    },

    /// A row whose text is empty. [`BadRows::Drop`](crate::BadRows::Drop) leaves it out instead.
    #[error("{at}: empty text in column `{column}`. {REMEDY}")]
    EmptyText {
        /// The position of the row.
        at: At,
        /// The column.
        column: String,
    },

    /// A row whose label is empty. [`BadRows::Drop`](crate::BadRows::Drop) leaves it out instead.
    #[error("{at}: no label in column `{column}`. {REMEDY}")]
    EmptyLabel {
        /// The position of the row.
        at: At,
        /// The column.
        column: String,
    },

    /// A label that the task does not have.
    #[error("{at}: label `{found}` is out of range; expected {expected}")]
    LabelOutOfRange {
        /// The position of the row.
        at: At,
        /// The label found.
        found: String,
        /// The labels that the task accepts.
        expected: String,
    },

    /// A label column with too few or too many different labels for classes.
    #[error("{}: column `{column}` has {classes} different labels; classes need 2 to {limit}. Is it a score? Then ask for regression", file.display())]
    ClassCount {
        /// The file.
        file: PathBuf,
        /// The label column.
        column: String,
        /// The number of different labels found.
        classes: usize,
        /// The largest number of classes.
        limit: usize,
    },

    /// A task of the user's own files has no text column or more than two.
    #[error("name one text column, or two for sentence pairs; got {found}")]
    TextColumns {
        /// The number of text columns named.
        found: usize,
    },

    /// More examples were asked for than there are.
    #[error("{wanted} examples asked for, but {population} has only {available}")]
    TooFewExamples {
        /// The number of examples asked for.
        wanted: usize,
        /// A description of the data sampled from.
        population: String,
        /// The number of examples that the data have.
        available: usize,
    },

    /// A stratified sample was asked for of a task whose labels are scores.
    #[error(
        "{population} has scores, not classes: a sample of it cannot be stratified. Draw a plain one (without --stratified)"
    )]
    StratifiedScores {
        /// A description of the data to sample from.
        population: String,
    },

    /// A grammar cannot generate the number of different examples asked for.
    #[error(
        "task `{task}`: the grammar gave only {made} different examples of {wanted}; ask for fewer"
    )]
    GeneratorExhausted {
        /// The task.
        task: String,
        /// The number of examples generated.
        made: usize,
        /// The number of examples asked for.
        wanted: usize,
    },

    /// A file of a tokenizer that cannot be used.
    #[error("{}: not a usable tokenizer: {reason}", path.display())]
    Tokenizer {
        /// The file.
        path: PathBuf,
        /// The reason.
        reason: String,
    },

    /// A text that the tokenizer refuses to encode, or token ids that it refuses to decode.
    #[error("tokenizing `{text}`: {reason}")]
    Encode {
        /// The beginning of the text.
        text: String,
        /// The reason.
        reason: String,
    },

    /// A maximum length that leaves no room for text.
    #[error("a maximum length of {max_length} leaves no room beside the {special} special tokens; use at least {}", special + 1)]
    MaxLength {
        /// The maximum length given.
        max_length: usize,
        /// The number of special tokens that every sequence has.
        special: usize,
    },

    /// Files are not in the hub's cache and cannot be downloaded.
    #[error(
        "{repository} (revision {revision}) is not in the cache and cannot be downloaded: {reason}.\n\
         Missing: {missing}.\n\
         Put the files into {}, or into any folder and name that folder instead",
        folder.display()
    )]
    NotCached {
        /// The repository on the hub.
        repository: String,
        /// Its revision.
        revision: String,
        /// Why the files were not downloaded.
        reason: String,
        /// The files that are missing.
        missing: String,
        /// The folder in which they belong.
        folder: PathBuf,
    },

    /// Neither the environment nor the system names a folder for the hub's cache.
    #[error("no home folder to hold the hub's cache; set HF_HOME")]
    NoCacheFolder,

    /// A name that cannot be that of a repository.
    #[error(
        "`{name}` is not a repository of the hub; write OWNER/NAME or NAME, followed by @REVISION for a revision other than main"
    )]
    RepositoryName {
        /// The name given.
        name: String,
    },

    /// All rows of a generated task were asked for, but their number is unlimited.
    #[error(
        "task `{task}` is generated and has no last row: ask for its training or its dev split"
    )]
    GeneratedWithoutEnd {
        /// The task.
        task: String,
    },

    /// A task has more classes than the model has outputs.
    #[error(
        "the data have the classes {classes}, but the model has outputs only for these: {labels}. Leave out the rows of the other classes, or use a model that has outputs for them"
    )]
    ModelLabels {
        /// The classes of the data.
        classes: String,
        /// The model's labels, in the order of its outputs.
        labels: String,
    },

    /// A model whose weights exist only as a pickle.
    #[error(
        "{repository} has its weights only as {file}, a pickle, which is not read. Convert it where Python has transformers:\n\
         python -c \"from transformers import AutoModelForSequenceClassification as M, AutoTokenizer as T; \
         M.from_pretrained('{repository}').save_pretrained('DIR'); T.from_pretrained('{repository}').save_pretrained('DIR')\"\n\
         and name the folder DIR instead. (Use AutoModel in place of AutoModelForSequenceClassification for a model without a head.)"
    )]
    PickledWeights {
        /// The repository on the hub.
        repository: String,
        /// The file that holds the weights.
        file: String,
    },
}
