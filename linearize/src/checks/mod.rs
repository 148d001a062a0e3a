//! Every statement of the paper, checked on a given function of $\theta$.
//!
//! A [`Setting`] is a function with its targets and its constants. For each strength $\lambda$ the
//! full gradient flow is integrated, once under constant $\lambda$ and once under the selective
//! rule, and every statement becomes one [`Finding`] or more: the measured side beside the bound, at
//! the time where the bound is nearest.

mod added;
mod flows;
mod ridge;

use crate::full_flow::{Adaptive, FixedStep};
use crate::{Predictor, Result, jacobian};
use nalgebra::{DMatrix, DVector};
use serde::{Deserialize, Serialize};
use tangent_ntk_core::Monitor;
use tangent_spectral::theorems::{Check, Constants, Hypothesis, Knowledge};

/// The statements.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Statement {
    /// $\mathrm{Lip}(k)$.
    Lemma1,
    /// $K \succeq 0$.
    Lemma2,
    /// The flow as the limit of the steps.
    Lemma3,
    /// The loss falls.
    Theorem1,
    /// The distance.
    Theorem2,
    /// The gap.
    Theorem3,
    /// The gap, linear in $t$.
    Theorem4,
    /// The gap to the regularised comparator.
    RegularisedComparator,
    /// The ridge risk.
    Theorem5,
    /// Eigenvalues after parameters are added.
    Theorem6,
    /// The ridge risk after parameters are added.
    Theorem7,
    /// The ridge risks of two additions.
    Corollary1,
}

/// Whether a form of a statement is the paper's or this project's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// As printed, where it is right.
    Stated,
    /// As printed, where it is repaired.
    Printed,
    /// As repaired.
    Repaired,
}

/// One form of a statement, checked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// The statement.
    pub statement: Statement,
    /// Which form of it.
    pub form: Form,
    /// What is bounded by what: an equation's number, or words.
    pub what: String,
    /// $\lambda$.
    pub lambda: f64,
    /// The time at which measured side and bound are nearest; `None` where there is none.
    pub time: Option<f64>,
    /// The two sides.
    pub check: Check,
}

/// A function of $\theta$, its targets, and what is known of it.
pub struct Setting<'a, P: Predictor + ?Sized> {
    /// The function; all its outputs are $f_\theta(X)$.
    pub predictor: &'a P,
    /// $Y$.
    pub targets: DVector<f64>,
    /// Its constants over the ball of their radius.
    pub constants: Constants,
    /// How they are known.
    pub knowledge: Knowledge,
    /// Whether they hold outside of the ball too.
    pub everywhere: bool,
}

/// How a setting is checked.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CheckOptions<'a> {
    /// Strengths $\lambda$ of the pull.
    pub lambdas: &'a [f64],
    /// Ascending times at which flows are looked at.
    pub times: &'a [f64],
    /// Of flows under constant $\lambda$.
    pub adaptive: Adaptive,
    /// Of flows under the selective rule.
    pub fixed: FixedStep,
}

impl<'a, P: Predictor + ?Sized> Setting<'a, P> {
    /// All findings of all strengths.
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

    /// Theorems 6 and 7 and Corollary 1 alone, at a ridge $\sigma > 0$ that may be far below $\lambda/2$ of any flow worth
    /// integrating: beside a large one the kernel is nothing, and every bound of (21) and (22) that is finite is near 1.
    ///
    /// # Errors
    /// The model fails; $K + \sigma I$ is singular as far as can be told.
    pub fn added_at(&self, sigma: f64) -> Result<Vec<Finding>> {
        added::check(self, &AtStart::of(self.predictor)?, 2.0 * sigma)
    }

    /// Whether the constants hold as far as that.
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
