use std::time::Instant;

use burn::tensor::{DType, backend::Backend};
use burn_flex::{Flex, FlexDevice};
use burn_ndarray::{NdArray, NdArrayDevice};
use serde::{Deserialize, Serialize};
use tangent_lora::adapter::Adapter;
use tangent_lora::weights::HeadWeights;
use tangent_lora::{Classifier, Sequence};
use tangent_ntk_core::{Block, BlockKernels, Model, Monitor, Options};
use tangent_spectral::Precision;

use crate::source::ModelSource;
use crate::{Error, Result, system};

/// Where the model runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Device {
    /// The processor, with this project's own operations: the fastest there.
    #[default]
    Flex,
    /// The processor, through ndarray and OpenBLAS: an independent check.
    NdArray,
    /// An NVIDIA GPU; needs the feature `cuda`.
    Cuda,
}

impl Device {
    /// Whether this program was built with it.
    ///
    /// # Errors
    /// [`Error::NoCuda`].
    pub fn check(self) -> Result<()> {
        match self {
            Self::Cuda if !cfg!(feature = "cuda") => Err(Error::NoCuda),
            _ => Ok(()),
        }
    }
}

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
}

/// Kernels, and the blocks that they are of.
pub(super) struct Computed {
    pub(super) blocks: Vec<Block>,
    pub(super) kernels: BlockKernels,
    /// Seconds that it took to build the model.
    pub(super) build_seconds: f64,
}

impl Job<'_> {
    /// Builds the model on the device and computes the kernels.
    pub(super) fn run(
        self,
        device: Device,
        precision: Precision,
        monitor: &Monitor,
    ) -> Result<Computed> {
        let dtype = match precision {
            Precision::F32 => DType::F32,
            Precision::F64 => DType::F64,
        };
        match (device, precision) {
            (Device::Flex, _) => self.on::<Flex>(&FlexDevice, dtype, monitor),
            (Device::NdArray, Precision::F32) => {
                self.on::<NdArray<f32>>(&NdArrayDevice::Cpu, dtype, monitor)
            }
            (Device::NdArray, Precision::F64) => {
                self.on::<NdArray<f64>>(&NdArrayDevice::Cpu, dtype, monitor)
            }
            #[cfg(feature = "cuda")]
            (Device::Cuda, _) => {
                let device = burn_cuda::CudaDevice::default();
                self.on::<burn_cuda::Cuda>(&device, dtype, monitor)
            }
            #[cfg(not(feature = "cuda"))]
            (Device::Cuda, _) => Err(Error::NoCuda),
        }
    }

    fn on<B: Backend>(
        mut self,
        device: &B::Device,
        dtype: DType,
        monitor: &Monitor,
    ) -> Result<Computed> {
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
        let kernels = BlockKernels::compute(&model, self.train, self.test, &self.options, monitor)
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
