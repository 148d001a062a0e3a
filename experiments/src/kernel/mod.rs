//! `tangent kernel`: from a model and a task to the exact kernel, its spectrum and its condition number.

mod config;
mod figure;
mod files;
mod job;
mod record;
mod results;
mod settings;
mod table;

use std::time::{Instant, SystemTime};

use nalgebra::DMatrix;
use tangent_datasets::{Dataset, Split};
use tangent_lora::adapter::Adapter;
use tangent_lora::weights::{HeadSource, HeadWeights};
use tangent_ntk_core::{Block, BlockKernels, Keep, Kernel, KernelKind, Monitor, Options, Readout};
use tangent_spectral::Spectrum;

pub use config::Config;
pub use record::{
    BlockRecord, DataRecord, FORMAT, KernelRecord, KernelResult, ModelRecord, SpectrumRecord, Times,
};
pub use settings::Args;

use crate::cli::{Console, Interrupt};
use crate::hash::Hash;
use crate::output::Output;
use crate::source::{self, ModelSource, Sample, TaskSource, duplicate_inputs, tell_division};
use crate::{Result, system};
use job::{Computed, Job};
use results::Matrices;

/// Runs the command.
///
/// # Errors
/// Whatever is wrong with the settings, the model, the adapter or the data; memory that does not suffice; results that
/// cannot be written; an interruption. Nothing is written then.
pub fn run(args: &Args, console: &Console, interrupt: &Interrupt) -> Result<()> {
    let config = Config::new(args)?;
    let task = config.data.source()?;
    let mut output = Output::open(&config.output)?;
    let (result, matrices) = compute(config, &task, console, interrupt)?;
    interrupt.check()?;
    results::write(&result, &matrices, &mut output)?;
    let dir = output.dir().to_owned();
    output.supersede_earlier();
    interrupt.check()?;
    output.commit()?;
    console.result(&result, || table::table(&result));
    console.note(format_args!("results in {}", dir.display()));
    Ok(())
}

fn compute(
    config: Config,
    task: &TaskSource,
    console: &Console,
    interrupt: &Interrupt,
) -> Result<(KernelResult, Matrices)> {
    let (started, clock) = (SystemTime::now(), Instant::now());
    let source = ModelSource::load(&config.model.model, console.is_quiet())?;
    let adapter = config
        .model
        .adapter
        .adapter(&source.config, config.data.seed)?;

    let dataset = task.load(config.split, console.is_quiet())?;
    let outputs = dataset.target.outputs();
    let readout = config.readout.unwrap_or(Readout::of_outputs(outputs));
    readout.directions(outputs)?;
    let head = HeadWeights::load(
        &source.config,
        &source.weights,
        adapter.head.as_ref(),
        Some(outputs),
        config.data.seed,
    )?;
    let train = config.data.draw(&dataset, config.n, &source)?;
    let test = match config.test_n {
        0 => None,
        n => {
            let dataset = task.load(other(config.split), console.is_quiet())?;
            Some(config.data.draw(&dataset, n, &source)?)
        }
    };
    let duplicates = duplicate_inputs(&train);
    tell(&dataset, &train, test.as_ref(), &duplicates, &head, console);
    let load_seconds = clock.elapsed().as_secs_f64();
    let interrupt = interrupt.deferred();

    let test_sequences = test.as_ref().map_or(&[][..], |test| &test.sequences);
    let tokens: usize = train
        .sequences
        .iter()
        .chain(test_sequences)
        .map(|sequence| sequence.tokens())
        .sum();
    let clock = Instant::now();
    let computed = {
        let bar = console.bar("kernel", "tokens", tokens as u64);
        let progress = |done: usize, total: usize| {
            bar.set_length(total as u64);
            bar.set_position(done as u64);
        };
        let monitor = Monitor::silent()
            .with_progress(&progress)
            .with_cancel(interrupt.flag());
        let job = Job {
            source: &source,
            head: &head,
            adapter: &adapter,
            head_block: config.head,
            train: &train.sequences,
            test: test_sequences,
            options: Options {
                readout: Some(readout),
                kind: config.kind,
                keep: if config.all_blocks {
                    Keep::Blocks
                } else {
                    Keep::Sum
                },
                threads: config.machine.threads,
                ..Options::default()
            },
            memory: config.machine.budget(),
            monitor,
        };
        let computed = config.machine.device.run(config.machine.precision, job);
        bar.finish_and_clear();
        computed?
    };
    let Computed {
        blocks,
        kernels,
        build_seconds,
    } = computed;
    let kernel_seconds = clock.elapsed().as_secs_f64() - build_seconds;
    interrupt.check()?;

    let clock = Instant::now();
    let matrices = Matrices {
        total: kernels.total(),
        blocks: config.all_blocks.then_some(kernels),
        cross: test.is_some(),
    };
    let spectrum = spectrum(&matrices.total.train, &config)?;
    let block_records = match &matrices.blocks {
        Some(kernels) => Some(block_records(
            kernels, &blocks, &config, console, interrupt,
        )?),
        None => None,
    };
    let spectrum_seconds = clock.elapsed().as_secs_f64();
    let result = KernelResult {
        format: FORMAT,
        model: ModelRecord::of(&source, &adapter, &head, blocks),
        data: DataRecord {
            target: dataset.target,
            metric: dataset.metric,
            train: train.record(),
            test: test.as_ref().map(Sample::record),
            duplicates,
        },
        kernel: KernelRecord {
            readout,
            kind: config.kind,
            rows: matrices.total.train.nrows(),
            symmetric: config.kind.is_symmetric(),
        },
        files: results::contents(&matrices, spectrum.is_some()),
        spectrum,
        blocks: block_records,
        versions: system::versions(),
        machine: system::machine(),
        times: Times {
            started: humantime::format_rfc3339_seconds(started).to_string(),
            load_seconds: load_seconds + build_seconds,
            kernel_seconds,
            spectrum_seconds,
            tokens_per_second: tokens as f64 / kernel_seconds,
            peak_memory: system::peak_memory(),
            threads: config.machine.threads,
        },
        config,
    };
    Ok((result, matrices))
}

fn other(split: Split) -> Split {
    match split {
        Split::Train => Split::Dev,
        Split::Dev => Split::Train,
    }
}

/// Says what a reader of the numbers should know of the data and the head.
fn tell(
    dataset: &Dataset,
    train: &Sample,
    test: Option<&Sample>,
    duplicates: &[(usize, usize)],
    head: &HeadWeights,
    console: &Console,
) {
    tell_division(dataset, console);
    for (name, sample) in [("training", Some(train)), ("test", test)] {
        if let Some(sample) = sample {
            source::tell(name, sample, console);
        }
    }
    if let [(first, again), rest @ ..] = duplicates {
        let more = match rest.len() {
            0 => String::new(),
            more => format!(", and {more} more pairs"),
        };
        console.warn(format_args!(
            "the examples with ids {first} and {again} are the same to the model{more}: K is singular, its λmin is 0"
        ));
    }
    if head.source == HeadSource::Seeded {
        console.note("the model has no classification head: one is drawn by the seed");
    }
}

fn spectrum(kernel: &DMatrix<f64>, config: &Config) -> Result<Option<SpectrumRecord>> {
    let spectrum = match config.kind {
        KernelKind::Gradient => Spectrum::of_gram(kernel, config.machine.precision)?,
        _ if config.symmetric_part => {
            Spectrum::of_symmetric_part(kernel, config.machine.precision)?
        }
        _ => return Ok(None),
    };
    Ok(Some(SpectrumRecord {
        of_symmetric_part: !config.kind.is_symmetric(),
        summary: spectrum.summary(config.sigma)?,
        eigenvalues: spectrum.raw().to_vec(),
    }))
}

fn block_records(
    kernels: &BlockKernels,
    blocks: &[Block],
    config: &Config,
    console: &Console,
    interrupt: &Interrupt,
) -> Result<Vec<BlockRecord>> {
    let bar = console.bar("spectra", "blocks", blocks.len() as u64);
    let record = |(block, kernel): (&Block, &Kernel)| {
        interrupt.check()?;
        let record = BlockRecord {
            name: block.name.clone(),
            parameters: block.parameters,
            trace: kernel.train.trace(),
            spectrum: spectrum(&kernel.train, config)?.map(|spectrum| spectrum.summary),
        };
        bar.inc(1);
        Ok(record)
    };
    let records = blocks.iter().zip(kernels.blocks()?).map(record).collect();
    bar.finish_and_clear();
    records
}

/// SHA-256 of an adapter's factors: block by block A, then B, row by row, little-endian f32.
pub(crate) fn adapter_sha256(adapter: &Adapter) -> String {
    let mut hash = Hash::default();
    for value in adapter.factors.iter().flat_map(|f| f.a.iter().chain(&f.b)) {
        hash.update(&value.to_le_bytes());
    }
    hash.hex()
}
