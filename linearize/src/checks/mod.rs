//! Checks of every statement of the paper on a given function of $\theta$.
//!
//! A [`Setting`] is a function with its targets and its constants. For each strength $\lambda$ the full gradient flow
//! is integrated, once under constant $\lambda$ and once under the selective rule. Every statement gives at least one
//! [`Finding`]: the measured side and the bound, at the time where the two are nearest.

mod added;
mod flows;
mod ridge;

use crate::full_flow::{Adaptive, FixedStep};
use crate::{Predictor, Result, jacobian};
use nalgebra::{DMatrix, DVector};
use serde::{Deserialize, Serialize};
use tangent_ntk_core::Monitor;
use tangent_spectral::theorems::{Check, Constants, Hypothesis, Knowledge};

/// The statements of the paper, and the regularised comparator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Statement {
    /// $\mathrm{Lip}(k)$.
    Lemma1,
    /// $K \succeq 0$.
    Lemma2,
    /// The flow is the limit of the training steps.
    Lemma3,
    /// The loss falls.
    Theorem1,
    /// The distance to $\theta_0$.
    Theorem2,
    /// The gap to the linearized model.
    Theorem3,
    /// The gap to the linearized model, linear in $t$.
    Theorem4,
    /// The gap to the regularised comparator.
    RegularisedComparator,
    /// The risk of kernel ridge regression.
    Theorem5,
    /// The eigenvalues of the kernel after parameters are added.
    Theorem6,
    /// The ridge risk after parameters are added.
    Theorem7,
    /// The ridge risks of two additions.
    Corollary1,
}

/// Whether a form of a statement is from the paper or from this project.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// The printed form of a statement that needs no repair.
    Stated,
    /// The printed form of a statement that this project repairs.
    Printed,
    /// The repaired form.
    Repaired,
}

/// The check of one form of a statement.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// The statement that is checked.
    pub statement: Statement,
    /// The form of the statement.
    pub form: Form,
    /// A description of the bound: the number of an equation, or words.
    pub what: String,
    /// $\lambda$.
    pub lambda: f64,
    /// The time at which the measured side and the bound are nearest; `None` for statements without a time.
    pub time: Option<f64>,
    /// The two sides and the verdict.
    pub check: Check,
}

/// A function of $\theta$ with its targets and its constants.
pub struct Setting<'a, P: Predictor + ?Sized> {
    /// The function; all its outputs are $f_\theta(X)$.
    pub predictor: &'a P,
    /// $Y$.
    pub targets: DVector<f64>,
    /// The constants of the function over the ball of their radius.
    pub constants: Constants,
    /// How the constants are known.
    pub knowledge: Knowledge,
    /// Whether the constants hold outside of the ball too.
    pub everywhere: bool,
}

/// How a setting is checked.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CheckOptions<'a> {
    /// The strengths $\lambda$ of the pull.
    pub lambdas: &'a [f64],
    /// The ascending times at which flows are checked.
    pub times: &'a [f64],
    /// How flows under constant $\lambda$ are integrated.
    pub adaptive: Adaptive,
    /// How flows under the selective rule are integrated.
    pub fixed: FixedStep,
}

impl<'a, P: Predictor + ?Sized> Setting<'a, P> {
    /// Returns all findings for all strengths.
    ///
    /// # Errors
    /// A flow cannot be integrated; the model fails; cancelled.
    pub fn check(&self, plan: &CheckOptions, monitor: &Monitor) -> Result<Vec<Finding>> {
        let at_start = AtStart::of(self.predictor)?;
        let mut findings = Vec::new();
        for &lambda in plan.lambdas {
            findings.extend(flows::check(self, plan, &at_start, lambda, monitor)?);
            if lambda > 0.0 {
                findings.extend(ridge::check(self, &at_start, lambda)?);
                findings.extend(added::check(self, &at_start, lambda)?);
            }
        }
        Ok(findings)
    }

    /// Checks only Theorems 6 and 7 and Corollary 1, at a ridge $\sigma > 0$ that may be far below the $\lambda/2$ of
    /// any flow worth integrating. Compared with a large $\sigma$ the kernel is negligible, and every finite bound of
    /// (21) and (22) is near 1.
    ///
    /// # Errors
    /// The model fails; $K + \sigma I$ is singular up to rounding.
    pub fn added_at(&self, sigma: f64) -> Result<Vec<Finding>> {
        added::check(self, &AtStart::of(self.predictor)?, 2.0 * sigma)
    }

    /// Checks that the constants hold up to the distance `farthest` from $\theta_0$.
    fn within(&self, farthest: f64) -> std::result::Result<(), Hypothesis> {
        let radius = self.constants.radius;
        match self.everywhere || farthest <= radius {
            true => Ok(()),
            false => Err(Hypothesis::LeftTheBall {
                distance: farthest,
                radius,
            }),
        }
    }
}

/// The Jacobian, the kernel and the outputs at $\theta_0$.
struct AtStart {
    j: DMatrix<f64>,
    k: DMatrix<f64>,
    f: DVector<f64>,
}

impl AtStart {
    fn of<P: Predictor + ?Sized>(predictor: &P) -> Result<Self> {
        let start = predictor.start();
        let j = jacobian(predictor, start)?;
        let f = predictor.forward(start, &predictor.all())?;
        Ok(Self {
            k: &j * j.transpose(),
            j,
            f: DVector::from_vec(f),
        })
    }
}
