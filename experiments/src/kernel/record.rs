use std::collections::BTreeMap;

use serde::Serialize;
use tangent_datasets::{Metric, Target};
use tangent_lora::adapter::LoraConfig;
use tangent_lora::weights::HeadSource;
use tangent_lora::{Architecture, EncoderConfig};
use tangent_ntk_core::{Block, KernelKind, Readout};
use tangent_spectral::Summary;

use super::Config;
use crate::source::{Prepared, SampleRecord};
use crate::system::Machine;

/// The format of `result.json`.
pub const FORMAT: &str = "tangent kernel 1";

/// `result.json` of `tangent kernel`. Two runs of one program on one machine write the same, `times` aside.
#[derive(Clone, Debug, Serialize)]
pub struct KernelResult {
    /// [`FORMAT`].
    pub format: &'static str,
    /// What was asked for, defaults filled in.
    pub config: Config,
    /// The model.
    pub model: ModelRecord,
    /// The task's data.
    pub data: DataRecord,
    /// The kernel.
    pub kernel: KernelRecord,
    /// Its spectrum; `None` for a kernel that is not symmetric.
    pub spectrum: Option<SpectrumRecord>,
    /// A row for every block, where their kernels were kept.
    pub blocks: Option<Vec<BlockRecord>>,
    /// What was assumed, ignored or left out.
    pub warnings: Vec<String>,
    /// The files beside this one, and what is in them.
    pub files: BTreeMap<String, String>,
    /// Versions of the program and of what its numbers depend on.
    pub versions: BTreeMap<&'static str, &'static str>,
    /// The machine.
    pub machine: Machine,
    /// When, how long, how much memory.
    pub times: Times,
}

/// The model in a result file.
#[derive(Clone, Debug, Serialize)]
pub struct ModelRecord {
    /// Its name or folder.
    pub name: String,
    /// The commit on the hub, if it is from there.
    pub revision: Option<String>,
    /// Its sizes.
    pub sizes: EncoderConfig,
    /// SHA-256 of its weights.
    pub weights_sha256: String,
    /// SHA-256 of its tokenizer's files.
    pub tokenizer_sha256: String,
    /// The adapter, in PEFT's terms.
    pub adapter: LoraConfig,
    /// SHA-256 of its factors: block by block A, then B, row by row, little-endian f32.
    pub adapter_sha256: String,
    /// Where the head comes from.
    pub head: HeadSource,
    /// Where the dense map before it comes from: BERT's pooler, or a part of the head.
    pub head_dense: HeadSource,
    /// Outputs.
    pub outputs: usize,
    /// The blocks of parameters that the kernel is of, and how many numbers each has.
    pub blocks: Vec<(String, usize)>,
}

impl ModelRecord {
    /// Of a model in parts and its blocks.
    pub(crate) fn of(prepared: &Prepared, blocks: Vec<Block>) -> Self {
        let Prepared {
            source,
            adapter,
            head,
            ..
        } = prepared;
        Self {
            name: source.name.clone(),
            revision: source.revision.clone(),
            sizes: source.config.clone(),
            weights_sha256: source.weights.sha256().into(),
            tokenizer_sha256: source.tokenizer.sha256().into(),
            adapter_sha256: super::adapter_sha256(adapter),
            adapter: adapter.config.clone(),
            head: head.source,
            head_dense: head.dense_source,
            outputs: head.classes,
            blocks: blocks
                .into_iter()
                .map(|block| (block.name, block.parameters))
                .collect(),
        }
    }
}

impl ModelRecord {
    /// The parts that no file has and the seed draws, for people; `None` where there are none.
    pub(crate) fn drawn(&self) -> Option<&'static str> {
        let dense = self.head_dense == HeadSource::Seeded;
        match (self.head == HeadSource::Seeded, dense) {
            (true, true) if self.sizes.architecture == Architecture::Bert => {
                Some("pooler and head")
            }
            (true, _) => Some("head"),
            (false, true) => Some("pooler"),
            (false, false) => None,
        }
    }
}

/// The data in a result file.
#[derive(Clone, Debug, Serialize)]
pub struct DataRecord {
    /// What labels mean.
    pub target: Target,
    /// The field's measure for this task.
    pub metric: Metric,
    /// The examples of K.
    pub train: SampleRecord,
    /// The test examples.
    pub test: Option<SampleRecord>,
    /// Pairs of ids in `train` that are the same to the model; each makes K singular.
    pub duplicates: Vec<(usize, usize)>,
}

/// The kernel in a result file.
#[derive(Clone, Debug, Serialize)]
pub struct KernelRecord {
    /// The function of the outputs that it is of.
    pub readout: Readout,
    /// J Jᵀ or the signed variant.
    pub kind: KernelKind,
    /// Rows: examples, or examples × outputs.
    pub rows: usize,
    /// Whether it is symmetric by its definition.
    pub symmetric: bool,
}

/// A spectrum in a result file.
#[derive(Clone, Debug, Serialize)]
pub struct SpectrumRecord {
    /// Whether it is the spectrum of the kernel's symmetric part.
    pub of_symmetric_part: bool,
    /// What it comes to.
    #[serde(flatten)]
    pub summary: Summary,
    /// All eigenvalues as the solver returned them, ascending; those below the floors are noise.
    pub eigenvalues: Vec<f64>,
}

/// One block's own kernel S_l.
#[derive(Clone, Debug, Serialize)]
pub struct BlockRecord {
    /// The block's name.
    pub name: String,
    /// Its number of parameters.
    pub parameters: usize,
    /// Its trace.
    pub trace: f64,
    /// Its spectrum; `None` for a kernel that is not symmetric.
    pub spectrum: Option<Summary>,
}

/// What differs between two runs.
#[derive(Clone, Debug, Serialize)]
pub struct Times {
    /// When the run began, UTC.
    pub started: String,
    /// Seconds until model and examples were there.
    pub load_seconds: f64,
    /// Seconds of the kernels.
    pub kernel_seconds: f64,
    /// Seconds of the spectra.
    pub spectrum_seconds: f64,
    /// Tokens of all examples by the seconds of the kernels.
    pub tokens_per_second: f64,
    /// The most bytes that the program took.
    pub peak_memory: Option<usize>,
    /// Worker threads.
    pub threads: usize,
}
