//! The runs that tables and figures are made of. Each has a file of its own and is made once.

use std::path::{Path, PathBuf};

use burn::tensor::{DType, backend::Backend};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tangent_datasets::{BadRows, Sampling, Split};
use tangent_linearize::pull::Rule;
use tangent_linearize::train::Recipe;
use tangent_lora::adapter::Target;
use tangent_lora::weights::HeadWeights;
use tangent_ntk_core::Monitor;

use super::{ALPHA, Adapted, Profile, RANK, TaskSizes, scaled_layers};
use tangent_base::Result;
use tangent_base::cli::{AnyPath, Console, Interrupt};
use tangent_base::device::OnDevice;
use tangent_base::output::Output;
use tangent_base::record::adapter_sha256;
use tangent_base::settings::{AdapterConfig, DataConfig, MachineConfig, ModelConfig};
use tangent_base::source::{Drawn, Inputs, Library, Prepared, SampleSize, Wanted};
use tangent_commands::train::Collect;
use tangent_linearize::train::{Row, Setup, Watched};
use tangent_record::{Hash, check, seal};

/// What a training run records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Observed {
    /// The end of training of the full model and of its linearization.
    Both,
    /// The end of training of the full model.
    Full,
    /// Every epoch of training of the full model.
    FullByEpoch,
}

/// The runs of one model on one task with one seed: they share everything but λ.
pub(crate) struct Group<'a> {
    pub(crate) profile: &'a Profile,
    pub(crate) task: &'a TaskSizes,
    pub(crate) adapted: &'a Adapted,
    pub(crate) rule: Rule,
    pub(crate) seed: u64,
    pub(crate) model: &'a AnyPath,
    pub(crate) data: Option<&'a Path>,
    pub(crate) machine: &'a MachineConfig,
    /// The folder that holds the files of the runs.
    pub(crate) dir: &'a Path,
    /// The models and data sets that are already loaded.
    pub(crate) library: &'a Library,
}

/// A training run, as its file holds it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Trained {
    /// The last row of the trajectory.
    pub(crate) last: Row,
    /// The rows of the trajectory for each epoch, if [`Observed::FullByEpoch`] was asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) epochs: Vec<Row>,
    /// The seconds that training took.
    pub(crate) seconds: f64,
    /// The number of training examples; `None` in files of earlier versions.
    #[serde(default)]
    pub(crate) examples: Option<usize>,
}

impl Group<'_> {
    /// Returns the group's model and all of its examples, before they are tokenized.
    pub(crate) fn inputs(&self, console: &Console) -> Result<Inputs> {
        let Profile {
            train_n, eval_n, ..
        } = *self.profile;
        let wanted = Wanted {
            split: Split::Train,
            train: SampleSize::AtMost(train_n.unwrap_or(usize::MAX)),
            eval: SampleSize::AtMost(eval_n),
        };
        self.load(wanted, console)
    }

    /// Returns the same inputs, with at most `n` examples to train on and none to evaluate on.
    pub(super) fn training_inputs(&self, n: usize, console: &Console) -> Result<Inputs> {
        let all = self.profile.train_n.unwrap_or(usize::MAX);
        let wanted = Wanted {
            split: Split::Train,
            train: SampleSize::AtMost(n.min(all)),
            eval: SampleSize::NONE,
        };
        self.load(wanted, console)
    }

    fn load(&self, wanted: Wanted, console: &Console) -> Result<Inputs> {
        let depth = self
            .library
            .model(self.model, console.is_quiet())?
            .config
            .layers;
        let targets = self.adapted.targets.iter();
        let model = ModelConfig {
            model: self.model.clone(),
            adapter: AdapterConfig::New {
                layers: Some(scaled_layers(self.adapted.layers, depth)),
                targets: targets.map(|target| (*target).to_owned()).collect(),
                rank: RANK,
                alpha: ALPHA,
                rslora: false,
            },
        };
        let data = DataConfig {
            task: self.task.task.to_owned(),
            data: self.folder().map(AnyPath::from),
            eval_data: None,
            text: None,
            label: None,
            regression: false,
            sampling: Sampling::Plain,
            max_length: self.task.max_length,
            bad_rows: BadRows::Refuse,
            seed: self.seed,
        };
        Inputs::load(self.library, &model, &data, wanted, &console.quieted())
    }

    pub(crate) fn recipe(&self, lambda: f64) -> Recipe {
        self.profile.recipe(self.task, self.rule, lambda, self.seed)
    }

    fn folder(&self) -> Option<PathBuf> {
        Some(self.data?.join(self.task.folder?))
    }

    /// Returns the path of the file of one run. Its name is a hash of everything that decides the run's numbers and is
    /// known before the work.
    pub(super) fn file(&self, inputs: &Inputs, what: &Value) -> PathBuf {
        let Inputs {
            source,
            adapter,
            head,
            ..
        } = inputs;
        let modules: Vec<String> = adapter.targets.iter().map(Target::name).collect();
        let examples = |drawn: &Drawn| serde_json::json!({"texts": drawn.texts_sha256(), "labels": drawn.labels()});
        let facts = serde_json::json!({
            "what": what,
            "model": source.config,
            "weights": source.weights.sha256(),
            "tokenizer": source.tokenizer.sha256(),
            "max_length": inputs.max_length,
            "adapter": adapter.config,
            "factors": adapter_sha256(adapter),
            "head": head_sha256(head),
            "modules": modules,
            "seed": self.seed,
            "precision": self.machine.precision,
            "train": examples(&inputs.train),
            "eval": examples(&inputs.eval),
        });
        let mut hash = Hash::default();
        hash.update(facts.to_string().as_bytes());
        self.dir.join(format!("{}.json", &hash.hex()[..24]))
    }

    /// Returns one run for each λ: read from its file if that exists, else trained now.
    pub(crate) fn train(
        &self,
        lambdas: &[f64],
        wanted: Observed,
        console: &Console,
        interrupt: &Interrupt,
    ) -> Result<Vec<Trained>> {
        let inputs = self.inputs(console)?;
        let file = |lambda: &f64| {
            let what = serde_json::json!({"train": self.recipe(*lambda), "wanted": wanted});
            (*lambda, self.file(&inputs, &what))
        };
        let runs: Vec<(f64, PathBuf)> = lambdas.iter().map(file).collect();
        let is_there = |(_, file): &(f64, PathBuf)| read_run::<Trained>(file).is_some();
        if !runs.iter().all(is_there) {
            let prepared = inputs.prepare(&console.quieted())?;
            let job = Sweep {
                group: self,
                prepared: &prepared,
                runs: &runs,
                wanted,
                console,
                interrupt,
            };
            self.machine.device.run(self.machine.precision, job)?;
        }
        let found = runs
            .iter()
            .map(|(_, file)| read_run(file).expect("it was there, or has just been written"));
        Ok(found.collect())
    }
}

/// Returns the SHA-256 of a head's numbers: the dense map's weight and bias, then the output's, row by row,
/// little-endian f32.
fn head_sha256(head: &HeadWeights) -> String {
    let mut hash = Hash::default();
    for map in [&head.dense, &head.output] {
        for value in map.weight.iter().chain(&map.bias) {
            hash.update(&value.to_le_bytes());
        }
    }
    hash.hex()
}

/// Returns the run in a file, or `None` if the file does not exist, is incomplete, has no seal or was edited. A list
/// has no field for a seal and is accepted without one.
pub(super) fn read_run<T: DeserializeOwned>(file: &Path) -> Option<T> {
    let run: Value = serde_json::from_slice(&tangent_files::read(file).ok()?).ok()?;
    match check(&run) {
        None if run.is_object() => None,
        Some(false) => None,
        _ => serde_json::from_value(run).ok(),
    }
}

/// Writes a run's file, sealed if the run is an object with fields.
///
/// # Errors
/// As [`Output::file`].
pub(super) fn write_run<T: Serialize>(file: &Path, run: &T) -> Result<()> {
    let (dir, name) = (file.parent(), file.file_name());
    let (Some(dir), Some(name)) = (dir, name.and_then(|name| name.to_str())) else {
        unreachable!("runs are files in a folder");
    };
    let mut output = Output::open(dir)?;
    let run = serde_json::to_value(run).expect("runs have no keys but strings");
    output.json(name, &seal(run))?;
    output.commit()
}

struct Sweep<'a> {
    group: &'a Group<'a>,
    prepared: &'a Prepared,
    runs: &'a [(f64, PathBuf)],
    wanted: Observed,
    console: &'a Console,
    interrupt: &'a Interrupt,
}

impl OnDevice for Sweep<'_> {
    type Output = ();

    fn on<B: Backend>(self, device: &B::Device, dtype: DType) -> Result<()> {
        let group = self.group;
        let model = self.prepared.classifier::<B>(true, device, dtype)?;
        let setup = Setup {
            threads: group.machine.threads,
            dropout: 0.0,
            linearized: self.wanted == Observed::Both,
            memory: super::ROWS_OF_J,
            rows_kept: None,
        };
        let monitor = Monitor::silent().with_cancel(self.interrupt.flag());
        let stage = self.prepared.stage(&model, setup, &monitor)?;
        let by_epoch = self.wanted == Observed::FullByEpoch;
        let epoch = group
            .recipe(0.0)
            .steps_per_epoch(self.prepared.train.sequences.len());
        let watched = Watched {
            every: by_epoch.then_some(epoch),
            train_n: 200.min(self.prepared.train.sequences.len()),
            kernel_n: 0,
        };
        let name = format!("{}, seed {}", group.task.task, group.seed);
        let bar = self.console.bar(&name, "runs", self.runs.len() as u64);
        for (lambda, file) in self.runs {
            if read_run::<Trained>(file).is_none() {
                let clock = std::time::Instant::now();
                let recipe = group.recipe(*lambda);
                let mut watch = Collect::new(self.interrupt);
                stage.run(recipe, watched, None, &mut watch)?;
                let run = Trained {
                    last: *watch.rows.last().expect("a run is observed at its end"),
                    epochs: if by_epoch { watch.rows } else { Vec::new() },
                    seconds: clock.elapsed().as_secs_f64(),
                    examples: Some(self.prepared.train.sequences.len()),
                };
                write_run(file, &run)?;
            }
            bar.inc(1);
        }
        bar.finish_and_clear();
        Ok(())
    }
}
