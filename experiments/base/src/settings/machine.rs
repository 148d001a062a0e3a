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
    /// Arithmetic of the model: f32 or f64; kernels and spectra are f64 always [default: f32]
    #[arg(long, value_parser = by_name::<Precision>, value_name = "PRECISION", help_heading = "Machine")]
    pub precision: Option<Precision>,
    /// flex, ndarray or cuda [default: flex]
    #[arg(long, value_parser = by_name::<Device>, value_name = "DEVICE", help_heading = "Machine")]
    pub device: Option<Device>,
    /// Worker threads; results do not depend on them [default: all]
    #[arg(long, value_name = "N", help_heading = "Machine")]
    pub threads: Option<usize>,
    /// Memory that the program may take, such as 4GB [default: what is free]
    #[arg(long, value_name = "BYTES", help_heading = "Machine")]
    pub memory: Option<Bytes>,
}

/// What the program may use of the machine. Results do not depend on what is not written into result files.
#[derive(Clone, Debug, Serialize)]
pub struct MachineConfig {
    /// Arithmetic of the model.
    pub precision: Precision,
    /// Where it runs.
    pub device: Device,
    /// Worker threads.
    #[serde(skip)]
    pub threads: usize,
    /// Bytes that the program may take; `None` for what is free.
    #[serde(skip)]
    pub memory: Option<usize>,
}

impl MachineArgs {
    /// What they come to.
    ///
    /// # Errors
    /// No threads; a device that the program was built without.
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
    /// Bytes that the program may take: what was said, or what is free.
    pub fn budget(&self) -> usize {
        self.memory
            .or_else(system::available_memory)
            .unwrap_or(usize::MAX)
    }
}
