use std::time::Instant;

use burn::tensor::{DType, backend::Backend};
use tangent_lora::adapter::Adapter;
use tangent_lora::weights::HeadWeights;
use tangent_lora::{Classifier, Sequence};
use tangent_ntk_core::{Block, BlockKernels, Model, Monitor, Options};

use crate::device::OnDevice;
use crate::source::ModelSource;
use crate::{Error, Result, system};

/// A model in parts, and the examples whose kernels are wanted.
pub(super) struct Job<'a> {
    pub(super) source: &'a ModelSource,
    pub(super) head: &'a HeadWeights,
    pub(super) adapter: &'a Adapter,
    pub(super) head_block: bool,
    pub(super) train: &'a [Sequence],
    pub(super) test: &'a [Sequence],
    pub(super) options: Options,
    /// Bytes that the program may take in all.
    pub(super) memory: usize,
    pub(super) monitor: Monitor<'a>,
}

/// Kernels, and the blocks that they are of.
pub(super) struct Computed {
    pub(super) blocks: Vec<Block>,
    pub(super) kernels: BlockKernels,
    /// Seconds that it took to build the model.
    pub(super) build_seconds: f64,
}

impl OnDevice for Job<'_> {
    type Output = Computed;

    /// Builds the model and computes the kernels.
    fn on<B: Backend>(mut self, device: &B::Device, dtype: DType) -> Result<Computed> {
        let ModelSource {
            config, weights, ..
        } = self.source;
        let clock = Instant::now();
        let model = Classifier::<B>::build(
            config,
            weights,
            self.head,
            self.adapter,
            self.head_block,
            device,
            dtype,
        )?;
        let build_seconds = clock.elapsed().as_secs_f64();
        let base = self.base(&model);
        self.options.memory = Some(self.memory.saturating_sub(base));
        let kernels =
            BlockKernels::compute(&model, self.train, self.test, &self.options, &self.monitor)
                .map_err(|error| match error {
                    tangent_ntk_core::Error::Memory { needed, advice, .. } => Error::Memory {
                        needed: base + needed,
                        base,
                        memory: self.memory,
                        advice,
                    },
                    other => other.into(),
                })?;
        Ok(Computed {
            blocks: model.blocks().to_vec(),
            kernels,
            build_seconds,
        })
    }
}

impl Job<'_> {
    /// Bytes of the program with its model, and of the matrices that the spectrum is computed from.
    fn base<B: Backend>(&self, model: &Classifier<B>) -> usize {
        let rows = self
            .options
            .readout
            .map_or(1, |readout| readout.rows_per_example(model.outputs()));
        let (n, m) = (self.train.len() * rows, self.test.len() * rows);
        let sum_and_workspace = 8 * (2 * n * n + m * n);
        system::resident_memory().unwrap_or(0) + sum_and_workspace
    }
}
