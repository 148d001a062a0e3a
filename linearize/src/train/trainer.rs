use super::order::{Order, dropout_seed};
use super::recipe::Recipe;
use crate::optimiser::{Memory, Optimiser, clip};
use crate::pull::{Iterate, Pull};
use crate::{Error, Predictor, Result, Targets};

/// The complete state of a training run between two steps, from which [`Trainer::restore`] continues bit for bit.
/// [`Checkpoint`](super::Checkpoint) writes it as bytes.
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    /// The number of steps taken.
    pub step: usize,
    /// $\theta_t$.
    pub theta: Vec<f64>,
    /// The memory of the optimiser.
    pub optimiser: Memory,
}

/// The record of one step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    /// The number of the step, from 1.
    pub step: usize,
    /// The data term on the step's examples, before the step.
    pub loss: f64,
    /// $\eta_{\text{step}}$.
    pub rate: f64,
    /// The norm $\lVert g\rVert$ of the data term's gradient, before clipping.
    pub gradient_norm: f64,
    /// The share of tensors that the rule pulled.
    pub regularised: f64,
}

/// A training run of any [`Predictor`].
///
/// # Example
/// Gradient descent on $\theta \mapsto \theta\,x$ towards $y$ finds $y/x$:
/// ```
/// use nalgebra::dmatrix;
/// use tangent_linearize::optimiser::Schedule;
/// use tangent_linearize::pull::Rule;
/// use tangent_linearize::train::{KernelSpace, Recipe, Stepping, Trainer};
/// use tangent_linearize::{Objective, Targets};
///
/// // x = 2, so K = 4; f₀ = 0.
/// let line = KernelSpace::new(dmatrix![4.0], vec![0.0], 1)?;
/// let recipe = Recipe {
///     objective: Objective::Squared,
///     rule: Rule::None,
///     optimiser: Stepping::GradientDescent,
///     schedule: Schedule::Constant,
///     rate: 0.1,
///     epochs: 50,
///     ..Recipe::default()
/// };
/// let targets = Targets::Scores(vec![3.0]);
/// let mut trainer = Trainer::new(&line, &targets, recipe)?;
/// while trainer.step()?.is_some() {}
/// // θ − θ₀ = Jᵀa = 2a
/// assert!((2.0 * trainer.state().theta[0] - 1.5).abs() < 1e-9);
/// # Ok::<(), tangent_linearize::Error>(())
/// ```
pub struct Trainer<'a, P: Predictor + ?Sized> {
    predictor: &'a P,
    targets: &'a Targets,
    recipe: Recipe,
    pull: Box<dyn Pull>,
    optimiser: Box<dyn Optimiser>,
    order: Order,
    step: usize,
    theta: Vec<f64>,
}

impl<'a, P: Predictor + ?Sized> Trainer<'a, P> {
    /// Returns a run that starts at $\theta_0$.
    ///
    /// # Errors
    /// The errors of [`Recipe::check`] and [`Objective::check`](crate::Objective::check); there are no examples; the
    /// predictor is in kernel space but the recipe is not linear.
    pub fn new(predictor: &'a P, targets: &'a Targets, recipe: Recipe) -> Result<Self> {
        recipe.check()?;
        let n = predictor.examples();
        if n == 0 {
            return Err(Error::NoExamples);
        }
        recipe.objective.check(targets, n, predictor.outputs())?;
        if predictor.in_kernel_space() && !recipe.is_linear() {
            return Err(Error::NotLinear);
        }
        Ok(Self {
            predictor,
            targets,
            recipe,
            pull: recipe.pull()?,
            optimiser: recipe.optimiser.optimiser(),
            order: Order::new(n, recipe.seed),
            step: 0,
            theta: predictor.start().to_vec(),
        })
    }

    /// Returns the number of steps of the whole run.
    pub fn steps(&self) -> usize {
        self.recipe.steps(self.predictor.examples())
    }

    /// Returns the number of steps taken so far.
    pub fn taken(&self) -> usize {
        self.step
    }

    /// Returns the number of epochs taken so far, which may be a fraction.
    pub fn epoch(&self) -> f64 {
        self.step as f64 / self.recipe.steps_per_epoch(self.predictor.examples()) as f64
    }

    /// Returns $\theta_t$.
    pub fn theta(&self) -> &[f64] {
        &self.theta
    }

    /// Returns $\lVert\theta_t - \theta_0\rVert$.
    pub fn distance(&self) -> f64 {
        self.predictor.norm(&self.displacement())
    }

    fn displacement(&self) -> Vec<f64> {
        let start = self.predictor.start();
        self.theta.iter().zip(start).map(|(a, b)| a - b).collect()
    }

    /// Returns the state of the run, with copies of $\theta_t$ and of the optimiser's memory.
    pub fn state(&self) -> State {
        State {
            step: self.step,
            theta: self.theta.clone(),
            optimiser: self.optimiser.memory(),
        }
    }

    /// Continues from a state of the same run.
    ///
    /// # Errors
    /// The state has a different number of parameters, belongs to a different optimiser, or lies beyond the last step.
    pub fn restore(&mut self, state: State) -> Result<()> {
        let p = self.theta.len();
        crate::error::check_length("parameters of the state", p, state.theta.len())?;
        let Memory { steps, moments } = &state.optimiser;
        crate::error::check_length("steps of the optimiser", state.step, *steps)?;
        let expected = if *steps == 0 {
            0
        } else {
            self.recipe.optimiser.moments()
        };
        crate::error::check_length("moments of the optimiser", expected, moments.len())?;
        for moment in moments {
            crate::error::check_length("entries of the optimiser's memory", p, moment.len())?;
        }
        if state.step > self.steps() {
            return Err(Error::BeyondLastStep {
                step: state.step,
                steps: self.steps(),
            });
        }
        self.step = state.step;
        self.theta = state.theta;
        self.optimiser.restore(state.optimiser);
        Ok(())
    }

    /// Takes one step and returns it; `None` after the last step.
    ///
    /// # Errors
    /// [`Error::Diverged`] if a loss, a gradient or a parameter is not finite; the run then stays in the state before
    /// the step. Any other error of the predictor.
    pub fn step(&mut self) -> Result<Option<Step>> {
        let n = self.predictor.examples();
        let steps = self.steps();
        if self.step == steps {
            return Ok(None);
        }
        let per_epoch = self.recipe.steps_per_epoch(n);
        let (epoch, place) = (self.step / per_epoch, self.step % per_epoch);
        let size = self.recipe.examples_per_step(n);
        let examples = self.order.epoch(epoch)[place * size..n.min((place + 1) * size)].to_vec();
        let rate = self.recipe.rate * self.recipe.schedule.factor(self.step, steps);

        let (loss, gradient) = self.data_term(&examples)?;
        let gradient_norm = self.predictor.norm(&gradient);
        if !(loss.is_finite() && gradient_norm.is_finite()) {
            return Err(self.diverged("the loss or its gradient"));
        }
        let at = Iterate {
            start: self.predictor.start(),
            theta: &self.theta,
            gradient: &gradient,
            tensors: self.predictor.tensors(),
            rate,
        };
        let pulled = self.pull.step(&at, &mut |gradient| match self.recipe.clip {
            None => self.optimiser.step(&self.theta, gradient, rate),
            Some(max) => {
                let mut clipped = gradient.to_vec();
                clip(&mut clipped, max);
                self.optimiser.step(&self.theta, &clipped, rate)
            }
        });
        if pulled.theta.iter().any(|x| !x.is_finite()) {
            self.optimiser.undo();
            return Err(self.diverged("a parameter"));
        }
        self.theta = pulled.theta;
        self.step += 1;
        Ok(Some(Step {
            step: self.step,
            loss,
            rate,
            gradient_norm,
            regularised: pulled.regularised,
        }))
    }

    /// Returns the data term on these examples and its gradient, computed batch by batch.
    fn data_term(&self, examples: &[usize]) -> Result<(f64, Vec<f64>)> {
        let objective = self.recipe.objective;
        let weight = objective.weight(examples.len());
        let (mut loss, mut sum) = (0.0, Vec::new());
        for (part, batch) in examples.chunks(self.recipe.batch).enumerate() {
            let cotangent = |place: usize, outputs: &[f64], into: &mut [f64]| {
                objective.derivative(outputs, self.targets.label(batch[place]), into);
                into.iter_mut().for_each(|x| *x *= weight);
            };
            let batch_number = self
                .step
                .wrapping_mul(self.recipe.accumulate)
                .wrapping_add(part);
            let seed = dropout_seed(self.recipe.seed, batch_number);
            let (outputs, gradient) = self
                .predictor
                .gradient_with_dropout(&self.theta, batch, &cotangent, seed)
                .map_err(|error| match error {
                    Error::Model(tangent_ntk_core::Error::NonFinite { what, .. }) => {
                        self.diverged(&what)
                    }
                    other => other,
                })?;
            let each = outputs.chunks_exact(self.predictor.outputs());
            for (&i, outputs) in batch.iter().zip(each) {
                loss += weight * objective.loss(outputs, self.targets.label(i));
            }
            if part == 0 {
                sum = gradient;
            } else {
                sum.iter_mut().zip(gradient).for_each(|(sum, g)| *sum += g);
            }
        }
        Ok((loss, sum))
    }

    fn diverged(&self, what: &str) -> Error {
        Error::Diverged {
            step: self.step + 1,
            what: what.to_owned(),
            rate: self.recipe.rate,
            lambda: self.recipe.lambda,
        }
    }
}
