use std::collections::BTreeMap;

use serde::Serialize;
use tangent_datasets::{Metric, Target};
use tangent_ntk_core::{KernelKind, Readout};
use tangent_spectral::Summary;

use super::Config;
use tangent_base::record::ModelRecord;
use tangent_base::source::SampleRecord;
use tangent_base::system::Machine;

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
