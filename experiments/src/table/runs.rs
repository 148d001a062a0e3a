//! The runs that tables are made of: each a file of its own, made once.

use std::fs;
use std::path::{Path, PathBuf};

use burn::tensor::{DType, backend::Backend};
use nalgebra::DMatrix;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tangent_linearize::lipschitz::{InputProtocol, draw_pairs, input_lipschitz};
use tangent_linearize::pull::Rule;
use tangent_linearize::{Full, FullOptions};
use tangent_lora::{Batch, Classifier, Sequence};
use tangent_ntk_core::Monitor;

use super::profile::{ALPHA, Profile, RANK, TaskSizes, scaled_layers};
use crate::cli::{Console, Interrupt};
use crate::device::OnDevice;
use crate::hash::Hash;
use crate::output::Output;
use crate::settings::{AdapterChoice, DataChoice, MachineChoice, ModelChoice};
use crate::source::Prepared;
use crate::train::{Collect, Row, Setup, Stage, Watched};
use crate::{Result, system};

/// Which modules a run adapts, in the paper's words: layers of twelve and the ends of module names.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Adapted {
    pub(super) layers: &'static [usize],
    pub(super) targets: &'static [&'static str],
}

/// The runs of one model on one task with one seed: they share everything but λ.
pub(super) struct Group<'a> {
    pub(super) profile: &'a Profile,
    pub(super) task: &'a TaskSizes,
    pub(super) adapted: &'a Adapted,
    pub(super) rule: Rule,
    pub(super) seed: u64,
    pub(super) model: &'a str,
    pub(super) data: Option<&'a Path>,
    pub(super) machine: &'a MachineChoice,
    /// The folder of the runs' files.
    pub(super) dir: &'a Path,
}

/// A training run, as its file has it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Trained {
    /// The trajectory's last row.
    pub(super) last: Row,
    /// Parameters that were trained.
    pub(super) parameters: usize,
    /// Seconds.
    pub(super) seconds: f64,
}

/// A ring of Algorithm 1, as its file has it.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) struct Ring {
    pub(super) r: f64,
    pub(super) l_avg: f64,
    pub(super) l_upper: f64,
}

impl Group<'_> {
    fn prepared(&self, console: &Console) -> Result<Prepared> {
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
        Prepared::load(&model(layers(depth)), &data, train_n, eval_n, console)
    }

    fn folder(&self) -> Option<PathBuf> {
        Some(self.data?.join(self.task.folder?))
    }

    /// The file of one run, by everything that decides its numbers.
    fn file(&self, prepared: &Prepared, what: &Value) -> PathBuf {
        let facts = serde_json::json!({
            "what": what,
            "adapted": self.adapted,
            "task": self.task,
            "rule": self.rule,
            "seed": self.seed,
            "epochs": self.profile.epochs,
            "precision": self.machine.precision,
            "weights": prepared.source.weights.sha256(),
            "train": prepared.train.record(),
            "eval": prepared.eval.record(),
            "versions": system::versions(),
        });
        let mut hash = Hash::default();
        hash.update(facts.to_string().as_bytes());
        self.dir.join(format!("{}.json", &hash.hex()[..24]))
    }

    /// Trains at every λ, the linearized model beside where it is wanted; what is there is read.
    pub(super) fn train(
        &self,
        lambdas: &[f64],
        linearized: bool,
        console: &Console,
        interrupt: &Interrupt,
    ) -> Result<Vec<Trained>> {
        let prepared = self.prepared(console)?;
        let file = |lambda: &f64| {
            let what = serde_json::json!({"train": lambda, "linearized": linearized});
            self.file(&prepared, &what)
        };
        let files: Vec<PathBuf> = lambdas.iter().map(file).collect();
        if files.iter().any(|file| read::<Trained>(file).is_none()) {
            let job = Sweep {
                group: self,
                prepared: &prepared,
                runs: &lambdas
                    .iter()
                    .copied()
                    .zip(files.clone())
                    .collect::<Vec<_>>(),
                linearized,
                console,
                interrupt,
            };
            self.machine.device.run(self.machine.precision, job)?;
        }
        let found = files
            .iter()
            .map(|file| read(file).expect("it was there, or has just been written"));
        Ok(found.collect())
    }

    /// Algorithm 1 up to `max_radius`; what is there is read.
    pub(super) fn rings(
        &self,
        max_radius: f64,
        pairs: usize,
        console: &Console,
        interrupt: &Interrupt,
    ) -> Result<Vec<Ring>> {
        let prepared = self.prepared(console)?;
        let what = serde_json::json!({
            "rings": max_radius, "pairs": pairs, "models": self.profile.models, "sentences": self.profile.sentences,
        });
        let file = self.file(&prepared, &what);
        if let Some(rings) = read(&file) {
            return Ok(rings);
        }
        let job = Rings {
            group: self,
            prepared: &prepared,
            max_radius,
            pairs,
            console,
            interrupt,
        };
        let rings = self.machine.device.run(self.machine.precision, job)?;
        write(&file, &rings)?;
        Ok(rings)
    }
}

/// A run's file, if it is there and whole.
fn read<T: for<'de> Deserialize<'de>>(file: &Path) -> Option<T> {
    serde_json::from_slice(&fs::read(file).ok()?).ok()
}

fn write<T: Serialize>(file: &Path, run: &T) -> Result<()> {
    let (dir, name) = (file.parent(), file.file_name());
    let (Some(dir), Some(name)) = (dir, name.and_then(|name| name.to_str())) else {
        unreachable!("runs are files in a folder");
    };
    let mut output = Output::open(dir)?;
    output.file(name, |out| {
        serde_json::to_writer_pretty(&mut *out, run)?;
        out.write_all(b"\n")
    })?;
    output.commit()
}

struct Sweep<'a> {
    group: &'a Group<'a>,
    prepared: &'a Prepared,
    runs: &'a [(f64, PathBuf)],
    linearized: bool,
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
            linearized: self.linearized,
            memory: group.machine.budget() / 2,
            rows_kept: None,
        };
        let monitor = Monitor::silent().with_cancel(self.interrupt.flag());
        let stage = Stage::new(self.prepared, &model, setup, &monitor)?;
        let watched = Watched {
            every: usize::MAX,
            train_n: 200.min(self.prepared.train.sequences.len()),
            kernel_n: 0,
        };
        let name = format!("{}, seed {}", group.task.task, group.seed);
        let bar = self.console.bar(&name, "runs", self.runs.len() as u64);
        for (lambda, file) in self.runs {
            if read::<Trained>(file).is_none() {
                let clock = std::time::Instant::now();
                let recipe = group
                    .profile
                    .recipe(group.task, group.rule, *lambda, group.seed);
                let mut watch = Collect::new(self.interrupt);
                stage.run(recipe, watched, None, &mut watch)?;
                let run = Trained {
                    last: *watch.rows.last().expect("a run is observed at its end"),
                    parameters: stage.parameters(),
                    seconds: clock.elapsed().as_secs_f64(),
                };
                write(file, &run)?;
            }
            bar.inc(1);
        }
        bar.finish_and_clear();
        Ok(())
    }
}

struct Rings<'a> {
    group: &'a Group<'a>,
    prepared: &'a Prepared,
    max_radius: f64,
    pairs: usize,
    console: &'a Console,
    interrupt: &'a Interrupt,
}

/// Radii of Algorithm 1.
const RADII: usize = 10;

impl OnDevice for Rings<'_> {
    type Output = Vec<Ring>;

    fn on<B: Backend>(self, device: &B::Device, dtype: DType) -> Result<Vec<Ring>> {
        let Group {
            profile,
            machine,
            seed,
            ..
        } = self.group;
        let model = self.prepared.classifier::<B>(true, device, dtype)?;
        let sequences = self.distinct();
        let options = FullOptions {
            threads: machine.threads,
            ..FullOptions::default()
        };
        let full = Full::new(&model, &sequences, options)?;
        let inputs = means(&model, &sequences);
        let pairs = draw_pairs(sequences.len(), self.pairs, *seed)?;
        let protocol = InputProtocol {
            max_radius: self.max_radius,
            radii: RADII,
            models: profile.models,
            seed: *seed,
        };
        let bar = self
            .console
            .bar("Algorithm 1", "models", (RADII * profile.models) as u64);
        let progress = |done: usize, total: usize| {
            bar.set_length(total as u64);
            bar.set_position(done as u64);
        };
        let monitor = Monitor::silent()
            .with_progress(&progress)
            .with_cancel(self.interrupt.flag());
        let rings = input_lipschitz(&full, &pairs, &inputs, &protocol, &monitor)?;
        bar.finish_and_clear();
        let ring = |ring: tangent_linearize::lipschitz::InputRing| Ring {
            r: ring.radius,
            l_avg: ring.average,
            l_upper: ring.upper,
        };
        Ok(rings.into_iter().map(ring).collect())
    }
}

impl Rings<'_> {
    /// The first so many training sentences that differ from all before: two equal ones have no distance.
    fn distinct(&self) -> Vec<Sequence> {
        let mut seen = std::collections::BTreeSet::new();
        let encoded = self
            .prepared
            .train
            .encoded
            .iter()
            .zip(&self.prepared.train.sequences);
        encoded
            .filter(|(encoded, _)| seen.insert(encoded.ids.clone()))
            .map(|(_, sequence)| sequence.clone())
            .take(self.group.profile.sentences)
            .collect()
    }
}

/// x: the mean over an example's tokens of what the embedding layer gives, `[n, h]`.
fn means<B: Backend>(model: &Classifier<B>, sequences: &[Sequence]) -> DMatrix<f64> {
    let batch = Batch::new(&sequences.iter().collect::<Vec<_>>());
    let states = model.encoder().embeddings.forward(&batch);
    let h = states.dims()[1];
    let mut rows = Vec::with_capacity(sequences.len() * h);
    for range in batch.spans().ranges() {
        let mean = states.clone().slice([range, 0..h]).mean_dim(0);
        rows.extend(mean.into_data().iter::<f64>());
    }
    DMatrix::from_row_slice(sequences.len(), h, &rows)
}
