//! `tangent select`: finds the layers and matrices to adapt, without training.

mod choices;
mod config;
mod figure;
mod record;
mod search;
mod settings;
mod stability;
mod table;
mod trust;

use std::collections::BTreeMap;
use std::time::{Instant, SystemTime};

use nalgebra::DMatrix;
use tangent_lora::adapter::{Adapter, LoraConfig, Naming};
use tangent_ntk_core::Block;
use tangent_spectral::Error;
use tangent_spectral::selection::{Better, Problem, Score, refuse_nested};

pub use config::{Config, Matrices};
pub use record::{ChoiceRecord, FORMAT, Part, Ranks, ScoreRecord, Search, SelectResult, Times};
pub use settings::Args;
pub use trust::{Measured, Trust};

use crate::blocks::Blocks;
use choices::{Choice, Space};
use stability::{Resampling, Stability};
use tangent_base::Result;
use tangent_base::cli::{Console, Interrupt};
use tangent_base::output::Output;
use tangent_base::record::{ModelRecord, Provenance, write};
use tangent_base::settings::{AdapterConfig, refused};
use tangent_base::source::{Prepared, SampleSize, Wanted};

/// Runs the command.
///
/// # Errors
/// The settings, the model or the data are invalid; there are no candidates, or fewer layers than are to be chosen; the
/// score is undefined, such as leave-one-out for a singular kernel at σ = 0; results cannot be written; an
/// interruption.
pub fn run(args: &Args, console: &Console, interrupt: &Interrupt) -> Result<()> {
    let config = Config::new(args)?;
    let mut output = Output::open(&config.output)?;
    let adapter_output = config.write_adapter.as_deref().map(Output::open);
    let adapter_output = adapter_output.transpose()?;
    let (result, adapter) = select(config, console, interrupt)?;
    output.picture("ranks", &figure::chart(&result))?;
    let written = write(&mut output, "result.json", &result)?;
    interrupt.check()?;
    console.allow_warnings()?;
    let dir = output.dir().to_owned();
    output.commit()?;
    if let Some(mut output) = adapter_output {
        let mut adapter = adapter.to_json();
        // PEFT freezes an adapter whose configuration is for inference.
        adapter["inference_mode"] = false.into();
        output.json("adapter_config.json", &adapter)?;
        output.commit()?;
    }
    console.result(&written, || table::table(&result))?;
    console.note(format_args!("results in {}", dir.display()));
    Ok(())
}

/// Returns the choices in order, and an adapter configuration for the best one.
fn select(
    config: Config,
    console: &Console,
    interrupt: &Interrupt,
) -> Result<(SelectResult, LoraConfig)> {
    const EXAMPLES: usize = 256;
    let began = (SystemTime::now(), Instant::now());
    let prepared = Prepared::load(
        &config.model,
        &config.data,
        Wanted {
            split: config.split,
            train: SampleSize::asked(config.n, EXAMPLES),
            eval: SampleSize::NONE,
        },
        console,
    )?;
    let interrupt = interrupt.deferred();
    let targets = match &config.model.adapter {
        AdapterConfig::New { targets, .. } => targets.clone(),
        AdapterConfig::Folder(_) => unreachable!("it was refused"),
    };
    let clock = Instant::now();
    let examples = prepared.train.sequences.len();
    let adapted = prepared.adapter.targets.iter();
    let adapted: Vec<Block> = adapted
        .map(|target| target.block(&prepared.source.config))
        .collect();
    let space = Space::new(&config, &targets, &adapted)?;
    let blocks = Blocks::compute(&prepared, &config.machine, console, interrupt)?;
    if let Some(warning) = zero_blocks(&blocks)? {
        console.warn(warning);
    }
    let kernel_seconds = clock.elapsed().as_secs_f64();

    let clock = Instant::now();
    let residual = &blocks.targets - &blocks.start;
    let problem = Problem::new(
        &blocks.kernels,
        &residual,
        config.sigma,
        config.machine.precision,
    )?
    .with_outputs(residual.len() / examples)?;
    refuse_sizes(&config, &space)?;
    let (choices, search) = search::compared(&space, &problem, &config, interrupt)?;
    refuse_decided(&config, &problem, &choices)?;
    if let Some(search) = &search {
        console.warn(search);
    }
    let (mut values, mut scores) = (Vec::new(), Vec::new());
    for choice in &choices {
        interrupt.check()?;
        let mut named = BTreeMap::new();
        let each = problem.score_each(&choice.blocks, &Score::ALL)?;
        for (score, value) in Score::ALL.into_iter().zip(each) {
            // The score that orders the choices must exist; the others may be undefined.
            let value = match score == config.score {
                true => {
                    values.push(value?);
                    values.last().copied()
                }
                false => value.ok(),
            };
            named.insert(score.name().to_owned(), value);
        }
        scores.push(named);
    }
    refuse_alike(&config, &values)?;
    let resampling = Resampling {
        subsamples: config.subsamples,
        seed: config.data.seed,
        threads: config.machine.threads,
    };
    let stability = Stability::measure(
        &problem,
        &choices,
        config.score,
        &values,
        &resampling,
        interrupt,
    )?;
    let record = |index: usize| {
        let choice = &choices[index];
        ChoiceRecord {
            layers: choice.layers.clone(),
            targets: choice.targets.clone(),
            parameters: choice.blocks.iter().map(|&l| adapted[l].parameters).sum(),
            scores: scores[index].clone(),
            infinite: infinite(&scores[index]),
            ranks: stability.ranks[index],
            best: stability.best[index],
        }
    };
    let order = config.score.order(&values);
    let records = order.iter().map(|&index| record(index)).collect();
    let score_seconds = clock.elapsed().as_secs_f64();
    interrupt.check()?;

    let adapter = adapter(&prepared, &choices[order[0]]);
    let result = SelectResult {
        format: FORMAT,
        model: ModelRecord::of(&prepared, adapted),
        examples: prepared.train.record(),
        scores: Score::ALL
            .into_iter()
            .map(|score| ScoreRecord {
                score,
                better: if score.better() == Better::Lower {
                    "lower"
                } else {
                    "higher"
                },
                ignores: score.ignores(),
            })
            .collect(),
        choices: records,
        search,
        start_risk: residual.norm_squared() / examples as f64,
        trust: trust::trust(config.score),
        correlation: stability.correlation,
        subsample_examples: stability.examples,
        times: Times {
            kernel_seconds,
            score_seconds,
            threads: config.machine.threads,
        },
        provenance: Provenance::of_process(config, began, console.warnings()),
    };
    Ok((result, adapter))
}

/// Returns a warning if some blocks have a zero kernel, because their parameters do not change any output.
///
/// # Errors
/// All kernels are zero.
fn zero_blocks(blocks: &Blocks) -> Result<Option<String>> {
    let is_zero = |kernel: &DMatrix<f64>| kernel.iter().all(|value| *value == 0.0);
    let named = blocks.blocks.iter().zip(&blocks.kernels);
    let zero: Vec<&String> = named
        .filter(|(_, kernel)| is_zero(kernel))
        .map(|(block, _)| &block.name)
        .collect();
    match zero.as_slice() {
        [] => Ok(None),
        all if all.len() == blocks.blocks.len() => Err(Error::ZeroKernel.into()),
        [first, rest @ ..] => {
            let more = match rest.len() {
                0 => String::new(),
                more => format!(", as are those of {more} more blocks"),
            };
            Ok(Some(format!(
                "the kernel of block {first} is zero{more}: its parameters change no output, and a choice of it alone \
                 learns nothing"
            )))
        }
    }
}

/// Returns the names of the infinite scores.
fn infinite(scores: &BTreeMap<String, Option<f64>>) -> Vec<&'static str> {
    let is_infinite = |score: &Score| {
        let value = scores.get(score.name()).copied().flatten();
        value.is_some_and(f64::is_infinite)
    };
    let all = Score::ALL.into_iter().filter(is_infinite);
    all.map(Score::name).collect()
}

/// Refuses Algorithm 2's ratio for sets of matrices of several sizes: they would contain each other in each set of
/// layers.
fn refuse_sizes(config: &Config, space: &Space) -> Result<()> {
    if config.score != Score::LambdaRatio || space.sizes.start() == space.sizes.end() {
        return Ok(());
    }
    let layers = space.layers.first();
    let name = |count: usize| choices::name(layers, &space.targets[..count], config.matrices);
    Err(decided(&name(1), &name(2)))
}

/// Refuses Algorithm 2's ratio if one choice contains another: the smaller one would win for every model.
fn refuse_decided(config: &Config, problem: &Problem, choices: &[Choice]) -> Result<()> {
    if config.score != Score::LambdaRatio {
        return Ok(());
    }
    let candidates: Vec<Vec<usize>> = choices.iter().map(|choice| choice.blocks.clone()).collect();
    match refuse_nested(problem, &candidates) {
        Err(Error::NestedCandidates { smaller, larger }) => {
            let name = |blocks: &Vec<usize>| {
                let choice = choices.iter().find(|choice| choice.blocks == *blocks);
                choice.map_or(String::new(), |c| {
                    choices::name(&c.layers, &c.targets, config.matrices)
                })
            };
            Err(decided(&name(&smaller), &name(&larger)))
        }
        other => Ok(other?),
    }
}

fn decided(smaller: &str, larger: &str) -> tangent_base::Error {
    let problem = format!(
        "{larger} contains {smaller}, and adding a block never lowers λmax: the smaller would win for every model; \
         compare sets of one size, or order by another score"
    );
    refused("score", problem)
}

/// Refuses a score that is equal for all choices, because it orders none of them.
fn refuse_alike(config: &Config, values: &[f64]) -> Result<()> {
    let alike = values.len() > 1 && values.iter().all(|value| *value == values[0]);
    if alike {
        let problem = format!(
            "{} is {} for every choice, and orders none of them; take another score, or another --sigma",
            config.score.name(),
            values[0]
        );
        return Err(refused("score", problem));
    }
    Ok(())
}

/// Returns the configuration with which PEFT adapts exactly this choice: it names modules by their full paths.
fn adapter(prepared: &Prepared, choice: &Choice) -> LoraConfig {
    let Adapter {
        config, targets, ..
    } = &prepared.adapter;
    let chosen = choice
        .blocks
        .iter()
        .map(|&l| targets[l].module(&prepared.source.config, Naming::Prefixed));
    let mut adapter = LoraConfig::new(config.rank, config.alpha, chosen);
    adapter.use_rslora = config.use_rslora;
    adapter.task_type = Some("SEQ_CLS".into());
    adapter
}
