//! The full model and its linearization on the same examples, ready for any number of runs.

use tangent_ntk_core::{Monitor, Readout, Trainable};

use super::{Regularised, Row, State, Step};
use crate::{Full, FullOptions, Linearized, LinearizedOptions, Predictor, Result, Targets};

/// Examples and their labels.
#[derive(Clone, Debug)]
pub struct Labelled<'a, I> {
    /// The examples.
    pub examples: &'a [I],
    /// One class or score for each example.
    pub targets: Targets,
}

/// A metric of outputs, `[n, C]` and example-major, against labels; larger values are better.
pub type Metric<'a> = dyn Fn(&[f64], &Targets) -> f64 + Sync + 'a;

/// The linearized model on the training examples and on the evaluation set.
type OnBoth<'a, M> = (Linearized<'a, M>, Linearized<'a, M>);

/// The models and labels that all runs from the same $\theta_0$ on the same examples share. A sweep over λ thus
/// computes the rows of J only once.
pub struct Stage<'a, M: Trainable> {
    pub(super) train: &'a [M::Input],
    pub(super) metric: Box<Metric<'a>>,
    /// The full model on the training examples.
    pub full: Full<'a, M>,
    pub(super) full_eval: Full<'a, M>,
    /// The linearization on the training examples and on the evaluation set; `None` if it was not requested.
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
    /// The number of worker threads.
    pub threads: usize,
    /// The LoRA dropout of the full model.
    pub dropout: f64,
    /// Whether the linearized model is trained beside the full model.
    pub linearized: bool,
    /// The largest number of bytes for the rows of J.
    pub memory: usize,
    /// Whether rows of J are kept, as in [`States::rows_kept`] of an earlier part of the same run, whatever `memory`
    /// is. `None` lets `memory` decide.
    pub rows_kept: Option<[bool; 2]>,
}

/// The states of both runs.
#[derive(Clone, Debug, PartialEq)]
pub struct States {
    /// The state of the full run.
    pub full: State,
    /// The state of the linearized run; `None` if there is no linearized run.
    pub linearized: Option<State>,
    /// Whether the rows of J are kept, for the training examples and for the evaluation set. Kept and recomputed rows
    /// give results that differ by rounding.
    pub rows_kept: Option<[bool; 2]>,
    /// The largest $\lVert\theta - \theta_0\rVert$ of the full run so far.
    pub farthest: f64,
    /// How much the rule has pulled since the last row, in the full run and in the linearized run.
    pub regularised: [Regularised; 2],
}

/// An observer of a run, which may end the run with an error of its own type.
pub trait Watch<E = crate::Error> {
    /// Called after each step, with the step and the number of steps of the whole run.
    fn stepped(&mut self, _step: &Step, _of: usize) {}

    /// Called with each row of the trajectory.
    ///
    /// # Errors
    /// Any error ends the run.
    fn observed(&mut self, row: Row) -> std::result::Result<(), E>;

    /// Called before every step and after the last one: a good time to save the states or to end the run with an error.
    ///
    /// # Errors
    /// Any error ends the run.
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
    /// Sets up both models on the training examples and on the evaluation set. The rows of J are kept if they fit into
    /// the memory; the training examples come first.
    ///
    /// # Errors
    /// The dropout is not in $[0, 1)$, or the model has none; a value is not finite; cancelled; the errors of
    /// [`Full::new`] and [`Linearized::new`].
    pub fn new(
        model: &'a M,
        train: Labelled<'a, M::Input>,
        eval: Labelled<'a, M::Input>,
        metric: Box<Metric<'a>>,
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

    /// Returns the number of trained parameters.
    pub fn parameters(&self) -> usize {
        self.full.start().len()
    }

    /// Returns the value for [`States::rows_kept`]; `None` without a linearized model.
    pub fn rows_kept(&self) -> Option<[bool; 2]> {
        let (train, eval) = self.linearized.as_ref()?;
        Some([train.keeps_rows(), eval.keeps_rows()])
    }
}
