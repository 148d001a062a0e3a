//! The bounds of Theorems 2 and 3 for a run of gradient descent on the squared loss, which the theorems describe in the
//! limit of small steps.

use burn::tensor::DType;
use nalgebra::DVector;
use serde::Serialize;
use tangent_linearize::lipschitz::{ThetaLipschitz, ThetaSearch};
use tangent_linearize::pull::Rule;
use tangent_linearize::train::{Recipe, Row, Stage, States, Stepping};
use tangent_linearize::{Objective, Predictor, Read};
use tangent_ntk_core::{Monitor, Trainable};
use tangent_spectral::Precision;
use tangent_spectral::theorems::{Constants, regularised_comparator, theorem_2, theorem_3};

use tangent_base::Result;
use tangent_base::source::fitted;

/// What the bounds of a run are computed from.
#[derive(Clone, Debug, Serialize)]
pub struct Bounds {
    /// The constants over the ball that the run stayed in. Lip(f) and Lip(∇f) are estimates from below: a run that
    /// exceeds its bound would not refute the theorem.
    pub constants: Constants,
    #[serde(skip)]
    recipe: Recipe,
    /// t = Σ η_step after 0, 1, … steps.
    #[serde(skip)]
    times: Vec<f64>,
}

/// The value of a bound at a row of the trajectory.
type AtRow<'a> = Box<dyn Fn(&Row) -> Option<f64> + 'a>;

impl Bounds {
    /// Measures the constants at θ₀, at two points of the ball and where the run ended. Returns `None` for a run that
    /// the theorems do not cover.
    pub(super) fn of_run<M: Trainable>(
        stage: &Stage<M>,
        recipe: Recipe,
        states: &States,
        dtype: DType,
        monitor: &Monitor,
    ) -> Result<Option<Self>> {
        let flows = recipe.objective == Objective::Squared
            && recipe.optimiser == Stepping::GradientDescent
            && recipe.clip.is_none();
        if !flows {
            return Ok(None);
        }
        let (readout, targets) = fitted(&stage.targets, stage.full.outputs());
        let predictor = Read::new(&stage.full, readout)?;
        let start = predictor.forward(predictor.start(), &predictor.all())?;
        let rows = match dtype {
            DType::F64 => Precision::F64,
            _ => Precision::F32,
        };
        let search = ThetaSearch {
            alternations: 6,
            tolerance: 1e-2,
            seed: recipe.seed,
            ..ThetaSearch::of(rows)
        };
        let radius = states.farthest;
        let search = ThetaLipschitz::new(&predictor, search)?;
        let found = search
            .sampled(radius, 2, monitor)?
            .max(search.along(&[&states.full.theta], monitor)?);
        Ok(Some(Self {
            constants: Constants {
                lip_f: found.lip_f.value,
                lip_gradient: found.lip_gradient.value,
                residual: (targets - DVector::from_vec(start)).norm(),
                radius,
            },
            recipe,
            times: times(recipe, recipe.steps(stage.full.examples())),
        }))
    }

    /// Returns the bound of ‖θ_t − θ₀‖, with its name.
    pub(super) fn distance(&self) -> (&'static str, AtRow<'_>) {
        let name = match self.constant_pull() {
            Some(lambda) if lambda > 0.0 => "Theorem 2, (10), estimated constants",
            _ => "Theorem 2, (11), estimated constants",
        };
        // (9) is largest without a pull, and that bound holds under every rule.
        let lambda = self.constant_pull().unwrap_or(0.0);
        let bound =
            move |row: &Row| theorem_2::constant_pull(&self.constants, lambda, self.time(row)).ok();
        (name, Box::new(bound))
    }

    /// Returns the bound of ‖f(X) − f̄(X)‖, with its name, if both models are trained under a constant pull.
    pub(super) fn gap(&self) -> Option<(&'static str, AtRow<'_>)> {
        let lambda = self.constant_pull()?;
        let constants = &self.constants;
        Some(match lambda > 0.0 {
            true => (
                "the regularised comparator's, estimated constants",
                Box::new(move |row: &Row| {
                    let time = self.time(row);
                    regularised_comparator::sharper(constants, lambda, time, row.farthest).ok()
                }),
            ),
            false => (
                "Theorem 3 at λ = 0, estimated constants",
                Box::new(move |row: &Row| {
                    theorem_3::any_pull(constants, [(self.time(row), 0.0)]).ok()
                }),
            ),
        })
    }

    /// Returns λ if it is the same at all times.
    fn constant_pull(&self) -> Option<f64> {
        match self.recipe.rule {
            _ if self.recipe.lambda == 0.0 => Some(0.0),
            Rule::None => Some(0.0),
            Rule::Always | Rule::Penalty => Some(self.recipe.lambda),
            Rule::SelectiveGlobal | Rule::SelectivePerTensor | Rule::Spd => None,
        }
    }

    fn time(&self, row: &Row) -> f64 {
        self.times[row.step]
    }
}

/// Returns t = Σ η_step after 0, 1, …, `steps` steps.
fn times(recipe: Recipe, steps: usize) -> Vec<f64> {
    let rates = (0..steps).map(|step| recipe.rate * recipe.schedule.factor(step, steps));
    let sums = rates.scan(0.0, |time, rate| {
        *time += rate;
        Some(*time)
    });
    std::iter::once(0.0).chain(sums).collect()
}

#[cfg(test)]
mod tests {
    use tangent_linearize::optimiser::Schedule;

    use super::*;

    #[test]
    fn times_are_the_sums_of_the_rates_before_them() {
        for schedule in [Schedule::Constant, Schedule::Linear { warmup: 0.1 }] {
            let recipe = Recipe {
                rate: 0.1,
                schedule,
                ..Recipe::default()
            };
            let steps = 137;
            let times = times(recipe, steps);
            assert_eq!(times.len(), steps + 1);
            for (step, time) in times.into_iter().enumerate() {
                let plain: f64 = (0..step).map(|s| 0.1 * schedule.factor(s, steps)).sum();
                assert_eq!(time, plain, "{step}");
            }
        }
    }
}
