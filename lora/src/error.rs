use std::io;
use std::path::{Path, PathBuf};

use safetensors::Dtype;

/// An error in a model, an adapter or an input: the message says what is wrong, where, and what to do about it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file or folder that must exist does not.
    #[error("{path} is not there: {expected}")]
    NotThere {
        /// The path that was looked for.
        path: PathBuf,
        /// What the folder should contain.
        expected: &'static str,
    },

    /// The operating system refused to read or write.
    #[error("{path}: {source}")]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// The operating system's reason.
        source: io::Error,
    },

    /// A file is not the JSON that it should be.
    #[error("{path}: {source}")]
    Json {
        /// The file.
        path: PathBuf,
        /// Where and why it does not parse.
        source: serde_json::Error,
    },

    /// The path is a folder, a pipe or a device instead of a file.
    #[error("{path} is no regular file; put the file itself there")]
    NoFile {
        /// The path.
        path: PathBuf,
    },

    /// A text file is larger than any file of its kind.
    #[error("{path} has {length} bytes; a file of this kind has at most {max}")]
    TooLong {
        /// The file.
        path: PathBuf,
        /// Its length in bytes.
        length: u64,
        /// The largest number of bytes that is read.
        max: u64,
    },

    /// A text file has an encoding other than UTF-8, or is not text.
    #[error("{path} is no UTF-8 text (byte {at}); save it as UTF-8")]
    NoText {
        /// The file.
        path: PathBuf,
        /// The first byte that is not UTF-8, counted from 0.
        at: usize,
    },

    /// A JSON file has a number that Python's `json` writes and JSON does not have.
    #[error(
        "{path}: line {line} has {literal}, which Python writes and JSON does not have; write a number or null in its \
         place"
    )]
    PythonLiteral {
        /// The file.
        path: PathBuf,
        /// `NaN` or `Infinity`.
        literal: &'static str,
        /// The line, counted from 1.
        line: usize,
    },

    /// Weights exist only as a pickle, which may contain code and is not read.
    #[error(
        "{path} is a pickle, which may hold code and is not read; write it as {wanted}, in its folder by Python: \
         import torch, safetensors.torch as s; s.save_file({{k: v.contiguous().clone() for k, v in \
         torch.load(\"{name}\", map_location=\"cpu\", weights_only=True).items()}}, \"{wanted}\", \
         metadata={{\"format\": \"pt\"}})"
    )]
    Pickle {
        /// The file.
        path: PathBuf,
        /// The file's name.
        name: &'static str,
        /// The name of the safetensors file that is read.
        wanted: &'static str,
    },

    /// An index refers to a file that is not in the index's own folder.
    #[error(
        "{path} names the file `{file}`; a shard stands in the folder of its index, under a plain name"
    )]
    ShardName {
        /// The index.
        path: PathBuf,
        /// The file that the index names.
        file: String,
    },

    /// A tensor that is to be drawn does not fit in memory.
    #[error("{what} of shape {shape:?} does not fit in memory; {advice}")]
    TooLarge {
        /// The tensor.
        what: String,
        /// Its shape.
        shape: Vec<usize>,
        /// What to choose instead.
        advice: &'static str,
    },

    /// A value in a configuration is missing or invalid.
    #[error("{file}: `{key}` {problem}")]
    Config {
        /// `config.json` or `adapter_config.json`.
        file: &'static str,
        /// The key.
        key: String,
        /// What is wrong with its value.
        problem: String,
    },

    /// A configuration asks for something that exists elsewhere and is not implemented here.
    #[error("{file}: `{key}` = {value} is not implemented; {supported}")]
    Unsupported {
        /// `config.json` or `adapter_config.json`.
        file: &'static str,
        /// The key.
        key: String,
        /// Its value, as JSON.
        value: String,
        /// What is supported instead.
        supported: String,
    },

    /// A file is not a safetensors file, or is not complete.
    #[error("{path} is not a complete safetensors file ({problem}); fetch or write it again")]
    Safetensors {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },

    /// Two tensors of a checkpoint have the same name once prefixes and old spellings are removed.
    #[error("{path}: tensors `{first}` and `{second}` are both `{name}`; remove one of them")]
    SameTensor {
        /// The file of the second tensor.
        path: PathBuf,
        /// The common name.
        name: String,
        /// The stored name of the first tensor.
        first: String,
        /// The stored name of the second tensor.
        second: String,
    },

    /// A tensor that the model needs is missing from its files.
    #[error("{path} has no tensor `{name}`{hint}")]
    MissingTensor {
        /// The file or folder.
        path: PathBuf,
        /// The tensor, without the architecture's prefix.
        name: String,
        /// A note on the most similar tensor of the file, or empty.
        hint: String,
    },

    /// A tensor has a shape other than the one that the configuration gives.
    #[error("{path}: tensor `{name}` has shape {found:?}, expected {expected:?}")]
    Shape {
        /// The file.
        path: PathBuf,
        /// The tensor.
        name: String,
        /// The shape that the configuration asks for.
        expected: Vec<usize>,
        /// The shape in the file.
        found: Vec<usize>,
    },

    /// A weight is NaN, infinite, or too large for `f32`.
    #[error(
        "{path}: tensor `{name}` has the value {value} at {index:?}; every weight must be a finite f32"
    )]
    NotFinite {
        /// The file.
        path: PathBuf,
        /// The tensor.
        name: String,
        /// The position in the tensor, one index for each dimension.
        index: Vec<usize>,
        /// The value at that position.
        value: f64,
    },

    /// A tensor has an element type that weights cannot have.
    #[error("{path}: tensor `{name}` is of type {dtype}; weights may be F64, F32, F16 or BF16")]
    ElementType {
        /// The file.
        path: PathBuf,
        /// The tensor.
        name: String,
        /// Its type.
        dtype: Dtype,
    },

    /// An entry of `target_modules` matches no module of the model.
    #[error(
        "`{entry}` in target_modules matches no module of this model; adaptable in every layer are {adaptable}"
    )]
    MatchesNothing {
        /// The entry.
        entry: String,
        /// The modules that would match.
        adaptable: String,
    },

    /// The configuration selects no module at all.
    #[error("the adapter selects no module: {reason}")]
    NothingSelected {
        /// Which of the configuration's keys rules out all modules.
        reason: String,
    },

    /// A target is a module of the model that cannot be adapted here.
    #[error(
        "target_modules selects `{module}`, which cannot be adapted here; adaptable in every layer are {adaptable}"
    )]
    NotAdaptable {
        /// The module's path.
        module: String,
        /// The modules that can be adapted.
        adaptable: String,
    },

    /// The adapter adapts a pooler that the checkpoint does not have.
    #[error(
        "the adapter adapts `pooler.dense`, which the checkpoint does not have: it would be drawn by the seed and not be \
         saved with the adapter; adapt only maps of the layers, such as attention.output.dense, intermediate.dense, \
         output.dense"
    )]
    DrawnPooler,

    /// The model does not have this layer.
    #[error("layer {index} is out of range: the model has {layers} layers, 0 to {}", layers.saturating_sub(1))]
    LayerOutOfRange {
        /// The index asked for.
        index: usize,
        /// The number of layers.
        layers: usize,
    },

    /// An adapter's tensor does not fit the model: the adapter was made for another base.
    #[error(
        "{path}: the adapter was made for another base model: `{module}` has {tensor} of shape {found:?}, \
         this model needs {expected:?}"
    )]
    OtherBase {
        /// The adapter's file.
        path: PathBuf,
        /// The adapted module.
        module: String,
        /// `lora_A` or `lora_B`, or the head's tensor.
        tensor: String,
        /// The shape that this model and the adapter's configuration ask for.
        expected: Vec<usize>,
        /// The shape in the file.
        found: Vec<usize>,
    },

    /// An adapter's file lacks a tensor that its configuration announces.
    #[error(
        "{path} has no `{key}`, which adapter_config.json announces: the adapter was made for another base model, or \
         is not whole"
    )]
    MissingAdapterTensor {
        /// The adapter's file.
        path: PathBuf,
        /// The key, as PEFT writes it.
        key: String,
    },

    /// The head has another number of outputs than the task needs.
    #[error(
        "the head of the {source_name} has {found} outputs, the task needs {expected}; \
         choose a task with {found}, or a model without a head"
    )]
    Classes {
        /// `adapter` or `checkpoint`.
        source_name: &'static str,
        /// The number of outputs of the head.
        found: usize,
        /// The number of outputs that the task needs.
        expected: usize,
    },

    /// An example has no tokens.
    #[error("an example has no tokens; leave it out, or encode it with the special tokens")]
    EmptySequence,

    /// An example's ids and types differ in number.
    #[error(
        "an example has {ids} token ids and {types} token types; give one type for each id, 0 where the tokenizer \
         has none"
    )]
    SequenceShape {
        /// The number of token ids.
        ids: usize,
        /// The number of token types.
        types: usize,
    },

    /// An example has more tokens than the model has positions.
    #[error(
        "an example has {tokens} tokens, the model has positions for {max}; truncate it to {max}"
    )]
    SequenceTooLong {
        /// The number of tokens.
        tokens: usize,
        /// The largest number of tokens that the model takes.
        max: usize,
    },

    /// An id or a type is outside its embedding: the tokenizer belongs to another model.
    #[error(
        "{what} {value}, number {at} of the example counted from 0, has no row in the model's embedding of {size} \
         (0 to {}); use the tokenizer that belongs to this model",
        size.saturating_sub(1)
    )]
    TokenOutOfRange {
        /// `token id` or `token type`.
        what: &'static str,
        /// The index of the token in the example.
        at: usize,
        /// The id or the type.
        value: u32,
        /// The number of rows of the embedding.
        size: usize,
    },
}

impl Error {
    /// Returns an I/O error at `path`; if the file does not exist, [`Error::NotThere`] with the sentence `expected`.
    pub(crate) fn io(path: &Path, expected: &'static str, source: io::Error) -> Self {
        let path = path.to_path_buf();
        match source.kind() {
            io::ErrorKind::NotFound => Error::NotThere { path, expected },
            _ => Error::Io { path, source },
        }
    }
}
