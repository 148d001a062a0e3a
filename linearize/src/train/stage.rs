//! The full model and its linearization on the same examples, ready for any number of runs.

use tangent_ntk_core::{Monitor, Readout, Trainable};

use super::{Regularised, Row, State, Step};
use crate::{Full, FullOptions, Linearized, LinearizedOptions, Predictor, Result, Targets};

/// Examples and what the model is fitted to on them.
#[derive(Clone, Debug)]
pub struct Labelled<'a, I> {
    /// The examples.
    pub examples: &'a [I],
    /// One label or score for each.
    pub targets: Targets,
}

/// A measure of outputs, `[n, C]` example by example, against labels; larger is better.
pub type Metric<'a> = dyn Fn(&[f64], &Targets) -> f64 + Sync + 'a;

/// The linearized model on the training examples and on the evaluation set.
type OnBoth<'a, M> = (Linearized<'a, M>, Linearized<'a, M>);

/// What is made once and serves every run from the same $\theta_0$ on the same examples: the sweep over λ shares the
/// rows of J.
pub struct Stage<'a, M: Trainable> {
    pub(super) train: &'a [M::Input],
    pub(super) metric: &'a Metric<'a>,
    /// The model itself on the training examples.
    pub full: Full<'a, M>,
    pub(super) full_eval: Full<'a, M>,
    /// Its linearization on the training examples and on the evaluation set, where it was asked for.
    pub linearized: Option<OnBoth<'a, M>>,
    /// The labels of the training examples.
    pub targets: Targets,
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

/// Who looks on while a run goes, and may end it by an error of its own.
pub trait Watch<E = crate::Error> {
    /// A step was made, of so many.
    fn stepped(&mut self, _step: &Step, _of: usize) {}

    /// A row of the trajectory.
    ///
    /// # Errors
    /// Whatever ends the run.
    fn observed(&mut self, row: Row) -> std::result::Result<(), E>;

    /// Between two steps: a good time to keep the states, or to end the run by an error.
    ///
    /// # Errors
    /// Whatever ends the run.
    fn between(&mut self, _states: &dyn Fn() -> States) -> std::result::Result<(), E> {
        Ok(())
    }
}

/// Collects the rows and nothing else.
impl Watch for Vec<Row> {
    fn observed(&mut self, row: Row) -> Result<()> {
        self.push(row);
        Ok(())
    }
}

impl<'a, M: Trainable> Stage<'a, M> {
    /// Sets up both models on the examples to train on and on those to evaluate on. Rows of J are kept where they fit into
    /// the memory, first those of the training examples.
    ///
    /// # Errors
    /// Dropout that is no probability; values that are not finite; cancelled.
    pub fn new(
        model: &'a M,
        train: Labelled<'a, M::Input>,
        eval: Labelled<'a, M::Input>,
        metric: &'a Metric<'a>,
        setup: Setup,
        monitor: &Monitor,
    ) -> Result<Self> {
        let full = |examples: &'a [M::Input], dropout| {
            let options = FullOptions {
                threads: setup.threads,
                dropout,
                ..FullOptions::default()
            };
            Full::new(model, examples, options)
        };
        let linearized = |examples: &'a [M::Input], memory| {
            let options = LinearizedOptions {
                threads: setup.threads,
                memory,
                ..LinearizedOptions::default()
            };
            Linearized::new(model, examples, options, monitor)
        };
        let stage = Self {
            full: full(train.examples, setup.dropout)?,
            full_eval: full(eval.examples, 0.0)?,
            linearized: match setup.linearized {
                true => {
                    let memory = |place: usize, free: usize| match setup.rows_kept {
                        None => Some(free),
                        Some(kept) if kept[place] => None,
                        Some(_) => Some(0),
                    };
                    let on_train = linearized(train.examples, memory(0, setup.memory))?;
                    let rest = setup.memory.saturating_sub(on_train.held());
                    Some((on_train, linearized(eval.examples, memory(1, rest))?))
                }
                false => None,
            },
            readout: Readout::of_outputs(model.outputs()),
            train: train.examples,
            targets: train.targets,
            eval_targets: eval.targets,
            metric,
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
