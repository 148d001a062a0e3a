//! What can go wrong with data, said so that the reader knows where and what to do.

use std::fmt;
use std::path::PathBuf;

/// A result whose error is this crate's [`Error`].
pub type Result<T> = std::result::Result<T, Error>;

/// A place in a data file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct At {
    /// The file.
    pub file: PathBuf,
    /// The row, counted from 1; a header is not counted.
    pub row: usize,
    /// The line on which the row begins, counted from 1, where the file is text.
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

const REMEDY: &str = "Mend it, or have such rows dropped and counted (--drop-bad-rows)";

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

    /// A task that lives in files was asked for without a place.
    #[error("task `{task}` is read from files: say where they are (--data DIR)")]
    NoData {
        /// The task.
        task: String,
    },

    /// A generated task was given a place.
    #[error("task `{task}` is generated and reads no files: leave --data away")]
    NeedsNoData {
        /// The task.
        task: String,
    },

    /// The file or folder given for a task's data does not exist.
    #[error("{}: there is no such file or folder", path.display())]
    NoSuchPath {
        /// What was given.
        path: PathBuf,
    },

    /// None of the files that a task may be read from is there.
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

    /// The file's ending names no known format.
    #[error("{}: unknown kind of file; known endings: .csv .tsv .jsonl .ndjson .json .parquet. Name the file by what it holds", path.display())]
    UnknownFormat {
        /// The file.
        path: PathBuf,
    },

    /// The file as a whole isn't what its ending says.
    #[error("{}: not readable as {format}: {reason}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The format tried.
        format: &'static str,
        /// The reader's reason.
        reason: String,
    },

    /// A file of another kind than its ending says.
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

    /// A column that isn't there.
    #[error("{}: no column `{column}`; the file has: {present}{hint}", file.display())]
    ColumnMissing {
        /// The file.
        file: PathBuf,
        /// The column asked for.
        column: String,
        /// The columns that are there.
        present: String,
        /// What may be the reason: a sentence that begins with its separator, or nothing.
        hint: String,
    },

    /// A column that is asked for and is there more than once.
    #[error("{}: {times} columns are called `{column}`; rename all but one", file.display())]
    ColumnTwice {
        /// The file.
        file: PathBuf,
        /// The column asked for.
        column: String,
        /// How often it is there.
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

    /// Shards of which some are missing, or that belong to different divisions of a file.
    #[error("{}: the files {found} are not the shards of one data set, numbered from 0 without a gap; complete them, or leave one set alone", folder.display())]
    Shards {
        /// The folder.
        folder: PathBuf,
        /// The shards that are there.
        found: String,
    },

    /// A row that does not have the shape of the others.
    /// [`BadRows::Drop`](crate::BadRows::Drop) leaves it out instead.
    #[error("{at}: malformed row: {reason}. {REMEDY}")]
    MalformedRow {
        /// Where.
        at: At,
        /// What is wrong.
        reason: String,
    },

    /// A row whose text is empty. [`BadRows::Drop`](crate::BadRows::Drop) leaves it out instead.
    #[error("{at}: empty text in column `{column}`. {REMEDY}")]
    EmptyText {
        /// Where.
        at: At,
        /// The column.
        column: String,
    },

    /// A row whose label is empty. [`BadRows::Drop`](crate::BadRows::Drop) leaves it out instead.
    #[error("{at}: no label in column `{column}`. {REMEDY}")]
    EmptyLabel {
        /// Where.
        at: At,
        /// The column.
        column: String,
    },

    /// A label that the task does not have.
    #[error("{at}: label `{found}` is out of range; expected {expected}")]
    LabelOutOfRange {
        /// Where.
        at: At,
        /// The label found.
        found: String,
        /// What would be a label.
        expected: String,
    },

    /// Labels that can't be classes.
    #[error("{}: column `{column}` has {classes} different labels; classes need 2 to {limit}. Is it a score? Then ask for regression", file.display())]
    ClassCount {
        /// The file.
        file: PathBuf,
        /// The label column.
        column: String,
        /// Different labels found.
        classes: usize,
        /// The most that are taken for classes.
        limit: usize,
    },

    /// An own task without a text column or with more than two.
    #[error("name one text column, or two for sentence pairs; got {found}")]
    TextColumns {
        /// How many were named.
        found: usize,
    },

    /// More examples asked for than there are.
    #[error("{wanted} examples asked for, but {population} has only {available}")]
    TooFewExamples {
        /// Examples asked for.
        wanted: usize,
        /// What was sampled from.
        population: String,
        /// Examples there are.
        available: usize,
    },

    /// A stratified sample of a task without classes.
    #[error(
        "{population} has scores, not classes: a sample of it cannot be stratified. Draw a plain one (without --stratified)"
    )]
    StratifiedScores {
        /// What was to be sampled from.
        population: String,
    },

    /// A generator's sentences have run out.
    #[error(
        "task `{task}`: the grammar gave only {made} different examples of {wanted}; ask for fewer"
    )]
    GeneratorExhausted {
        /// The task.
        task: String,
        /// Examples made.
        made: usize,
        /// Examples asked for.
        wanted: usize,
    },

    /// A tokenizer.json that can't be used.
    #[error("{}: not a usable tokenizer: {reason}", path.display())]
    Tokenizer {
        /// The file.
        path: PathBuf,
        /// The reason.
        reason: String,
    },

    /// A text that the tokenizer refuses.
    #[error("tokenizing `{text}`: {reason}")]
    Encode {
        /// The text's beginning.
        text: String,
        /// The reason.
        reason: String,
    },

    /// A maximum length that leaves no room for text.
    #[error("a maximum length of {max_length} leaves no room beside the {special} special tokens; use at least {}", special + 1)]
    MaxLength {
        /// The length given.
        max_length: usize,
        /// Special tokens that every sequence has.
        special: usize,
    },

    /// Files that are not in the hub's cache, and no connection is allowed or possible.
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
        /// Why it was not downloaded.
        reason: String,
        /// The files that are missing.
        missing: String,
        /// Where they belong.
        folder: PathBuf,
    },

    /// The hub's cache folder has no place.
    #[error("no home folder to hold the hub's cache; set HF_HOME")]
    NoCacheFolder,

    /// A name that is no repository's.
    #[error(
        "`{name}` is not a repository of the hub; write OWNER/NAME or NAME, and @REVISION behind it for one other than main"
    )]
    RepositoryName {
        /// The name given.
        name: String,
    },

    /// All rows of a generated task, which has no end.
    #[error(
        "task `{task}` is generated and has no last row: ask for its training or its dev split"
    )]
    GeneratedWithoutEnd {
        /// The task.
        task: String,
    },

    /// A task with more classes than the model has outputs.
    #[error(
        "the data have the classes {classes}, but the model has outputs for these alone: {labels}. Leave out the rows of the other classes, or take a model that knows them"
    )]
    ModelLabels {
        /// The classes of the data.
        classes: String,
        /// The model's labels, in the order of its outputs.
        labels: String,
    },

    /// A model whose weights are there as a pickle alone.
    #[error(
        "{repository} has its weights as {file} alone, a pickle, which is not read. Convert it where Python has transformers:\n\
         python -c \"from transformers import AutoModelForSequenceClassification as M, AutoTokenizer as T; \
         M.from_pretrained('{repository}').save_pretrained('DIR'); T.from_pretrained('{repository}').save_pretrained('DIR')\"\n\
         and name the folder DIR instead. (AutoModel in place of AutoModelForSequenceClassification for a model without a head.)"
    )]
    PickledWeights {
        /// The repository on the hub.
        repository: String,
        /// The file that holds the weights.
        file: String,
    },
}
