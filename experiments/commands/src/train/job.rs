//! A training run on any backend.

use std::sync::atomic::AtomicBool;
use std::time::Instant;

use burn::tensor::{DType, backend::Backend};
use tangent_linearize::train::{Setup, States, Watch, Watched};
use tangent_lora::adapter::Adapter;
use tangent_ntk_core::{Block, Model, Monitor, Trainable};

use super::Config;
use super::bounds::Bounds;
use crate::announce::Training;
use tangent_base::cli::Console;
use tangent_base::device::OnDevice;
use tangent_base::source::Prepared;
use tangent_base::{Error, Result};

/// The parts of a configuration that depend on the number of examples.
#[derive(Clone, Copy, Debug)]
pub(super) struct Planned {
    pub(super) steps: usize,
    pub(super) watched: Watched,
    observe_every: usize,
    pub(super) checkpoint_every: usize,
}

impl Planned {
    pub(super) fn new(config: &Config, prepared: &Prepared) -> Self {
        let n = prepared.train.sequences.len();
        let epoch = config.recipe.steps_per_epoch(n);
        let observe_every = config.observe_every.unwrap_or(epoch);
        Self {
            steps: config.recipe.steps(n),
            watched: Watched {
                every: Some(observe_every),
                train_n: config.observe_n.min(n),
                kernel_n: config.kernel_n.min(n),
            },
            observe_every,
            checkpoint_every: config.checkpoint_every.unwrap_or(epoch),
        }
    }

    /// Returns the number of rows of the trajectory after `step` steps.
    pub(super) fn rows_until(&self, step: usize) -> usize {
        let last = step == self.steps && !step.is_multiple_of(self.observe_every);
        1 + step / self.observe_every + usize::from(last)
    }
}

/// The outcome of a run, apart from its trajectory.
#[derive(Clone, Debug)]
pub struct Trained {
    /// The blocks of the model.
    pub blocks: Vec<Block>,
    /// The number of trained parameters.
    pub parameters: usize,
    /// The final states of both models.
    pub states: States,
    /// The full model's trained adapter.
    pub adapter: Adapter,
    /// The bounds of the theorems, if they cover the run.
    pub bounds: Option<Bounds>,
    /// Seconds to build the model and to compute the rows of J.
    pub setup_seconds: f64,
    /// Seconds of training in this process.
    pub train_seconds: f64,
}

pub(super) struct Job<'a> {
    pub(super) config: &'a Config,
    pub(super) prepared: &'a Prepared,
    pub(super) watched: Watched,
    pub(super) from: Option<States>,
    pub(super) watch: &'a mut dyn Watch<Error>,
    pub(super) cancel: &'a AtomicBool,
    /// The number of rows that the trajectory will have.
    pub(super) rows: usize,
    pub(super) console: &'a Console,
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
            // Half of the budget: the model and its passes need the rest.
            memory: config.machine.budget() / 2,
            rows_kept: self.from.as_ref().and_then(|states| states.rows_kept),
        };
        let training = Training {
            recipe: config.recipe,
            train: &prepared.train.sequences,
            eval: &prepared.eval.sequences,
            observed: (self.rows, self.watched.train_n),
            linearized: config.linearized,
            threads: config.machine.threads,
            memory: setup.memory,
        };
        training.announce(&model, self.console)?;
        let monitor = Monitor::silent().with_cancel(self.cancel);
        let stage = prepared.stage(&model, setup, &monitor)?;
        let setup_seconds = clock.elapsed().as_secs_f64();
        let clock = Instant::now();
        let states = stage.run(config.recipe, self.watched, self.from, self.watch)?;
        let train_seconds = clock.elapsed().as_secs_f64();
        Ok(Trained {
            blocks: model.blocks().to_vec(),
            parameters: stage.parameters(),
            adapter: model
                .at(&states.full.theta)
                .adapter(&prepared.adapter_with_drawn()),
            bounds: Bounds::of_run(&stage, config.recipe, &states, dtype, &monitor)?,
            states,
            setup_seconds,
            train_seconds,
        })
    }
}
