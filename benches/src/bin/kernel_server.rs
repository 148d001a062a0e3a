//! The job as a server process: it loads a model once and computes the kernels on request, in turn with other methods.
//!
//! It reads one word per line from standard input and answers each with one line of JSON: `run` (the seconds of one
//! computation), `peak` (the same, with the peak memory above that of the loaded model), `rows` (the seconds of the
//! Jacobian's rows alone), `floor` (the seconds of the job's matrix products, and the rate of a large product), `save`
//! (writes the kernels to the file of `--kernels`). The process ends at the end of the input.

use std::error::Error;
use std::io::BufRead;
use std::path::{Path, PathBuf};

use clap::Parser;
use serde_json::{Value, json};
use tangent_benches::floor::{self, Products};
use tangent_benches::job::Job;
use tangent_benches::memory::peak_above_start;
use tangent_benches::tensors;
use tangent_lora::layers::Reduction;
use tangent_ntk_core::{BlockKernels, Readout};

/// Computes all block kernels of a model whenever standard input requests it.
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
    /// Readout: margin or full.
    #[arg(long, default_value = "margin")]
    readout: Readout,
    /// Number of worker threads.
    #[arg(long, default_value_t = 2)]
    threads: usize,
    /// File that `save` writes.
    #[arg(long)]
    kernels: Option<PathBuf>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::parse();
    tangent_benches::keep_pages();
    let job = Job::load(
        &arguments.model,
        &arguments.adapter,
        &arguments.tokens,
        arguments.readout,
        arguments.threads,
    )?;
    println!(
        "{}",
        json!({ "ready": true, "examples": job.examples.len() })
    );
    for line in std::io::stdin().lock().lines() {
        println!("{}", answer(&job, &arguments, line?.trim())?);
    }
    Ok(())
}

fn answer(job: &Job, arguments: &Arguments, word: &str) -> Result<Value, Box<dyn Error>> {
    Ok(match word {
        "run" => json!({ "seconds": job.kernels()?.1.as_secs_f64() }),
        "peak" => {
            let (result, bytes) = peak_above_start(|| job.kernels());
            json!({ "seconds": result?.1.as_secs_f64(), "peak_mib": bytes >> 20 })
        }
        "rows" => json!({ "seconds": job.rows()?.as_secs_f64() }),
        "floor" => floor_of(job),
        "save" => {
            let path = arguments
                .kernels
                .as_ref()
                .ok_or("`save` needs --kernels FILE")?;
            save(&job.kernels()?.0, path)?;
            json!({ "saved": path })
        }
        other => return Err(format!("`{other}` is not run, peak, rows, floor or save").into()),
    })
}

fn floor_of(job: &Job) -> Value {
    let mut products = Products::new();
    for batch in job.batches() {
        let lengths: Vec<usize> = batch.iter().map(|&i| job.examples[i].tokens()).collect();
        let (config, targets) = (job.model.config(), job.model.targets());
        for (shape, times) in floor::of_batch(config, targets, &lengths, Reduction::PerExample) {
            *products.entry(shape).or_default() += times;
        }
    }
    floor::report(&products, job.options.threads)
}

/// Writes all S_l by name.
fn save(kernels: &BlockKernels, path: &Path) -> Result<(), Box<dyn Error>> {
    let named = kernels.names().iter().zip(kernels.blocks()?);
    let tensors = named.map(|(name, kernel)| {
        let k = &kernel.train;
        // The kernel is symmetric bit for bit: its columns are its rows.
        (name.as_str(), vec![k.nrows(); 2], k.as_slice().to_vec())
    });
    Ok(tensors::save(path, tensors)?)
}
