//! Selects the backend on which a model runs, by `--device` and `--precision`.

use burn::tensor::{DType, backend::Backend};
use burn_flex::{Flex, FlexDevice};
use burn_ndarray::{NdArray, NdArrayDevice};
use serde::{Deserialize, Serialize};
use tangent_spectral::Precision;

use crate::{Error, Result};

/// The device on which the model runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Device {
    /// The CPU, with this project's own operations; the fastest backend on a CPU.
    #[default]
    Flex,
    /// The CPU, through ndarray and OpenBLAS; an independent check.
    NdArray,
    /// An NVIDIA GPU; needs the feature `cuda`.
    Cuda,
}

impl Device {
    /// Checks that this program was built with the device.
    ///
    /// # Errors
    /// [`Error::NoCuda`].
    pub fn check(self) -> Result<()> {
        match self {
            Self::Cuda if !cfg!(feature = "cuda") => Err(Error::NoCuda),
            _ => Ok(()),
        }
    }

    /// Does a job on the device.
    ///
    /// # Errors
    /// [`Error::NoCuda`], and the job's own errors.
    pub fn run<J: OnDevice>(self, precision: Precision, job: J) -> Result<J::Output> {
        let dtype = match precision {
            Precision::F32 => DType::F32,
            Precision::F64 => DType::F64,
        };
        match self {
            Self::Flex => job.on::<Flex>(&FlexDevice, dtype),
            Self::NdArray => job.on::<NdArray>(&NdArrayDevice::Cpu, dtype),
            #[cfg(feature = "cuda")]
            Self::Cuda => job.on::<burn_cuda::Cuda>(&burn_cuda::CudaDevice::default(), dtype),
            #[cfg(not(feature = "cuda"))]
            Self::Cuda => Err(Error::NoCuda),
        }
    }
}

/// Work that can be done on any backend.
pub trait OnDevice {
    /// The result of the work.
    type Output;

    /// Does the work on a device of the backend `B`.
    ///
    /// # Errors
    /// The errors of the work.
    fn on<B: Backend>(self, device: &B::Device, dtype: DType) -> Result<Self::Output>;
}
