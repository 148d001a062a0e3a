use std::path::PathBuf;

use serde::Serialize;
use tangent_datasets::{BadRows, Sampling, Split, Task};
use tangent_lora::EncoderConfig;
use tangent_lora::adapter::{Adapter, LoraConfig};
use tangent_ntk_core::{KernelKind, Readout};
use tangent_spectral::Precision;

use super::Args;
use super::device::Device;
use crate::cli::overlay;
use crate::source::{EMBEDDED, TaskSource};
use crate::{Error, Result, system};

/// What `tangent kernel` is to do: every setting with its value, checked as far as that can be done before the files
/// are read.
#[derive(Clone, Debug, Serialize)]
pub struct Config {
    /// The model's name or folder.
    pub model: String,
    /// Where the adapter comes from.
    pub adapter: AdapterChoice,
    /// The head's own parameters are a block.
    pub head: bool,
    /// The task's name.
    pub task: String,
    /// Its files.
    pub data: Option<PathBuf>,
    /// Text columns of a file of the user's own.
    pub text: Option<Vec<String>>,
    /// Its label column.
    pub label: Option<String>,
    /// Its labels are numbers.
    pub regression: bool,
    /// Where the examples of K come from.
    pub split: Split,
    /// Examples of K.
    pub n: usize,
    /// Test examples.
    pub test_n: usize,
    /// How they are drawn.
    pub sampling: Sampling,
    /// Tokens of an example at most; `None` for what the model takes.
    pub max_length: Option<usize>,
    /// What becomes of rows that cannot be used.
    pub bad_rows: BadRows,
    /// The seed.
    pub seed: u64,
    /// `None` for the usual one of the task's number of outputs.
    pub readout: Option<Readout>,
    /// J Jᵀ or the signed variant.
    pub kind: KernelKind,
    /// The spectrum of a kernel that is not symmetric is that of its symmetric part.
    pub symmetric_part: bool,
    /// σ.
    pub sigma: f64,
    /// Every block's kernel is kept.
    pub all_blocks: bool,
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
    /// Where results go.
    #[serde(skip)]
    pub output: PathBuf,
}

/// The adapter whose kernel is taken.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AdapterChoice {
    /// One that is there, in a folder.
    Folder(PathBuf),
    /// A new one, as PEFT starts it.
    New {
        /// Layers; all if `None`.
        layers: Option<Vec<usize>>,
        /// Modules by the end of their names.
        targets: Vec<String>,
        /// Rank.
        rank: usize,
        /// α.
        alpha: f64,
        /// Scaling α/√rank.
        rslora: bool,
    },
}

impl AdapterChoice {
    /// The adapter itself; the seed draws a new one.
    ///
    /// # Errors
    /// Those of [`Adapter::load`] and [`Adapter::init`].
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
                Ok(Adapter::init(config, encoder, seed)?)
            }
        }
    }
}

impl Config {
    /// The settings of the flags and of the file that they name, with defaults for what neither says.
    ///
    /// # Errors
    /// The file is not readable; a value makes no sense; settings contradict each other.
    pub fn new(flags: &Args) -> Result<Self> {
        let args: Args = overlay(flags, flags.config.as_deref())?;
        let adapter = adapter(&args)?;
        let own = args.text.is_some() || args.label.is_some();
        let task = match (&args.task, own) {
            (Some(_), true) => {
                return Err(option(
                    "task",
                    "--text and --label are for a file of your own, which has no task; leave --task away",
                ));
            }
            (Some(task), false) => task.clone(),
            (None, true) => "own".into(),
            (None, false) if args.data.is_some() => {
                return Err(option(
                    "data",
                    "say what it is: --task NAME for a published task, --text COLUMN and --label COLUMN for a file of your own",
                ));
            }
            (None, false) => "acceptability".into(),
        };
        let config = Self {
            model: args.model.unwrap_or_else(|| EMBEDDED.into()),
            adapter,
            head: args.head.unwrap_or(false),
            task,
            data: args.data,
            text: args.text,
            label: args.label,
            regression: args.regression.unwrap_or(false),
            split: args.split.unwrap_or(Split::Train),
            n: args.n.unwrap_or(256),
            test_n: args.test_n.unwrap_or(0),
            sampling: match args.stratified {
                Some(true) => Sampling::Stratified,
                _ => Sampling::Plain,
            },
            max_length: args.max_length,
            bad_rows: match args.drop_bad_rows {
                Some(true) => BadRows::Drop,
                _ => BadRows::Refuse,
            },
            seed: args.seed.unwrap_or(0),
            readout: args.readout,
            kind: args.kind.unwrap_or_default(),
            symmetric_part: args.symmetric_part.unwrap_or(false),
            sigma: args.sigma.unwrap_or(1e-4),
            all_blocks: args.all_blocks.unwrap_or(false),
            precision: args.precision.unwrap_or(Precision::F32),
            device: args.device.unwrap_or_default(),
            threads: args.threads.unwrap_or_else(system::threads),
            memory: args.memory.map(|bytes| bytes.0),
            output: args.output.unwrap_or_else(|| "out/kernel".into()),
        };
        config.check()?;
        Ok(config)
    }

    fn check(&self) -> Result<()> {
        for (name, value) in [("n", self.n), ("threads", self.threads)] {
            if value == 0 {
                return Err(option(name, "must be at least 1"));
            }
        }
        if !(self.sigma.is_finite() && self.sigma >= 0.0) {
            let problem = format!(
                "σ = {}: the ridge must be finite and not negative",
                self.sigma
            );
            return Err(option("sigma", problem));
        }
        if let AdapterChoice::New {
            layers: Some(layers),
            ..
        } = &self.adapter
            && layers.is_empty()
        {
            return Err(option("layers", "names none; leave it away for all"));
        }
        if self.task != "own" && self.regression {
            return Err(option(
                "regression",
                "is for a file of your own; a task knows what its labels are",
            ));
        }
        self.device.check()
    }

    /// The task and where its rows are.
    ///
    /// # Errors
    /// No task of that name; a file of the user's own without its columns.
    pub fn task_source(&self) -> Result<TaskSource> {
        let task = match (&self.text, &self.label) {
            (None, None) => Task::named(&self.task)?,
            (Some(text), Some(label)) => Task::own(text, label, self.regression)?,
            (None, Some(_)) => return Err(option("label", "needs --text COLUMN beside it")),
            (Some(_), None) => return Err(option("text", "needs --label COLUMN beside it")),
        };
        if self.text.is_some() && self.data.is_none() {
            return Err(option("text", "needs the file: --data FILE"));
        }
        Ok(TaskSource {
            task,
            data: self.data.clone(),
            seed: self.seed,
            bad_rows: self.bad_rows,
        })
    }
}

fn adapter(args: &Args) -> Result<AdapterChoice> {
    let Some(folder) = &args.adapter else {
        let rank = args.rank.unwrap_or(8);
        let targets = args.targets.clone();
        return Ok(AdapterChoice::New {
            layers: args.layers.clone(),
            targets: targets.unwrap_or_else(|| vec!["query".into(), "value".into()]),
            rank,
            alpha: args.alpha.unwrap_or(rank as f64),
            rslora: args.rslora.unwrap_or(false),
        });
    };
    let said = [
        ("layers", args.layers.is_some()),
        ("targets", args.targets.is_some()),
        ("rank", args.rank.is_some()),
        ("alpha", args.alpha.is_some()),
        ("rslora", args.rslora.is_some()),
    ];
    match said.into_iter().find(|(_, said)| *said) {
        Some((name, _)) => Err(option(
            name,
            "the adapter of --adapter says this; leave one of the two away",
        )),
        None => Ok(AdapterChoice::Folder(folder.clone())),
    }
}

fn option(option: &'static str, problem: impl Into<String>) -> Error {
    Error::Option {
        option,
        problem: problem.into(),
    }
}
