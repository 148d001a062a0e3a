use std::time::Instant;

use burn::tensor::{DType, backend::Backend};
use tangent_lora::Classifier;
use tangent_ntk_core::{Block, BlockKernels, Error as Kernel, Model, Monitor, Options};

use crate::announce;
use tangent_base::cli::Console;
use tangent_base::device::OnDevice;
use tangent_base::source::Prepared;
use tangent_base::{Error, Result, system};

/// The computation of the kernels of a prepared model on its examples.
pub(super) struct Job<'a> {
    pub(super) prepared: &'a Prepared,
    pub(super) head_block: bool,
    pub(super) options: Options,
    /// The bytes that the program may take in all.
    pub(super) memory: usize,
    pub(super) monitor: Monitor<'a>,
    pub(super) console: &'a Console,
}

/// The kernels, and the blocks that they belong to.
pub(super) struct Computed {
    pub(super) blocks: Vec<Block>,
    pub(super) kernels: BlockKernels,
    /// The seconds that it took to build the model and to measure its first batch.
    pub(super) build_seconds: f64,
}

impl OnDevice for Job<'_> {
    type Output = Computed;

    /// Builds the model and computes the kernels.
    fn on<B: Backend>(mut self, device: &B::Device, dtype: DType) -> Result<Computed> {
        let clock = Instant::now();
        let model = self
            .prepared
            .classifier::<B>(self.head_block, device, dtype)?;
        let base = self.base(&model);
        let (train, test) = (
            &self.prepared.train.sequences,
            &self.prepared.eval.sequences,
        );
        self.options.memory = Some(self.memory.saturating_sub(base));
        let in_all = |error| match error {
            Error::Kernel(Kernel::Memory { needed, advice, .. }) => Error::Memory {
                needed: base + needed,
                base,
                memory: self.memory,
                advice,
            },
            other => other,
        };
        announce::kernels(&model, train, test, &self.options, self.console).map_err(in_all)?;
        let build_seconds = clock.elapsed().as_secs_f64();
        let kernels = BlockKernels::compute(&model, train, test, &self.options, &self.monitor)
            .map_err(|error| in_all(error.into()))?;
        Ok(Computed {
            blocks: model.blocks().to_vec(),
            kernels,
            build_seconds,
        })
    }
}

impl Job<'_> {
    /// Returns the bytes that the program takes with its model, plus those of the matrices that the spectrum needs.
    fn base<B: Backend>(&self, model: &Classifier<B>) -> usize {
        let rows = self
            .options
            .readout
            .map_or(1, |readout| readout.rows_per_example(model.outputs()));
        let (n, m) = (
            self.prepared.train.sequences.len() * rows,
            self.prepared.eval.sequences.len() * rows,
        );
        let sum_and_workspace = 8 * (2 * n * n + m * n);
        system::resident_memory().unwrap_or(0) + sum_and_workspace
    }
}
