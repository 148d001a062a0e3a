use std::collections::BTreeMap;

use serde::Serialize;
use tangent_datasets::{Metric, Target};
use tangent_ntk_core::{KernelKind, Readout};
use tangent_spectral::Summary;

use super::Config;
use tangent_base::record::{ModelRecord, Provenance};
use tangent_base::source::SampleRecord;

/// The format of `result.json`.
pub const FORMAT: &str = "tangent kernel 2";

/// The content of `result.json` of `tangent kernel`. Two runs of the same program on the same machine write the same
/// content, apart from `command`, `started`, `seconds`, `times` and `sha256`.
#[derive(Clone, Debug, Serialize)]
pub struct KernelResult {
    /// [`FORMAT`].
    pub format: &'static str,
    /// The model.
    pub model: ModelRecord,
    /// The task's data.
    pub data: DataRecord,
    /// The kernel.
    pub kernel: KernelRecord,
    /// The kernel's spectrum; `None` for a kernel that is not symmetric, unless its symmetric part was asked for.
    pub spectrum: Option<SpectrumRecord>,
    /// A record for every block, if the blocks' kernels were kept.
    pub blocks: Option<Vec<BlockRecord>>,
    /// The other files of the result, each with a description of its content.
    pub files: BTreeMap<String, String>,
    /// The command, settings, warnings, versions and machine that made the result, and when.
    #[serde(flatten)]
    pub provenance: Provenance<Config>,
    /// How long the parts took, and how much memory was used.
    pub times: Times,
}

/// The data in a result file.
#[derive(Clone, Debug, Serialize)]
pub struct DataRecord {
    /// What the labels mean.
    pub target: Target,
    /// The metric that is usual for this task.
    pub metric: Metric,
    /// The examples of K.
    pub train: SampleRecord,
    /// The test examples.
    pub test: Option<SampleRecord>,
    /// Pairs of ids in `train` with equal token sequences; each pair makes K singular.
    pub duplicates: Vec<(usize, usize)>,
}

/// The kernel in a result file.
#[derive(Clone, Debug, Serialize)]
pub struct KernelRecord {
    /// The function of the outputs whose gradients form the kernel.
    pub readout: Readout,
    /// The kind of kernel: J Jᵀ or the signed variant.
    pub kind: KernelKind,
    /// The number of rows of the kernel: examples, or examples × outputs.
    pub rows: usize,
    /// Whether the kernel is symmetric by definition.
    pub symmetric: bool,
}

/// A spectrum in a result file.
#[derive(Clone, Debug, Serialize)]
pub struct SpectrumRecord {
    /// Whether it is the spectrum of the kernel's symmetric part.
    pub of_symmetric_part: bool,
    /// The summary of the spectrum.
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
    /// The number of the block's parameters.
    pub parameters: usize,
    /// The trace of the block's kernel.
    pub trace: f64,
    /// The kernel's spectrum; `None` for a kernel that is not symmetric, unless its symmetric part was asked for.
    pub spectrum: Option<Summary>,
}

/// The part of a result that differs between two runs.
#[derive(Clone, Debug, Serialize)]
pub struct Times {
    /// Seconds to load the model and the examples, and to build the model.
    pub load_seconds: f64,
    /// Seconds to compute the kernels.
    pub kernel_seconds: f64,
    /// Seconds to compute the spectra.
    pub spectrum_seconds: f64,
    /// The number of tokens of all examples, divided by `kernel_seconds`.
    pub tokens_per_second: f64,
    /// The peak memory of the program, in bytes.
    pub peak_memory: Option<usize>,
    /// The number of worker threads.
    pub threads: usize,
}
