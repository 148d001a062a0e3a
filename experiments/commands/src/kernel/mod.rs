//! `tangent kernel`: computes the exact kernel of a model on a task, its spectrum and its condition number.

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
use tangent_lora::Sequence;
use tangent_ntk_core::{Block, BlockKernels, Keep, Kernel, KernelKind, Monitor, Options, Readout};
use tangent_spectral::Spectrum;

pub use config::Config;
pub use record::{
    BlockRecord, DataRecord, FORMAT, KernelRecord, KernelResult, SpectrumRecord, Times,
};
pub use settings::Args;

use job::{Computed, Job};
use results::{Fitted, Matrices};
use tangent_base::cli::{Console, Interrupt};
use tangent_base::output::Output;
use tangent_base::record::{ModelRecord, Provenance};
use tangent_base::source::{Prepared, TaskSource, Wanted, duplicate_inputs};
use tangent_base::{Result, system};

/// Runs the command.
///
/// # Errors
/// The settings, the model, the adapter or the data are invalid; memory does not suffice; results cannot be written; an
/// interruption. Nothing is written then.
pub fn run(args: &Args, console: &Console, interrupt: &Interrupt) -> Result<()> {
    let config = Config::new(args)?;
    TaskSource::of(&config.data)?;
    let mut output = Output::open(&config.output)?;
    let (result, matrices) = compute(config, console, interrupt)?;
    interrupt.check()?;
    let written = results::write(&result, &matrices, &mut output)?;
    let dir = output.dir().to_owned();
    output.supersede_earlier();
    interrupt.check()?;
    console.allow_warnings()?;
    output.commit()?;
    console.result(&written, || table::table(&result))?;
    console.note(format_args!("results in {}", dir.display()));
    Ok(())
}

fn compute(
    config: Config,
    console: &Console,
    interrupt: &Interrupt,
) -> Result<(KernelResult, Matrices)> {
    let began = (SystemTime::now(), Instant::now());
    let wanted = Wanted {
        split: config.split,
        train: config.n.into(),
        eval: config.test_n.into(),
    };
    let prepared = Prepared::load(&config.model, &config.data, wanted, console)?;
    let outputs = prepared.target.outputs();
    let readout = config.readout.unwrap_or(Readout::of_outputs(outputs));
    readout.directions(outputs)?;
    let load_seconds = began.1.elapsed().as_secs_f64();
    let interrupt = interrupt.deferred();

    let (train, test) = (&prepared.train.sequences, &prepared.eval.sequences);
    let tokens = train
        .iter()
        .chain(test)
        .map(Sequence::tokens)
        .sum::<usize>();
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
            prepared: &prepared,
            head_block: config.head,
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
            console,
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
        train: Fitted::of(&prepared.train, kernels.train_outputs(), readout)?,
        test: match test.is_empty() {
            true => None,
            false => Some(Fitted::of(&prepared.eval, kernels.test_outputs(), readout)?),
        },
        blocks: config.all_blocks.then_some(kernels),
    };
    let spectrum = spectrum(&matrices.total.train, &config)?;
    if spectrum
        .as_ref()
        .is_some_and(|found| found.summary.is_zero())
    {
        console.warn(tangent_spectral::Error::ZeroKernel);
    }
    let block_records = match &matrices.blocks {
        Some(kernels) => Some(block_records(
            kernels, &blocks, &config, console, interrupt,
        )?),
        None => None,
    };
    let spectrum_seconds = clock.elapsed().as_secs_f64();
    let result = KernelResult {
        format: FORMAT,
        model: ModelRecord::of(&prepared, blocks),
        data: DataRecord {
            target: prepared.target.clone(),
            metric: prepared.measure.metric,
            train: prepared.train.record(),
            test: (!test.is_empty()).then(|| prepared.eval.record()),
            duplicates: duplicate_inputs(&prepared.train),
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
        times: Times {
            load_seconds: load_seconds + build_seconds,
            kernel_seconds,
            spectrum_seconds,
            tokens_per_second: tokens as f64 / kernel_seconds,
            peak_memory: system::peak_memory(),
            threads: config.machine.threads,
        },
        provenance: Provenance::of_process(config, began, console.warnings()),
    };
    Ok((result, matrices))
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
