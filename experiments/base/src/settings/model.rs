use serde::{Deserialize, Serialize};
use tangent_lora::EncoderConfig;
use tangent_lora::adapter::{Adapter, LoraConfig};

use super::refused;
use crate::cli::{AnyPath, finite, finite_if_any, grouped};
use crate::{Result, system};

/// The model and its adapter, as flags.
#[derive(Clone, Debug, Default, PartialEq, clap::Args, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct ModelArgs {
    /// Model: `embedded`, a folder in Hugging Face's layout, or a name on the hub (NAME or OWNER/NAME, optionally with
    /// @REVISION) [default: embedded]
    #[arg(long, value_name = "MODEL", help_heading = "Model")]
    pub model: Option<AnyPath>,
    /// Folder of a LoRA adapter in PEFT's format, at whose parameters the kernel is taken; it determines which modules
    /// are adapted.
    #[arg(long, value_name = "DIR", help_heading = "Model")]
    pub adapter: Option<AnyPath>,
    /// Layers to adapt, counted from 0 [default: all]
    #[arg(
        long,
        value_name = "I,J,…",
        value_delimiter = ',',
        help_heading = "Model"
    )]
    pub layers: Option<Vec<usize>>,
    /// Modules to adapt in these layers, by the end of their names [default: query,value]
    #[arg(
        long,
        value_name = "NAME,…",
        value_delimiter = ',',
        help_heading = "Model"
    )]
    pub targets: Option<Vec<String>>,
    /// Rank of the new adapter [default: 8]
    #[arg(long, value_name = "R", help_heading = "Model")]
    pub rank: Option<usize>,
    /// α of the new adapter, whose scaling is α/rank [default: the rank]
    #[arg(long, value_parser = finite, value_name = "ALPHA", help_heading = "Model")]
    #[serde(deserialize_with = "finite_if_any")]
    pub alpha: Option<f64>,
    /// Use the scaling α/√rank instead of α/rank.
    #[arg(long, num_args = 0..=1, default_missing_value = "true", value_name = "BOOL", help_heading = "Model")]
    pub rslora: Option<bool>,
}

/// The model and its adapter.
#[derive(Clone, Debug, Serialize)]
pub struct ModelConfig {
    /// The model's name or folder.
    pub model: AnyPath,
    /// Where the adapter comes from.
    pub adapter: AdapterConfig,
}

/// The adapter that is put on the model.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AdapterConfig {
    /// An existing adapter, in this folder.
    Folder(AnyPath),
    /// A new adapter, initialised as PEFT does.
    New {
        /// The adapted layers; all if `None`.
        layers: Option<Vec<usize>>,
        /// The adapted modules, by the end of their names.
        targets: Vec<String>,
        /// The rank.
        rank: usize,
        /// The scale α.
        alpha: f64,
        /// Whether the scaling is α/√rank instead of α/rank.
        rslora: bool,
    },
}

impl AdapterConfig {
    /// Loads the adapter, or draws a new one by the seed.
    ///
    /// # Errors
    /// As [`Adapter::load`] and [`Adapter::init`]; the factors of this rank do not fit into memory.
    pub fn adapter(&self, encoder: &EncoderConfig, seed: u64) -> Result<Adapter> {
        match self {
            Self::Folder(dir) => Ok(Adapter::load(dir, encoder)?),
            Self::New {
                layers,
                targets,
                rank,
                alpha,
                rslora,
            } => {
                let mut config = LoraConfig::new(*rank, *alpha, targets.iter().cloned());
                config.use_rslora = *rslora;
                if let Some(layers) = layers {
                    config = config.on_layers(layers.iter().copied());
                }
                fits(&config, encoder)?;
                Ok(Adapter::init(config, encoder, seed)?)
            }
        }
    }
}

/// Checks that the factors of a new adapter fit into memory, before they are drawn.
fn fits(config: &LoraConfig, encoder: &EncoderConfig) -> Result<()> {
    let parameters = config.parameters(encoder)?;
    let free = system::available_memory().unwrap_or(usize::MAX);
    match parameters.saturating_mul(size_of::<f32>()) <= free {
        true => Ok(()),
        false => Err(refused(
            "rank",
            format!(
                "{} makes {} parameters, more than fit into memory; a rank beyond the width of the smaller side of a \
                 matrix, {} here, adds nothing",
                config.rank,
                grouped(parameters),
                encoder.hidden_size.min(encoder.intermediate_size)
            ),
        )),
    }
}

impl ModelArgs {
    /// Checks the flags and fills in the defaults.
    ///
    /// # Errors
    /// The list of layers is empty; an adapter's folder is given together with a flag for what the adapter itself
    /// determines.
    pub fn config(self) -> Result<ModelConfig> {
        Ok(ModelConfig {
            adapter: self.adapter_config()?,
            model: self.model.unwrap_or_else(|| tangent_embedded::NAME.into()),
        })
    }

    fn adapter_config(&self) -> Result<AdapterConfig> {
        if self.layers.as_ref().is_some_and(Vec::is_empty) {
            return Err(refused("layers", "names none; omit it to adapt all"));
        }
        let Some(folder) = &self.adapter else {
            let rank = self.rank.unwrap_or(8);
            if rank == 0 {
                return Err(refused("rank", "must be at least 1"));
            }
            let targets = self.targets.clone();
            return Ok(AdapterConfig::New {
                layers: self.layers.clone(),
                targets: targets.unwrap_or_else(|| vec!["query".into(), "value".into()]),
                rank,
                alpha: self.alpha.unwrap_or(rank as f64),
                rslora: self.rslora.unwrap_or(false),
            });
        };
        let said = [
            ("layers", self.layers.is_some()),
            ("targets", self.targets.is_some()),
            ("rank", self.rank.is_some()),
            ("alpha", self.alpha.is_some()),
            ("rslora", self.rslora.is_some()),
        ];
        match said.into_iter().find(|(_, said)| *said) {
            Some((name, _)) => Err(refused(
                name,
                "the adapter of --adapter determines this; omit one of the two",
            )),
            None => Ok(AdapterConfig::Folder(folder.clone())),
        }
    }
}
