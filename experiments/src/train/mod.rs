//! `tangent train`: the full model and its exact linearization, trained side by side.

mod checkpoint;
mod config;
mod figure;
mod record;
mod row;
mod session;
mod settings;
mod stage;
mod table;
mod trajectory;

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Instant, SystemTime};

use burn::tensor::{DType, backend::Backend};
use tangent_datasets::Target;
use tangent_linearize::Objective;
use tangent_linearize::train::Recipe;
use tangent_lora::adapter::Adapter;
use tangent_ntk_core::{Block, Model, Monitor};

pub use config::Config;
pub use record::{FORMAT, Times, TrainResult};
pub use row::{Row, Watched};
pub use settings::{Args, OptimiserName, ScheduleName};
pub use stage::{Setup, Stage, States, Watch};

use crate::cli::{Console, Interrupt};
use crate::device::OnDevice;
use crate::hash::Hash;
use crate::kernel::ModelRecord;
use crate::output::Output;
use crate::source::Prepared;
use crate::{Error, Result, plot, system};
use session::Session;

/// Runs the command.
///
/// # Errors
/// Whatever is wrong with the settings, the model or the data; a checkpoint of another run; divergence; results that
/// cannot be written; an interruption, after which the same command goes on.
pub fn run(args: &Args, console: &Console, interrupt: &Interrupt) -> Result<()> {
    let config = Config::new(args)?;
    let (started, clock) = (SystemTime::now(), Instant::now());
    let mut output = Output::open(&config.output)?;
    let prepared = Prepared::load(
        &config.model,
        &config.data,
        config.train_n,
        config.eval_n,
        console,
    )?;
    let config = with_objective(config, &prepared.target)?;
    let run_sha256 = run_sha256(&config, &prepared)?;
    let job = Job {
        config: &config,
        prepared: &prepared,
        run: &run_sha256,
        console,
        interrupt: interrupt.deferred(),
        load_seconds: clock.elapsed().as_secs_f64(),
    };
    let trained = config.machine.device.run(config.machine.precision, job)?;
    let rows = &trained.rows;
    let last = *rows.last().expect("a run is observed at its end");
    let title = format!(
        "{}, {}, λ = {}",
        config.model.model, config.data.task, config.recipe.lambda
    );
    let charts = figure::charts(&title, rows);
    let mut files = BTreeMap::from([
        (
            trajectory::FILE.to_owned(),
            "a row for every observed step".to_owned(),
        ),
        ("trajectory.parquet".to_owned(), "the same".to_owned()),
        (
            "adapter/adapter_config.json".to_owned(),
            "the trained adapter, for PEFT".to_owned(),
        ),
        (
            "adapter/adapter_model.safetensors".to_owned(),
            "its tensors".to_owned(),
        ),
    ]);
    for (name, chart) in &charts {
        for ending in ["svg", "png"] {
            files.insert(format!("{name}.{ending}"), chart.title.clone());
        }
    }
    let result = TrainResult {
        format: FORMAT,
        run_sha256,
        model: ModelRecord::of(
            &prepared.source,
            &prepared.adapter,
            &prepared.head,
            trained.blocks,
        ),
        target: prepared.target.clone(),
        metric: prepared.metric,
        train: prepared.train.record(),
        eval: prepared.eval.record(),
        parameters: trained.parameters,
        steps: last.step,
        watched: trained.watched,
        rows_kept: trained.rows_kept,
        last,
        files,
        versions: system::versions(),
        machine: system::machine(),
        times: Times {
            started: humantime::format_rfc3339_seconds(started).to_string(),
            peak_memory: system::peak_memory(),
            threads: config.machine.threads,
            ..trained.times
        },
        config,
    };
    output.written_by("trajectory.parquet", |path| {
        trajectory::write_parquet(rows, path)
    })?;
    for (name, chart) in &charts {
        for ending in ["svg", "png"] {
            output.written_by(&format!("{name}.{ending}"), |path| plot::draw(chart, path))?;
        }
    }
    write_adapter(&trained.adapter, &prepared, &mut output)?;
    output.file("result.json", |out| {
        serde_json::to_writer_pretty(&mut *out, &result)?;
        out.write_all(b"\n")
    })?;
    let dir = output.dir().to_owned();
    output.commit()?;
    checkpoint::remove(&dir);
    console.result(&result, || table::table(&result));
    console.note(format_args!("results in {}", dir.display()));
    Ok(())
}

/// The configuration with the objective that suits the task where none was asked for.
fn with_objective(mut config: Config, target: &Target) -> Result<Config> {
    config.recipe.objective = match (config.objective, target) {
        (Some(Objective::CrossEntropy), Target::Score) => {
            return Err(crate::settings::refused(
                "objective",
                "cross_entropy needs classes, and the labels of this task are numbers; use squared",
            ));
        }
        (Some(asked), _) => asked,
        (None, Target::Score) => Objective::Squared,
        (None, Target::Classes(_)) => Objective::CrossEntropy,
    };
    Ok(config)
}

/// Everything that decides the numbers of a run.
fn run_sha256(config: &Config, prepared: &Prepared) -> Result<String> {
    let mut hash = Hash::default();
    let facts = serde_json::json!({
        "format": FORMAT,
        "config": config,
        "weights": prepared.source.weights.sha256(),
        "adapter": crate::kernel::adapter_sha256(&prepared.adapter),
        "train": prepared.train.record(),
        "eval": prepared.eval.record(),
        "versions": system::versions(),
    });
    hash.update(facts.to_string().as_bytes());
    Ok(hash.hex())
}

fn write_adapter(adapter: &Adapter, prepared: &Prepared, output: &mut Output) -> Result<()> {
    let staged = tempdir_beside(output.dir());
    adapter.save(&staged, &prepared.source.config)?;
    let copied = ["adapter_config.json", "adapter_model.safetensors"]
        .into_iter()
        .try_for_each(|name| {
            output.written_by(&format!("adapter/{name}"), |path| {
                std::fs::copy(staged.join(name), path).map(|_| ())
            })
        });
    // What cannot be removed is in nobody's way.
    let _ = std::fs::remove_dir_all(&staged);
    copied
}

fn tempdir_beside(dir: &Path) -> std::path::PathBuf {
    dir.join(format!(".adapter-{}", std::process::id()))
}

/// What a run comes to.
struct Trained {
    blocks: Vec<Block>,
    parameters: usize,
    watched: Watched,
    rows_kept: Option<bool>,
    rows: Vec<Row>,
    adapter: Adapter,
    times: Times,
}

/// A run on whichever backend.
struct Job<'a> {
    config: &'a Config,
    prepared: &'a Prepared,
    run: &'a str,
    console: &'a Console,
    interrupt: &'a Interrupt,
    load_seconds: f64,
}

impl OnDevice for Job<'_> {
    type Output = Trained;

    fn on<B: Backend>(self, device: &B::Device, dtype: DType) -> Result<Trained> {
        let Self {
            config, prepared, ..
        } = self;
        let clock = Instant::now();
        let model = prepared.classifier::<B>(config.head, device, dtype)?;
        let setup = Setup {
            threads: config.machine.threads,
            dropout: config.dropout,
            linearized: config.linearized,
            // Half of what there is: the model and its passes need the rest.
            memory: config.machine.budget() / 2,
        };
        let monitor = Monitor::silent().with_cancel(self.interrupt.flag());
        let stage = Stage::new(prepared, &model, setup, &monitor)?;
        let setup_seconds = clock.elapsed().as_secs_f64();

        let watched = watched(config, &config.recipe);
        let steps = config.recipe.steps(config.train_n);
        let clock = Instant::now();
        let mut session = Session::open(
            &config.output,
            self.run,
            config.restart,
            config
                .checkpoint_every
                .unwrap_or_else(|| config.recipe.steps_per_epoch(config.train_n)),
            self.console.bar("training", "steps", steps as u64),
            self.interrupt,
        )?;
        let from = session.states()?;
        let resumed_from = from.as_ref().map(|states| states.full.step);
        if let Some(step) = resumed_from {
            self.console.note(format_args!(
                "going on from the checkpoint of step {step} of {steps}"
            ));
        }
        let states = stage.run(config.recipe, watched, from, &mut session)?;
        let trained = tangent_ntk_core::Trainable::at(&model, &states.full.theta);
        Ok(Trained {
            blocks: model.blocks().to_vec(),
            parameters: stage.parameters(),
            watched,
            rows_kept: stage.keeps_rows(),
            rows: session.into_rows(),
            adapter: trained.adapter(&prepared.adapter),
            times: Times {
                started: String::new(),
                resumed_from,
                load_seconds: self.load_seconds,
                setup_seconds,
                train_seconds: clock.elapsed().as_secs_f64(),
                peak_memory: None,
                threads: 0,
            },
        })
    }
}

fn watched(config: &Config, recipe: &Recipe) -> Watched {
    Watched {
        every: config
            .observe_every
            .unwrap_or_else(|| recipe.steps_per_epoch(config.train_n)),
        train_n: config.observe_n,
        kernel_n: config.kernel_n,
    }
}

impl From<tangent_linearize::Error> for Error {
    fn from(error: tangent_linearize::Error) -> Self {
        match error {
            tangent_linearize::Error::Model(model) => model.into(),
            other => Self::Dynamics(other),
        }
    }
}
