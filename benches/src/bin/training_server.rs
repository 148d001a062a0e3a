//! Training as a server process: it loads a model, classes and sentences once, and on request goes through the
//! sentences in batches, always from the same start, in turn with other methods.
//!
//! First it prints the batches. Then it reads standard input line by line and answers each line with one line of JSON.
//! NAME is `full`, `linearized, rows kept` or `linearized, rows recomputed`. The requests are `load NAME` (once, before
//! the others: the seconds to make the model ready, the seconds of one pass, and the peak memory of both above that
//! before), `run NAME` (the seconds of one pass), `save NAME` (writes the parameters at the end of a pass to the file
//! of `--parameters`), `floor` (the seconds of the matrix products of a pass of the full model) and `rate` (the rate of
//! a large product). The process ends at the end of the input.

use std::collections::BTreeMap;
use std::error::Error;
use std::io::BufRead;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use clap::Parser;
use serde_json::{Value, json};
use tangent_benches::floor::{self, Products};
use tangent_benches::job::Job;
use tangent_benches::memory::peak_above_start;
use tangent_benches::{order, tensors};
use tangent_linearize::optimiser::Schedule;
use tangent_linearize::pull::Rule;
use tangent_linearize::train::{Recipe, Stepping, Trainer};
use tangent_linearize::{
    Full, FullOptions, Linearized, LinearizedOptions, Objective, Predictor, Targets,
};
use tangent_lora::layers::Reduction;
use tangent_ntk_core::{Model, Monitor, Readout, batches};

/// Trains a model and its linearization whenever standard input requests it.
#[derive(Parser)]
struct Arguments {
    /// Folder of the checkpoint.
    #[arg(long)]
    model: PathBuf,
    /// Folder of the adapter, in PEFT's format.
    #[arg(long)]
    adapter: PathBuf,
    /// Token ids: a JSON list of lists.
    #[arg(long)]
    tokens: PathBuf,
    /// Classes: a JSON list.
    #[arg(long)]
    labels: PathBuf,
    /// Number of examples in a step.
    #[arg(long, default_value_t = 32)]
    batch: usize,
    /// Learning rate.
    #[arg(long, default_value_t = 4e-4)]
    rate: f64,
    /// Seed of the order of the examples.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Number of worker threads.
    #[arg(long, default_value_t = 2)]
    threads: usize,
    /// File that `save` writes.
    #[arg(long)]
    parameters: PathBuf,
}

/// How all models are trained.
struct Training {
    targets: Targets,
    recipe: Recipe,
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::parse();
    tangent_benches::keep_pages();
    let job = Job::load(
        &arguments.model,
        &arguments.adapter,
        &arguments.tokens,
        Readout::Full,
        arguments.threads,
    )?;
    let labels = serde_json::from_str(&std::fs::read_to_string(&arguments.labels)?)?;
    let training = Training {
        targets: Targets::Classes(labels),
        recipe: Recipe {
            objective: Objective::CrossEntropy,
            rule: Rule::None,
            optimiser: Stepping::AdamW { weight_decay: 0.0 },
            rate: arguments.rate,
            schedule: Schedule::Constant,
            batch: arguments.batch,
            epochs: 1,
            seed: arguments.seed,
            ..Recipe::default()
        },
    };
    let steps = order::batches(training.recipe, &training.targets, job.model.outputs())?;
    println!("{}", json!({ "batches": steps }));
    let mut models = BTreeMap::new();
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let (word, name) = line.trim().split_once(' ').unwrap_or((line.trim(), ""));
        let answer = match word {
            "floor" => floor_of(&job, &steps),
            "rate" => json!({ "gflop_per_s": floor::rate(arguments.threads) }),
            "load" => {
                let (answer, model) = load(&job, name, &training)?;
                models.insert(name.to_owned(), model);
                answer
            }
            "run" => {
                let (seconds, _) = training.pass(loaded(&models, name)?)?;
                json!({ "seconds": seconds.as_secs_f64() })
            }
            "save" => {
                let (_, theta) = training.pass(loaded(&models, name)?)?;
                save(&job, &theta, &arguments.parameters)?;
                json!({ "saved": arguments.parameters })
            }
            other => {
                return Err(format!("`{other}` is not load, run, save, floor or rate").into());
            }
        };
        println!("{answer}");
    }
    Ok(())
}

impl Training {
    /// Returns the time of all steps of one model, and its parameters after them.
    fn pass(&self, model: &dyn Predictor) -> tangent_linearize::Result<(Duration, Vec<f64>)> {
        let mut trainer = Trainer::new(model, &self.targets, self.recipe)?;
        let clock = Instant::now();
        while trainer.step()?.is_some() {}
        Ok((clock.elapsed(), trainer.theta().to_vec()))
    }
}

type Loaded<'a> = Box<dyn Predictor + 'a>;

fn loaded<'a>(
    models: &'a BTreeMap<String, Loaded<'_>>,
    name: &str,
) -> Result<&'a dyn Predictor, String> {
    let model = models.get(name).map(Box::as_ref);
    model.ok_or_else(|| format!("`{name}` has not been loaded"))
}

/// Makes a model ready for its steps and runs one pass.
fn load<'a>(
    job: &'a Job,
    name: &str,
    training: &Training,
) -> Result<(Value, Loaded<'a>), Box<dyn Error>> {
    tangent_benches::give_back_pages();
    let clock = Instant::now();
    let work = || -> tangent_linearize::Result<_> {
        let model = predictor(job, name)?;
        let of_load = clock.elapsed();
        let (of_pass, _) = training.pass(model.as_ref())?;
        Ok((model, of_load, of_pass))
    };
    let (result, bytes) = peak_above_start(work);
    let (model, of_load, of_pass) = result?;
    let answer = json!({
        "seconds_to_load": of_load.as_secs_f64(),
        "seconds": of_pass.as_secs_f64(),
        "peak_mib": bytes >> 20,
    });
    Ok((answer, model))
}

/// Returns the full model, or the linearized model in one of its two modes.
fn predictor<'a>(job: &'a Job, name: &str) -> tangent_linearize::Result<Loaded<'a>> {
    let (model, examples, threads) = (&job.model, &job.examples, job.options.threads);
    if name == "full" {
        let options = FullOptions {
            threads,
            ..FullOptions::default()
        };
        return Ok(Box::new(Full::new(model, examples, options)?));
    }
    let options = LinearizedOptions {
        threads,
        memory: (name == "linearized, rows recomputed").then_some(0),
        ..LinearizedOptions::default()
    };
    Ok(Box::new(Linearized::new(
        model,
        examples,
        options,
        &Monitor::silent(),
    )?))
}

/// Writes the parameters block by block.
fn save(job: &Job, theta: &[f64], path: &Path) -> std::io::Result<()> {
    let mut rest = theta;
    let blocks = job.model.blocks().iter().map(|block| {
        let (here, after) = rest.split_at(block.parameters);
        rest = after;
        (block.name.as_str(), vec![block.parameters], here.to_vec())
    });
    tensors::save(path, blocks)
}

/// Returns the floor of the full model's gradients in all steps.
fn floor_of(job: &Job, steps: &[Vec<usize>]) -> Value {
    let mut products = Products::new();
    for step in steps {
        let sizes: Vec<usize> = step.iter().map(|&i| job.examples[i].tokens()).collect();
        for batch in batches(&sizes, FullOptions::default().batch) {
            let lengths: Vec<usize> = batch.iter().map(|&i| sizes[i]).collect();
            let (config, targets) = (job.model.config(), job.model.targets());
            for (shape, times) in floor::of_batch(config, targets, &lengths, Reduction::Sum) {
                *products.entry(shape).or_default() += times;
            }
        }
    }
    floor::report(&products, job.options.threads)
}
