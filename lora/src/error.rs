use std::io;
use std::path::{Path, PathBuf};

use safetensors::Dtype;

/// What can be wrong with a model, an adapter or an input: what, where, and what to do about it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file or folder that has to be there is not.
    #[error("{path} is not there: {expected}")]
    NotThere {
        /// The path that was looked for.
        path: PathBuf,
        /// What the folder should hold.
        expected: &'static str,
    },

    /// The operating system refused to read or write.
    #[error("{path}: {source}")]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// Its reason.
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

    /// A folder, a pipe or a device stands where a file should.
    #[error("{path} is no regular file; put the file itself there")]
    NoFile {
        /// The path.
        path: PathBuf,
    },

    /// A text file is larger than any of its kind.
    #[error("{path} has {length} bytes; a file of this kind has at most {max}")]
    TooLong {
        /// The file.
        path: PathBuf,
        /// Its length in bytes.
        length: u64,
        /// The most that is read.
        max: u64,
    },

    /// A text file has another encoding than UTF-8, or is no text.
    #[error("{path} is no UTF-8 text (byte {at}); save it as UTF-8")]
    NoText {
        /// The file.
        path: PathBuf,
        /// The first byte that does not fit, counted from 0.
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

    /// Weights are there only as a pickle, which may hold code and is not read.
    #[error(
        "{path} is a pickle, which may hold code and is not read; write it as {wanted}, in its folder by Python: \
         import torch, safetensors.torch as s; s.save_file({{k: v.contiguous().clone() for k, v in \
         torch.load(\"{name}\", map_location=\"cpu\", weights_only=True).items()}}, \"{wanted}\", \
         metadata={{\"format\": \"pt\"}})"
    )]
    Pickle {
        /// The file.
        path: PathBuf,
        /// Its name.
        name: &'static str,
        /// The name of the safetensors file that is read.
        wanted: &'static str,
    },

    /// An index places tensors in a file that is not one of its own folder.
    #[error(
        "{path} names the file `{file}`; a shard stands in the folder of its index, under a plain name"
    )]
    ShardName {
        /// The index.
        path: PathBuf,
        /// The file that it names.
        file: String,
    },

    /// Numbers that are to be drawn are more than memory can hold.
    #[error("{what} of shape {shape:?} does not fit in memory; {advice}")]
    TooLarge {
        /// The tensor.
        what: String,
        /// Its shape.
        shape: Vec<usize>,
        /// What to choose instead.
        advice: &'static str,
    },

    /// A value in a configuration is missing or makes no sense.
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
        /// What may stand there.
        supported: String,
    },

    /// A file is no safetensors file, or not a whole one.
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
        /// The file of the second.
        path: PathBuf,
        /// The common name.
        name: String,
        /// One stored name.
        first: String,
        /// The other.
        second: String,
    },

    /// A tensor that the model needs is not in its files.
    #[error("{path} has no tensor `{name}`{hint}")]
    MissingTensor {
        /// The file or folder.
        path: PathBuf,
        /// The tensor, without the architecture's prefix.
        name: String,
        /// The closest thing that is there, or empty.
        hint: String,
    },

    /// A tensor has another shape than the configuration says.
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
        /// Where in the tensor, one index for each dimension.
        index: Vec<usize>,
        /// The value there.
        value: f64,
    },

    /// A tensor has an element type that holds no weights.
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
        /// What would match.
        adaptable: String,
    },

    /// The configuration selects no module at all.
    #[error("the adapter selects no module: {reason}")]
    NothingSelected {
        /// Which of its keys rules all of them out.
        reason: String,
    },

    /// A target is a module of the model that has no adapter here.
    #[error(
        "target_modules selects `{module}`, which cannot be adapted here; adaptable in every layer are {adaptable}"
    )]
    NotAdaptable {
        /// The module's path.
        module: String,
        /// What can be adapted.
        adaptable: String,
    },

    /// An adapter on a pooler that the checkpoint does not have.
    #[error(
        "the adapter adapts `pooler.dense`, which the checkpoint does not have: it would be drawn by the seed and not be \
         saved with the adapter; adapt maps of the layers alone, as attention.output.dense, intermediate.dense, \
         output.dense"
    )]
    DrawnPooler,

    /// A layer that the model does not have.
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

    /// The head that is there has another number of outputs than the task needs.
    #[error(
        "the head of the {source_name} has {found} outputs, the task needs {expected}; \
         choose a task with {found}, or a model without a head"
    )]
    Classes {
        /// `adapter` or `checkpoint`.
        source_name: &'static str,
        /// Outputs of the head.
        found: usize,
        /// Outputs asked for.
        expected: usize,
    },

    /// An example without a token.
    #[error("an example has no tokens; leave it out, or encode it with the special tokens")]
    EmptySequence,

    /// An example's ids and types differ in number.
    #[error(
        "an example has {ids} token ids and {types} token types; give one type for each id, 0 where the tokenizer \
         has none"
    )]
    SequenceShape {
        /// Token ids.
        ids: usize,
        /// Token types.
        types: usize,
    },

    /// An example has more tokens than the model has positions.
    #[error(
        "an example has {tokens} tokens, the model has positions for {max}; truncate it to {max}"
    )]
    SequenceTooLong {
        /// Its tokens.
        tokens: usize,
        /// The most that the model takes.
        max: usize,
    },

    /// An id outside its embedding: the tokenizer belongs to another model.
    #[error(
        "{what} {value}, number {at} of the example counted from 0, has no row in the model's embedding of {size} \
         (0 to {}); use the tokenizer that belongs to this model",
        size.saturating_sub(1)
    )]
    TokenOutOfRange {
        /// `token id` or `token type`.
        what: &'static str,
        /// Which token of the example.
        at: usize,
        /// The id.
        value: u32,
        /// Rows of the embedding.
        size: usize,
    },
}

impl Error {
    /// An I/O error at `path`; a file that is not there becomes [`Error::NotThere`] with what is `expected` of it.
    pub(crate) fn io(path: &Path, expected: &'static str, source: io::Error) -> Self {
        let path = path.to_path_buf();
        match source.kind() {
            io::ErrorKind::NotFound => Error::NotThere { path, expected },
            _ => Error::Io { path, source },
        }
    }
}
