//! A training run of the full model and its linearization, side by side.

use nalgebra::DMatrix;
use tangent_ntk_core::{Error as ModelError, Trainable};

use super::stage::{Stage, States, Watch};
use super::{Recipe, Regularised, Row, Step, Trainer, Watched};
use crate::{Error, Full, Linearized, Predictor, Result, Targets};

impl<'a, M: Trainable> Stage<'a, M> {
    /// Trains both models, starting at $\theta_0$ or continuing from the states `from` of an interrupted run. Returns
    /// their last states.
    ///
    /// # Errors
    /// Divergence, any other error of a model, and the error with which `watch` ends the run.
    pub fn run<E: From<Error>>(
        &self,
        recipe: Recipe,
        watched: Watched,
        from: Option<States>,
        watch: &mut dyn Watch<E>,
    ) -> std::result::Result<States, E> {
        let at_start = from.is_none() && watched.every.is_some();
        let mut runs = Runs::new(self, recipe, watched, from)?;
        if at_start {
            watch.observed(runs.observe()?)?;
        }
        loop {
            watch.between(&|| runs.states())?;
            let Some(step) = runs.step()? else { break };
            watch.stepped(&step, runs.steps());
            let due = watched
                .every
                .is_some_and(|every| step.step.is_multiple_of(every));
            if due || step.step == runs.steps() {
                watch.observed(runs.observe()?)?;
            }
        }
        Ok(runs.states())
    }
}

/// The runs of both models on one stage under one recipe.
struct Runs<'s, 'a, M: Trainable> {
    stage: &'s Stage<'a, M>,
    recipe: Recipe,
    watched: Watched,
    full: Trainer<'s, Full<'a, M>>,
    linearized: Option<Trainer<'s, Linearized<'a, M>>>,
    kernel_at_start: Option<DMatrix<f64>>,
    farthest: f64,
    /// How much the rule has pulled each model since the last row.
    regularised: [Regularised; 2],
    /// The last step of each model that this process took.
    last: Option<(Step, Option<Step>)>,
}

impl<'s, 'a, M: Trainable> Runs<'s, 'a, M> {
    /// Returns runs that start at θ₀, or that continue from the states `from`.
    fn new(
        stage: &'s Stage<'a, M>,
        recipe: Recipe,
        watched: Watched,
        from: Option<States>,
    ) -> Result<Self> {
        let mut runs = Self {
            full: Trainer::new(&stage.full, &stage.targets, recipe)?,
            linearized: match &stage.linearized {
                None => None,
                Some((train, _)) => Some(Trainer::new(train, &stage.targets, recipe)?),
            },
            kernel_at_start: None,
            farthest: 0.0,
            regularised: Default::default(),
            last: None,
            stage,
            recipe,
            watched,
        };
        if watched.kernel_n > 0 {
            runs.kernel_at_start = Some(runs.kernel(stage.full.start())?);
        }
        if let Some(states) = from {
            runs.farthest = states.farthest;
            runs.regularised = states.regularised;
            runs.full.restore(states.full)?;
            if let (Some(trainer), Some(state)) = (&mut runs.linearized, states.linearized) {
                trainer.restore(state)?;
            }
        }
        Ok(runs)
    }

    /// Returns the number of steps of the whole run.
    fn steps(&self) -> usize {
        self.full.steps()
    }

    /// Takes one step of both models and returns the full model's step; `None` after the last step.
    fn step(&mut self) -> Result<Option<Step>> {
        let Some(step) = self.full.step()? else {
            return Ok(None);
        };
        let other = match &mut self.linearized {
            None => None,
            Some(trainer) => trainer.step()?,
        };
        self.farthest = self.farthest.max(self.full.distance());
        for (sum, step) in self
            .regularised
            .iter_mut()
            .zip([Some(&step), other.as_ref()])
        {
            if let Some(step) = step {
                sum.stepped(step);
            }
        }
        self.last = Some((step, other));
        Ok(Some(step))
    }

    /// Returns the states of both runs.
    fn states(&self) -> States {
        States {
            full: self.full.state(),
            linearized: self.linearized.as_ref().map(Trainer::state),
            rows_kept: self.stage.rows_kept(),
            farthest: self.farthest,
            regularised: self.regularised,
        }
    }

    /// Returns a row of the trajectory and resets what is counted from row to row.
    fn observe(&mut self) -> Result<Row> {
        let diverged = |what: &str| Error::Diverged {
            step: self.last.map_or(0, |(step, _)| step.step),
            what: what.to_owned(),
            rate: self.recipe.rate,
            lambda: self.recipe.lambda,
        };
        match self.row() {
            Ok(row) if !row.is_finite() => Err(diverged("a loss")),
            Err(Error::Model(ModelError::NonFinite { what, .. })) => Err(diverged(&what)),
            Ok(row) => {
                self.regularised = Default::default();
                Ok(row)
            }
            other => other,
        }
    }

    fn row(&self) -> Result<Row> {
        let (stage, full, objective) = (self.stage, &self.full, self.recipe.objective);
        let mut row = Row {
            step: full.taken(),
            epoch: full.epoch(),
            distance: full.distance(),
            farthest: self.farthest,
            ..Row::default()
        };
        if let Some((step, other)) = &self.last {
            row.stepped(step, other.as_ref());
        }
        row.regularised(self.regularised);
        let some: Vec<usize> = (0..self.watched.train_n.min(stage.full.examples())).collect();
        let targets = first(&stage.targets, some.len());
        let all = stage.full_eval.all();
        let f = stage.full.forward(full.theta(), &some)?;
        let f_eval = stage.full_eval.forward(full.theta(), &all)?;
        row.full(
            objective,
            &*stage.metric,
            (&f, &targets),
            (&f_eval, &stage.eval_targets),
        );
        if let (Some(trainer), Some((on_train, on_eval))) = (&self.linearized, &stage.linearized) {
            let g = on_train.forward(trainer.theta(), &some)?;
            let g_eval = on_eval.forward(trainer.theta(), &all)?;
            row.distance_linearized = Some(trainer.distance());
            row.linearized(
                objective,
                &*stage.metric,
                (&g, &targets),
                (&g_eval, &stage.eval_targets),
            );
            row.apart(stage.full.outputs(), (&f, &g), (&f_eval, &g_eval));
        }
        if let Some(k_0) = &self.kernel_at_start {
            row.drifted(k_0, &self.kernel(full.theta())?)?;
        }
        Ok(row)
    }

    /// Returns k_θ on the first [`Watched::kernel_n`] training examples.
    fn kernel(&self, theta: &[f64]) -> Result<DMatrix<f64>> {
        let of = self.stage.train;
        let of = &of[..self.watched.kernel_n.min(of.len())];
        self.stage.full.kernel(theta, of, self.stage.readout)
    }
}

fn first(targets: &Targets, n: usize) -> Targets {
    match targets {
        Targets::Classes(classes) => Targets::Classes(classes[..n].to_vec()),
        Targets::Scores(scores) => Targets::Scores(scores[..n].to_vec()),
    }
}
