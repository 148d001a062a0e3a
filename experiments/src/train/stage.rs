//! The full model and its linearization on the same examples, ready for any number of runs.

use burn::tensor::backend::Backend;
use nalgebra::DMatrix;
use tangent_linearize::train::{Recipe, State, Step, Trainer};
use tangent_linearize::{
    Full, FullOptions, Linearized, LinearizedOptions, Objective, Predictor, Targets,
};
use tangent_lora::{Classifier, Sequence};
use tangent_ntk_core::{Monitor, Readout};

use super::row::{Row, Watched};
use crate::Result;
use crate::source::Prepared;

/// What is made once and serves every run from the same $\theta_0$ on the same examples: the sweep over λ shares the
/// rows of J.
pub struct Stage<'a, B: Backend> {
    prepared: &'a Prepared,
    full: Full<'a, Classifier<B>>,
    full_eval: Full<'a, Classifier<B>>,
    linearized: Option<(Linearized<'a, Classifier<B>>, Linearized<'a, Classifier<B>>)>,
    targets: Targets,
    eval_targets: Targets,
    readout: Readout,
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
}

/// Where both runs are; the linearized one's is `None` where there is none.
#[derive(Clone, Debug, PartialEq)]
pub struct States {
    /// The full model's.
    pub full: State,
    /// The linearized model's.
    pub linearized: Option<State>,
    /// The largest $\lVert\theta - \theta_0\rVert$ of the full run so far.
    pub farthest: f64,
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

impl<'a, B: Backend> Stage<'a, B> {
    /// Sets up both models on the samples of `prepared`. Rows of J are kept where they fit into the memory, first
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
                memory: Some(memory),
                ..LinearizedOptions::default()
            };
            Linearized::new(model, examples, options, monitor)
        };
        let stage = Self {
            full: full(train, setup.dropout)?,
            full_eval: full(eval, 0.0)?,
            linearized: match setup.linearized {
                true => {
                    let on_train = linearized(train, setup.memory)?;
                    // The evaluation set is passed over a few times only.
                    Some((on_train, linearized(eval, 0)?))
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

    /// Whether rows of J are kept; `None` without a linearized model.
    pub fn keeps_rows(&self) -> Option<bool> {
        self.linearized
            .as_ref()
            .map(|(train, _)| train.keeps_rows())
    }

    /// One run, from $\theta_0$ or from where another stopped.
    ///
    /// # Errors
    /// Divergence, and whatever `watch` ends the run with.
    pub fn run(
        &self,
        recipe: Recipe,
        watched: Watched,
        from: Option<States>,
        watch: &mut dyn Watch,
    ) -> Result<States> {
        let mut full = Trainer::new(&self.full, &self.targets, recipe)?;
        let mut linearized = match &self.linearized {
            None => None,
            Some((train, _)) => Some(Trainer::new(train, &self.targets, recipe)?),
        };
        let mut farthest = 0.0_f64;
        let resumed = from.is_some();
        if let Some(states) = from {
            farthest = states.farthest;
            full.restore(states.full)?;
            if let (Some(trainer), Some(state)) = (&mut linearized, states.linearized) {
                trainer.restore(state)?;
            }
        }
        let drift = match watched.kernel_n {
            0 => None,
            n => Some(self.kernel(self.full.start(), n)?),
        };
        let observe = |full: &Trainer<_>, linearized: &Option<Trainer<_>>, steps, farthest| {
            self.row(
                recipe.objective,
                watched,
                full,
                linearized.as_ref(),
                steps,
                farthest,
                drift.as_ref(),
            )
        };
        if !resumed {
            watch.observed(observe(&full, &linearized, None, farthest)?)?;
        }
        let steps = full.steps();
        loop {
            watch.between(&|| States {
                full: full.state(),
                linearized: linearized.as_ref().map(Trainer::state),
                farthest,
            })?;
            let Some(step) = full.step()? else { break };
            let other = match &mut linearized {
                None => None,
                Some(trainer) => trainer.step()?,
            };
            farthest = farthest.max(full.distance());
            watch.stepped(&step, steps);
            if step.step % watched.every == 0 || step.step == steps {
                watch.observed(observe(&full, &linearized, Some((step, other)), farthest)?)?;
            }
        }
        Ok(States {
            full: full.state(),
            linearized: linearized.as_ref().map(Trainer::state),
            farthest,
        })
    }

    fn kernel(&self, theta: &[f64], n: usize) -> Result<DMatrix<f64>> {
        let of = &self.prepared.train.sequences;
        Ok(self
            .full
            .kernel(theta, &of[..n.min(of.len())], self.readout)?)
    }

    #[allow(clippy::too_many_arguments)]
    fn row(
        &self,
        objective: Objective,
        watched: Watched,
        full: &Trainer<Full<'a, Classifier<B>>>,
        linearized: Option<&Trainer<Linearized<'a, Classifier<B>>>>,
        step: Option<(Step, Option<Step>)>,
        farthest: f64,
        kernel_at_start: Option<&DMatrix<f64>>,
    ) -> Result<Row> {
        let mut row = Row::begin(full.state().step, full.epoch(), full.distance(), farthest);
        if let Some((step, other)) = step {
            row.stepped(&step, other.as_ref());
        }
        let subset: Vec<usize> = (0..watched.train_n.min(self.full.examples())).collect();
        let targets = first(&self.targets, subset.len());
        let all = self.full_eval.all();
        let f = self.full.forward(full.theta(), &subset)?;
        let f_eval = self.full_eval.forward(full.theta(), &all)?;
        row.full(
            objective,
            self.prepared.metric,
            (&f, &targets),
            (&f_eval, &self.eval_targets),
        );
        if let (Some(trainer), Some((on_train, on_eval))) = (linearized, &self.linearized) {
            let theta_bar = trainer.theta();
            let g = on_train.forward(theta_bar, &subset)?;
            let g_eval = on_eval.forward(theta_bar, &all)?;
            row.linearized(
                objective,
                self.prepared.metric,
                trainer.distance(),
                (&g, &targets),
                (&g_eval, &self.eval_targets),
            );
            row.apart(self.full.outputs(), (&f, &g), (&f_eval, &g_eval));
        }
        if let Some(k_0) = kernel_at_start {
            let k_t = self.kernel(full.theta(), watched.kernel_n)?;
            row.drifted(k_0, &k_t)?;
        }
        Ok(row)
    }
}

fn first(targets: &Targets, n: usize) -> Targets {
    match targets {
        Targets::Classes(classes) => Targets::Classes(classes[..n].to_vec()),
        Targets::Scores(scores) => Targets::Scores(scores[..n].to_vec()),
    }
}
