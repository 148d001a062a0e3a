//! The runs that tables and figures are made of: each a file of its own, made once.

use std::fs;
use std::path::{Path, PathBuf};

use burn::tensor::{DType, backend::Backend};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tangent_linearize::pull::Rule;
use tangent_linearize::train::Recipe;
use tangent_lora::adapter::Target;
use tangent_ntk_core::Monitor;

use super::{ALPHA, Adapted, Profile, RANK, TaskSizes, scaled_layers};
use crate::cli::{Console, Interrupt};
use crate::device::OnDevice;
use crate::hash::{Hash, check, seal};
use crate::output::Output;
use crate::settings::{AdapterChoice, DataChoice, MachineChoice, ModelChoice};
use crate::source::{Prepared, Rows, Sample};
use crate::train::{Collect, Row, Setup, Stage, Watched};
use crate::{Result, system};

/// What is wanted of a training run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Wanted {
    /// The end, of the full model and of its linearization.
    Both,
    /// The end, of the full model.
    Full,
    /// Every epoch of the full model.
    FullByEpoch,
}

/// The runs of one model on one task with one seed: they share everything but λ.
pub(crate) struct Group<'a> {
    pub(crate) profile: &'a Profile,
    pub(crate) task: &'a TaskSizes,
    pub(crate) adapted: &'a Adapted,
    pub(crate) rule: Rule,
    pub(crate) seed: u64,
    pub(crate) model: &'a str,
    pub(crate) data: Option<&'a Path>,
    pub(crate) machine: &'a MachineChoice,
    /// The folder of the runs' files.
    pub(crate) dir: &'a Path,
}

/// A training run, as its file has it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Trained {
    /// The trajectory's last row.
    pub(crate) last: Row,
    /// The trajectory by epochs, where it was wanted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) epochs: Vec<Row>,
    /// Seconds.
    pub(crate) seconds: f64,
    /// Rows that it was trained on; files of earlier versions do not say.
    #[serde(default)]
    pub(crate) examples: Option<usize>,
}

impl Group<'_> {
    pub(crate) fn prepared(&self, console: &Console) -> Result<Prepared> {
        let layers = |depth| scaled_layers(self.adapted.layers, depth);
        let model = |layers| ModelChoice {
            model: self.model.to_owned(),
            adapter: AdapterChoice::New {
                layers: Some(layers),
                targets: self
                    .adapted
                    .targets
                    .iter()
                    .map(|t| (*t).to_owned())
                    .collect(),
                rank: RANK,
                alpha: ALPHA,
                rslora: false,
            },
        };
        let depth = crate::source::depth(self.model, console.is_quiet())?;
        let data = DataChoice {
            task: self.task.task.to_owned(),
            data: self.folder(),
            text: None,
            label: None,
            regression: false,
            sampling: tangent_datasets::Sampling::Plain,
            max_length: self.task.max_length,
            bad_rows: tangent_datasets::BadRows::Refuse,
            seed: self.seed,
        };
        let Profile {
            train_n, eval_n, ..
        } = *self.profile;
        Prepared::load(
            &model(layers(depth)),
            &data,
            Rows::at_most(train_n.unwrap_or(usize::MAX)),
            eval_n,
            &console.quieted(),
        )
    }

    pub(crate) fn recipe(&self, lambda: f64) -> Recipe {
        self.profile.recipe(self.task, self.rule, lambda, self.seed)
    }

    fn folder(&self) -> Option<PathBuf> {
        Some(self.data?.join(self.task.folder?))
    }

    /// The file of one run, by everything that decides its numbers.
    pub(super) fn file(&self, prepared: &Prepared, what: &Value) -> PathBuf {
        let Prepared {
            source, adapter, ..
        } = prepared;
        let modules: Vec<String> = adapter.targets.iter().map(Target::name).collect();
        let examples = |sample: &Sample| {
            let record = sample.record();
            serde_json::json!({"tokens": record.tokens_sha256, "labels": record.labels})
        };
        let facts = serde_json::json!({
            "what": what,
            "model": source.config,
            "weights": source.weights.sha256(),
            "adapter": adapter.config,
            "modules": modules,
            "seed": self.seed,
            "precision": self.machine.precision,
            "train": examples(&prepared.train),
            "eval": examples(&prepared.eval),
            "versions": system::versions(),
        });
        let mut hash = Hash::default();
        hash.update(facts.to_string().as_bytes());
        self.dir.join(format!("{}.json", &hash.hex()[..24]))
    }

    /// Trains at every λ; what is there is read.
    pub(crate) fn train(
        &self,
        lambdas: &[f64],
        wanted: Wanted,
        console: &Console,
        interrupt: &Interrupt,
    ) -> Result<Vec<Trained>> {
        let prepared = self.prepared(console)?;
        let file = |lambda: &f64| {
            let what = serde_json::json!({"train": self.recipe(*lambda), "wanted": wanted});
            self.file(&prepared, &what)
        };
        let files: Vec<PathBuf> = lambdas.iter().map(file).collect();
        if files.iter().any(|file| read_run::<Trained>(file).is_none()) {
            let job = Sweep {
                group: self,
                prepared: &prepared,
                runs: &lambdas
                    .iter()
                    .copied()
                    .zip(files.clone())
                    .collect::<Vec<_>>(),
                wanted,
                console,
                interrupt,
            };
            self.machine.device.run(self.machine.precision, job)?;
        }
        let found = files
            .iter()
            .map(|file| read_run(file).expect("it was there, or has just been written"));
        Ok(found.collect())
    }
}

/// A run's file, if it is there, whole and not edited. What is a list has no field for a seal, and is taken as it is.
pub(super) fn read_run<T: DeserializeOwned>(file: &Path) -> Option<T> {
    let run: Value = serde_json::from_slice(&fs::read(file).ok()?).ok()?;
    match check(&run) {
        None if run.is_object() => None,
        Some(false) => None,
        _ => serde_json::from_value(run).ok(),
    }
}

/// Writes a run's file, sealed where it has fields.
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
    wanted: Wanted,
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
            linearized: self.wanted == Wanted::Both,
            memory: super::ROWS_OF_J,
            rows_kept: None,
        };
        let monitor = Monitor::silent().with_cancel(self.interrupt.flag());
        let stage = Stage::new(self.prepared, &model, setup, &monitor)?;
        let by_epoch = self.wanted == Wanted::FullByEpoch;
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
