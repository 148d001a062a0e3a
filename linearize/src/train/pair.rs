use super::recipe::Recipe;
use super::trainer::{State, Step, Trainer};
use crate::metrics::{kl_divergence, logit_gap};
use crate::{Objective, Predictor, Result, Targets};

/// The full model and its linearization, trained side by side: one recipe, one order of examples,
/// one start, each with an optimiser of its own.
pub struct Pair<'a, F: Predictor + ?Sized, L: Predictor + ?Sized> {
    /// The full model's run.
    pub full: Trainer<'a, F>,
    /// The linearized model's.
    pub linearized: Trainer<'a, L>,
}

impl<'a, F: Predictor + ?Sized, L: Predictor + ?Sized> Pair<'a, F, L> {
    /// Both at $\theta_0$, on the same examples.
    ///
    /// # Errors
    /// As [`Trainer::new`].
    pub fn new(
        full: &'a F,
        linearized: &'a L,
        targets: &'a Targets,
        recipe: Recipe,
    ) -> Result<Self> {
        Ok(Self {
            full: Trainer::new(full, targets, recipe)?,
            linearized: Trainer::new(linearized, targets, recipe)?,
        })
    }

    /// A step of each, or `None` after the last.
    ///
    /// # Errors
    /// As [`Trainer::step`]. Where the linearized model fails, the full one has gone a step ahead:
    /// go on from [`states`](Self::states) of before.
    pub fn step(&mut self) -> Result<Option<(Step, Step)>> {
        Ok(self.full.step()?.zip(self.linearized.step()?))
    }

    /// Where the runs are: the full one's state, then the linearized one's.
    pub fn states(&self) -> [State; 2] {
        [self.full.state(), self.linearized.state()]
    }

    /// Goes on from [`states`](Self::states) of the same runs.
    ///
    /// # Errors
    /// As [`Trainer::restore`].
    pub fn restore(&mut self, [full, linearized]: [State; 2]) -> Result<()> {
        self.full.restore(full)?;
        self.linearized.restore(linearized)
    }
}

/// What the two models make of one set of examples.
#[derive(Debug, Clone, PartialEq)]
pub struct Observed {
    /// $f_{\theta_t}$ there, `[n, C]`.
    pub full: Vec<f64>,
    /// $\bar f_{\bar\theta_t}$ there, `[n, C]`.
    pub linearized: Vec<f64>,
    outputs: usize,
}

impl Observed {
    /// $f$ at `theta` and $\bar f$ at `theta_bar`, on the examples of the two predictors, which
    /// are the same.
    ///
    /// # Errors
    /// Those of [`Predictor::forward`].
    pub fn at<F: Predictor + ?Sized, L: Predictor + ?Sized>(
        full: &F,
        theta: &[f64],
        linearized: &L,
        theta_bar: &[f64],
    ) -> Result<Self> {
        Ok(Self {
            full: full.forward(theta, &full.all())?,
            linearized: linearized.forward(theta_bar, &linearized.all())?,
            outputs: full.outputs(),
        })
    }

    /// [`logit_gap`] of the two.
    pub fn gap(&self) -> f64 {
        logit_gap(&self.full, &self.linearized, self.outputs)
    }

    /// $\lVert f_{\theta_t}(X) - \bar f_{\bar\theta_t}(X)\rVert$ over all examples and outputs: the
    /// gap of the theorems.
    pub fn gap_norm(&self) -> f64 {
        let each = self.full.iter().zip(&self.linearized);
        each.map(|(f, g)| (f - g).powi(2)).sum::<f64>().sqrt()
    }

    /// [`kl_divergence`] of the two; 0 where there is one output.
    pub fn kl(&self) -> f64 {
        kl_divergence(&self.full, &self.linearized, self.outputs)
    }

    /// The data term of the full model, then of the linearized one.
    pub fn losses(&self, objective: Objective, targets: &Targets) -> [f64; 2] {
        [&self.full, &self.linearized].map(|outputs| objective.total(outputs, targets))
    }
}
