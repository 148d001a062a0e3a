//! Prints, as JSON, the seconds that the gradient flow of the linearized model takes by its kernel alone: the kernel,
//! its decomposition, the outputs at every requested time, and as many steps of gradient descent in kernel space.

use std::error::Error;
use std::path::PathBuf;
use std::time::Instant;

use clap::Parser;
use nalgebra::DVector;
use serde_json::json;
use tangent_benches::job::Job;
use tangent_benches::tensors;
use tangent_linearize::optimiser::Schedule;
use tangent_linearize::pull::Rule;
use tangent_linearize::train::{KernelSpace, Recipe, Stepping, Trainer};
use tangent_linearize::{GradientFlow, Objective, Targets};
use tangent_ntk_core::Readout;
use tangent_spectral::extremes;

/// Times gradient flow in closed form, and gradient descent in kernel space.
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
    /// Classes, 0 or 1: a JSON list.
    #[arg(long)]
    labels: PathBuf,
    /// Number of times at which the flow is evaluated, and of steps of gradient descent.
    #[arg(long, default_value_t = 1000)]
    steps: usize,
    /// Number of worker threads for the kernel.
    #[arg(long, default_value_t = 2)]
    threads: usize,
    /// File to write the kernel, the start, the targets and the outputs at the last time to.
    #[arg(long)]
    save: PathBuf,
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::parse();
    tangent_benches::keep_pages();
    let job = Job::load(
        &arguments.model,
        &arguments.adapter,
        &arguments.tokens,
        Readout::Margin,
        arguments.threads,
    )?;
    let labels: Vec<f64> = serde_json::from_str(&std::fs::read_to_string(&arguments.labels)?)?;
    let targets = DVector::from_iterator(labels.len(), labels.iter().map(|y| 2.0 * y - 1.0));
    let (kernels, of_kernel) = job.kernels()?;
    let k = kernels.total().train;
    let outputs = kernels.train_outputs();
    let start = outputs.column(1) - outputs.column(0);

    let largest = extremes(&k)?.max;
    // Gradient descent is stable below 1/λ_max, because the objective's Hessian is 2K.
    let rate = 0.1 / largest;

    let clock = Instant::now();
    let flow = GradientFlow::new(&k, &start, &targets, 0.0)?;
    let of_decomposition = clock.elapsed();
    let clock = Instant::now();
    let mut last = start.clone();
    for step in 1..=arguments.steps {
        last = flow.outputs(step as f64 * rate)?;
    }
    let of_times = clock.elapsed();

    let clock = Instant::now();
    let space = KernelSpace::new(k.clone(), start.as_slice().to_vec(), 1)?;
    let recipe = Recipe {
        objective: Objective::Squared,
        rule: Rule::None,
        optimiser: Stepping::GradientDescent,
        schedule: Schedule::Constant,
        rate,
        epochs: arguments.steps,
        ..Recipe::default()
    };
    let scores = Targets::Scores(targets.as_slice().to_vec());
    let mut trainer = Trainer::new(&space, &scores, recipe)?;
    while trainer.step()?.is_some() {}
    let of_descent = clock.elapsed();

    let n = k.nrows();
    let descended = &start + &k * DVector::from_column_slice(trainer.theta());
    let moved = (&last - &start).norm();
    let vector = |v: &DVector<f64>| v.as_slice().to_vec();
    tensors::save(
        &arguments.save,
        [
            ("kernel", vec![n, n], k.as_slice().to_vec()),
            ("start", vec![n], vector(&start)),
            ("targets", vec![n], vector(&targets)),
            ("outputs", vec![n], vector(&last)),
        ],
    )?;
    println!(
        "{}",
        json!({
            "n": n,
            "steps": arguments.steps,
            "rate": rate,
            "seconds": {
                "kernel": of_kernel.as_secs_f64(),
                "decomposition": of_decomposition.as_secs_f64(),
                "outputs at every time": of_times.as_secs_f64(),
                "gradient descent": of_descent.as_secs_f64(),
            },
            "descent_and_flow_differ_by": (&descended - &last).norm() / moved,
        })
    );
    Ok(())
}
