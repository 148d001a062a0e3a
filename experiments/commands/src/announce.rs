//! Announces what a command is about to do: the amount of work, its time and its memory. Times are extrapolated from a
//! first batch.

use std::time::{Duration, Instant};

use burn::tensor::backend::Backend;
use tangent_linearize::train::Recipe;
use tangent_linearize::{Full, FullOptions, Linearized, LinearizedOptions, Predictor};
use tangent_lora::{Classifier, Sequence};
use tangent_ntk_core::{BlockKernels, Model, Monitor, Options};

use tangent_base::Result;
use tangent_base::cli::{Bytes, Console, grouped};

/// At most one example in this many is measured.
const MEASURED: usize = 8;

/// Announces the time and the memory that the kernels of `train`, and between `test` and `train`, will take.
///
/// # Errors
/// The errors of [`BlockKernels::plan`]; the model fails on the first batch.
pub(crate) fn kernels<B: Backend>(
    model: &Classifier<B>,
    train: &[Sequence],
    test: &[Sequence],
    options: &Options,
    console: &Console,
) -> Result<()> {
    let plan = BlockKernels::plan(model, train, test, options)?;
    if console.is_quiet() {
        return Ok(());
    }
    let first = first(train, options.batch);
    let clock = Instant::now();
    BlockKernels::compute(model, first, &[], options, &Monitor::silent())?;
    let measured = clock.elapsed();
    let passes = tokens(train) * (plan.groups() + 1) / 2 + tokens(test) * plan.groups();
    let examples = train.len() + test.len();
    let parameters: usize = model.blocks().iter().map(|block| block.parameters).sum();
    console.note(format_args!(
        "{} of {} tokens, {} blocks with {} parameters: about {} on {} (measured on {}), {}",
        counted(examples, "example"),
        grouped(tokens(train) + tokens(test)),
        model.blocks().len(),
        grouped(parameters),
        time(measured, passes, tokens(first)),
        counted(options.threads, "thread"),
        counted(first.len(), "example"),
        memory(plan.bytes(), options.memory),
    ));
    Ok(())
}

/// A training run that is about to begin.
pub(crate) struct Training<'a> {
    pub(crate) recipe: Recipe,
    pub(crate) train: &'a [Sequence],
    pub(crate) eval: &'a [Sequence],
    /// The number of rows of the trajectory, and of the training examples whose outputs each row needs.
    pub(crate) observed: (usize, usize),
    pub(crate) linearized: bool,
    pub(crate) threads: usize,
    /// The bytes that the rows of J may take.
    pub(crate) memory: usize,
}

impl Training<'_> {
    /// Announces the time and the memory that the run will take.
    ///
    /// # Errors
    /// The model fails on the first batch.
    pub(crate) fn announce<B: Backend>(
        &self,
        model: &Classifier<B>,
        console: &Console,
    ) -> Result<()> {
        if console.is_quiet() {
            return Ok(());
        }
        let threads = self.threads;
        let first = &self.train[..self.recipe.batch.min(self.train.len())];
        let options = FullOptions {
            threads,
            ..FullOptions::default()
        };
        let full = Full::new(model, first, options)?;
        let clock = Instant::now();
        full.gradient(full.start(), &full.all(), &|_, _, y_bar| y_bar.fill(1.0))?;
        let measured = clock.elapsed();
        // The unit of work is the gradient of one example: a forward pass and a pullback. The forward pass is about a
        // third.
        let (n, m) = (self.train.len(), self.eval.len());
        let (rows, some) = self.observed;
        let mut work = self.recipe.epochs * n + rows * (some + m) / 3;
        let mut kept = String::new();
        if self.linearized {
            let options = LinearizedOptions {
                threads,
                ..LinearizedOptions::default()
            };
            let needed = Linearized::plan(model, self.train, options)?;
            work += (n + m) * (1 + model.outputs()) / 2;
            kept = match needed <= self.memory {
                true => format!(", {} for rows of J", Bytes(needed).words()),
                false => {
                    work += self.recipe.epochs * n * 3 / 2;
                    format!(
                        ", rows of J recomputed in every step: keeping them would take {} of {}",
                        Bytes(needed).words(),
                        Bytes(self.memory).words()
                    )
                }
            };
        }
        console.note(format_args!(
            "{} on {}, evaluated on {}: about {} on {} (measured on {}){kept}",
            counted(self.recipe.steps(n), "step"),
            counted(n, "example"),
            m,
            time(measured, work, first.len()),
            counted(threads, "thread"),
            counted(first.len(), "example"),
        ));
        Ok(())
    }
}

/// Returns the first examples: as many as `most` tokens hold, at most one in [`MEASURED`] of all, and at least one.
fn first(all: &[Sequence], most: usize) -> &[Sequence] {
    let mut sum = 0;
    let fits = |x: &&Sequence| {
        sum += x.tokens();
        sum <= most
    };
    let fitting = all.iter().take_while(fits).count();
    &all[..fitting.min(all.len() / MEASURED).max(1)]
}

fn tokens(of: &[Sequence]) -> usize {
    of.iter().map(Sequence::tokens).sum()
}

/// Returns the time that `work` takes if `part` of it took `measured`.
fn time(measured: Duration, work: usize, part: usize) -> String {
    let seconds = measured.as_secs_f64() * work as f64 / part.max(1) as f64;
    match seconds < 1.0 {
        true => "a second".into(),
        false => {
            humantime::format_duration(Duration::from_secs(seconds.round() as u64)).to_string()
        }
    }
}

fn memory(needed: usize, allowed: Option<usize>) -> String {
    let needed = Bytes(needed).words();
    match allowed {
        Some(allowed) => format!("{needed} of {} of memory", Bytes(allowed).words()),
        None => format!("{needed} of memory"),
    }
}

fn counted(n: usize, what: &str) -> String {
    format!("{} {what}{}", grouped(n), if n == 1 { "" } else { "s" })
}
