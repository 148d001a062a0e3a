//! The full model and its linearization on the same examples, ready for any number of runs.

use burn::tensor::backend::Backend;
use tangent_linearize::train::{State, Step};
use tangent_linearize::{Full, FullOptions, Linearized, LinearizedOptions, Predictor, Targets};
use tangent_lora::{Classifier, Sequence};
use tangent_ntk_core::{Monitor, Readout};

use super::Regularised;
use super::row::Row;
use tangent_base::Result;
use tangent_base::cli::Interrupt;
use tangent_base::source::Prepared;

/// The linearized model on the training examples and on the evaluation set.
type OnBoth<'a, B> = (Linearized<'a, Classifier<B>>, Linearized<'a, Classifier<B>>);

/// What is made once and serves every run from the same $\theta_0$ on the same examples: the sweep over λ shares the
/// rows of J.
pub struct Stage<'a, B: Backend> {
    pub(super) prepared: &'a Prepared,
    /// The model itself on the training examples.
    pub full: Full<'a, Classifier<B>>,
    pub(super) full_eval: Full<'a, Classifier<B>>,
    /// Its linearization on the training examples and on the evaluation set, where it was asked for.
    pub linearized: Option<OnBoth<'a, B>>,
    pub(super) targets: Targets,
    pub(super) eval_targets: Targets,
    /// The readout that is fitted.
    pub readout: Readout,
}

/// How a stage is set up.
#[derive(Clone, Copy, Debug)]
pub struct Setup {
    /// Worker threads.
    pub threads: usize,
    /// LoRA dropout of the full model.
    pub dropout: f64,
    /// The linearized model is trained beside it.
    pub linearized: bool,
    /// Bytes that rows of J may take.
    pub memory: usize,
    /// Whether rows are kept, as [`States::rows_kept`] of an earlier part of the same run has it, whatever the memory.
    pub rows_kept: Option<[bool; 2]>,
}

/// Where both runs are; the linearized one's is `None` where there is none.
#[derive(Clone, Debug, PartialEq)]
pub struct States {
    /// The full model's.
    pub full: State,
    /// The linearized model's.
    pub linearized: Option<State>,
    /// Whether rows of J are kept, of the training examples and of the evaluation set: the two ways differ by rounding.
    pub rows_kept: Option<[bool; 2]>,
    /// The largest $\lVert\theta - \theta_0\rVert$ of the full run so far.
    pub farthest: f64,
    /// How much the rule has pulled since the last row: the full run, and the linearized one.
    pub regularised: [Regularised; 2],
}

/// Who looks on while a run goes.
pub trait Watch {
    /// A step was made, of so many.
    fn stepped(&mut self, _step: &Step, _of: usize) {}

    /// A row of the trajectory.
    ///
    /// # Errors
    /// Whatever ends the run.
    fn observed(&mut self, row: Row) -> Result<()>;

    /// Between two steps: a good time to keep the states, or to end the run by an error.
    ///
    /// # Errors
    /// Whatever ends the run.
    fn between(&mut self, _states: &dyn Fn() -> States) -> Result<()> {
        Ok(())
    }
}

/// Collects the rows and nothing else.
pub struct Collect<'a> {
    /// The rows so far.
    pub rows: Vec<Row>,
    interrupt: &'a Interrupt,
}

impl<'a> Collect<'a> {
    /// None yet.
    pub fn new(interrupt: &'a Interrupt) -> Self {
        Self {
            rows: Vec::new(),
            interrupt,
        }
    }
}

impl Watch for Collect<'_> {
    fn observed(&mut self, row: Row) -> Result<()> {
        self.rows.push(row);
        Ok(())
    }

    fn between(&mut self, _states: &dyn Fn() -> States) -> Result<()> {
        self.interrupt.check()
    }
}

impl<'a, B: Backend> Stage<'a, B> {
    /// Sets up both models on the samples of `prepared`. SampleSize of J are kept where they fit into the memory, first
    /// those of the training examples.
    ///
    /// # Errors
    /// Dropout that is no probability; values that are not finite; cancelled.
    pub fn new(
        prepared: &'a Prepared,
        model: &'a Classifier<B>,
        setup: Setup,
        monitor: &Monitor,
    ) -> Result<Self> {
        let (train, eval) = (&prepared.train.sequences, &prepared.eval.sequences);
        let full = |examples: &'a [Sequence], dropout| {
            let options = FullOptions {
                threads: setup.threads,
                dropout,
                ..FullOptions::default()
            };
            Full::new(model, examples, options)
        };
        let linearized = |examples: &'a [Sequence], memory| {
            let options = LinearizedOptions {
                threads: setup.threads,
                memory,
                ..LinearizedOptions::default()
            };
            Linearized::new(model, examples, options, monitor)
        };
        let stage = Self {
            full: full(train, setup.dropout)?,
            full_eval: full(eval, 0.0)?,
            linearized: match setup.linearized {
                true => {
                    let memory = |place: usize, free: usize| match setup.rows_kept {
                        None => Some(free),
                        Some(kept) if kept[place] => None,
                        Some(_) => Some(0),
                    };
                    let on_train = linearized(train, memory(0, setup.memory))?;
                    let rest = setup.memory.saturating_sub(on_train.held());
                    Some((on_train, linearized(eval, memory(1, rest))?))
                }
                false => None,
            },
            targets: prepared.targets(&prepared.train),
            eval_targets: prepared.targets(&prepared.eval),
            readout: Readout::of_outputs(prepared.target.outputs()),
            prepared,
        };
        Ok(stage)
    }

    /// Parameters that are trained.
    pub fn parameters(&self) -> usize {
        self.full.start().len()
    }

    /// [`States::rows_kept`]; `None` without a linearized model.
    pub fn rows_kept(&self) -> Option<[bool; 2]> {
        let (train, eval) = self.linearized.as_ref()?;
        Some([train.keeps_rows(), eval.keeps_rows()])
    }
}
