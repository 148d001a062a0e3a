//! `tangent train`: trains the full model and its exact linearization side by side.

mod bounds;
mod checkpoint;
mod collect;
mod config;
mod figure;
mod job;
mod record;
mod results;
mod session;
mod settings;
mod table;
mod trajectory;

use std::time::{Instant, SystemTime};

pub use bounds::Bounds;
pub use collect::Collect;
pub use config::Config;
pub use job::Trained;
pub use record::{FORMAT, Times, TrainResult};
pub use settings::{Args, OptimiserName, ScheduleName};

use tangent_datasets::Split;
use tangent_linearize::Error::Diverged;
use tangent_linearize::train::Row;

use job::{Job, Planned};
use session::Session;
use tangent_base::cli::{Console, Count, Interrupt};
use tangent_base::output::Output;
use tangent_base::record::{ModelRecord, Provenance};
use tangent_base::source::{Prepared, SampleSize, TaskSource, Wanted};
use tangent_base::{Error, Result, system};
use tangent_record::Hash;

/// Runs the command.
///
/// # Errors
/// The settings, the model or the data are invalid; the checkpoint belongs to another run; divergence; results cannot
/// be written; an interruption, after which the same command resumes the run.
pub fn run(args: &Args, console: &Console, interrupt: &Interrupt) -> Result<()> {
    let config = Config::new(args)?;
    TaskSource::of(&config.data)?;
    let began = (SystemTime::now(), Instant::now());
    let mut output = Output::open(&config.output)?;
    let (config, prepared) = prepare(config, console)?;
    let load_seconds = began.1.elapsed().as_secs_f64();
    let run_sha256 = run_sha256(&config, &prepared);
    let planned = Planned::new(&config, &prepared);
    let interrupt = interrupt.deferred();
    let (mut session, from) = Session::open(
        &config.output,
        &run_sha256,
        config.restart,
        planned,
        console.bar("training", "steps", planned.steps as u64),
        interrupt,
    )?;
    let resumed_from = from.as_ref().map(|states| states.full.step);
    if let Some(step) = resumed_from {
        console.note(format_args!(
            "resuming from the checkpoint of step {step} of {}",
            planned.steps
        ));
    }
    let job = Job {
        config: &config,
        prepared: &prepared,
        watched: planned.watched,
        from,
        watch: &mut session,
        cancel: interrupt.flag(),
        rows: planned.rows_until(planned.steps),
        console,
    };
    let trained = config.machine.device.run(config.machine.precision, job);
    let trained = trained.map_err(|error| match (error, session.checkpoint()) {
        (Error::Dynamics(source @ Diverged { .. }), Some((step, dir))) => {
            Error::DivergedAfter { source, step, dir }
        }
        (error, _) => error,
    })?;
    let times = Times {
        resumed_from,
        load_seconds,
        setup_seconds: trained.setup_seconds,
        train_seconds: trained.train_seconds,
        peak_memory: system::peak_memory(),
        threads: config.machine.threads,
    };
    let charts = figure::charts(
        &config,
        session.rows(),
        (planned.watched.train_n, prepared.eval.sequences.len()),
        trained.bounds.as_ref(),
    );
    let last = session.rows().last();
    let result = TrainResult {
        format: FORMAT,
        run_sha256: run_sha256.clone(),
        model: ModelRecord::of(&prepared, trained.blocks),
        target: prepared.target.clone(),
        metric: prepared.measure.metric,
        train: prepared.train.record(),
        eval: prepared.eval.record(),
        parameters: trained.parameters,
        steps: planned.steps,
        watched: planned.watched,
        rows_kept: trained.states.rows_kept,
        bounds: trained.bounds,
        last: *last.expect("a run is observed at its end"),
        files: results::contents(&charts),
        times,
        provenance: Provenance::of_process(config, began, console.warnings()),
    };
    let written = results::write(
        &result,
        &charts,
        &session,
        &trained.adapter,
        &prepared.source.config,
        &mut output,
    )?;
    let dir = output.dir().to_owned();
    output.supersede_earlier();
    console.allow_warnings()?;
    output.commit()?;
    session.finish();
    console.result(&written, || table::table(&result))?;
    console.note(format_args!("results in {}", dir.display()));
    Ok(())
}

/// Trains without writing any file. Returns the trajectory and the outcome.
///
/// # Errors
/// As [`run`].
pub fn train(
    config: Config,
    console: &Console,
    interrupt: &Interrupt,
) -> Result<(Vec<Row>, Trained)> {
    let (config, prepared) = prepare(config, console)?;
    let mut watch = Collect::new(interrupt);
    let planned = Planned::new(&config, &prepared);
    let job = Job {
        config: &config,
        prepared: &prepared,
        watched: planned.watched,
        from: None,
        watch: &mut watch,
        cancel: interrupt.deferred().flag(),
        rows: planned.rows_until(planned.steps),
        console,
    };
    let trained = config.machine.device.run(config.machine.precision, job)?;
    Ok((watch.rows, trained))
}

/// The default number of training examples.
const TRAIN_N: usize = 1000;

fn prepare(config: Config, console: &Console) -> Result<(Config, Prepared)> {
    let prepared = Prepared::load(
        &config.model,
        &config.data,
        Wanted {
            split: Split::Train,
            train: SampleSize::asked(config.train_n, TRAIN_N),
            eval: match config.eval_n {
                Count::All => SampleSize::AtMost(usize::MAX),
                Count::Exactly(n) => SampleSize::AtMost(n),
            },
        },
        console,
    )?;
    let config = config.for_task(&prepared.target)?;
    Ok((config, prepared))
}

/// Returns the hash of everything that determines the numbers of a run.
fn run_sha256(config: &Config, prepared: &Prepared) -> String {
    let facts = serde_json::json!({
        "format": FORMAT,
        "config": config,
        "weights": prepared.source.weights.sha256(),
        "adapter": tangent_base::record::adapter_sha256(&prepared.adapter),
        "head": prepared.adapter.head,
        "train": prepared.train.record(),
        "eval": prepared.eval.record(),
        "versions": system::versions(),
    });
    let mut hash = Hash::default();
    hash.update(facts.to_string().as_bytes());
    hash.hex()
}
