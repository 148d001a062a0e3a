use serde::{Deserialize, Serialize};
use tangent_spectral::Precision;

use super::refused;
use crate::cli::{Bytes, by_name};
use crate::device::Device;
use crate::{Result, system};

/// What the program may use of the machine, as flags.
#[derive(Clone, Debug, Default, clap::Args, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct MachineArgs {
    /// Precision of the model: f32 or f64; kernels and spectra are always f64 [default: f32]
    #[arg(long, value_parser = by_name::<Precision>, value_name = "PRECISION", help_heading = "Machine")]
    pub precision: Option<Precision>,
    /// Device that runs the model: flex (CPU), ndarray (CPU) or cuda [default: flex]
    #[arg(long, value_parser = by_name::<Device>, value_name = "DEVICE", help_heading = "Machine")]
    pub device: Option<Device>,
    /// Number of worker threads; results do not depend on it [default: all]
    #[arg(long, value_name = "N", help_heading = "Machine")]
    pub threads: Option<usize>,
    /// Memory that the program may use, such as 4GB [default: what is free]
    #[arg(long, value_name = "BYTES", help_heading = "Machine")]
    pub memory: Option<Bytes>,
}

/// What the program may use of the machine. Results do not depend on the fields that result files omit.
#[derive(Clone, Debug, Serialize)]
pub struct MachineConfig {
    /// The precision of the model.
    pub precision: Precision,
    /// The device on which the model runs.
    pub device: Device,
    /// The number of worker threads.
    #[serde(skip)]
    pub threads: usize,
    /// The bytes that the program may take; `None` for what is free.
    #[serde(skip)]
    pub memory: Option<usize>,
}

impl MachineArgs {
    /// Checks the flags and fills in the defaults.
    ///
    /// # Errors
    /// The number of threads is 0; the program was built without the device.
    pub fn config(self) -> Result<MachineConfig> {
        let config = MachineConfig {
            precision: self.precision.unwrap_or(Precision::F32),
            device: self.device.unwrap_or_default(),
            threads: self.threads.unwrap_or_else(system::threads),
            memory: self.memory.map(|bytes| bytes.0),
        };
        if config.threads == 0 {
            return Err(refused("threads", "must be at least 1"));
        }
        config.device.check()?;
        Ok(config)
    }
}

impl MachineConfig {
    /// Returns the bytes that the program may take: those of the settings, or what is free.
    pub fn budget(&self) -> usize {
        self.memory
            .or_else(system::available_memory)
            .unwrap_or(usize::MAX)
    }
}
