//! The loss that training minimises.

use crate::{Error, Result};
use serde::{Deserialize, Serialize};

/// The labels of the examples.
#[derive(Debug, Clone, PartialEq)]
pub enum Targets {
    /// One class for each example, counted from 0.
    Classes(Vec<usize>),
    /// One number for each example, for regression.
    Scores(Vec<f64>),
}

/// The label of one example.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Label {
    /// The class of the example, counted from 0.
    Class(usize),
    /// The score of the example.
    Score(f64),
}

impl Targets {
    /// Returns the number of examples.
    pub fn len(&self) -> usize {
        match self {
            Self::Classes(classes) => classes.len(),
            Self::Scores(scores) => scores.len(),
        }
    }

    /// Returns whether there are no examples.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the label of example `i`.
    ///
    /// # Panics
    /// If there is no example `i`.
    pub fn label(&self, i: usize) -> Label {
        match self {
            Self::Classes(classes) => Label::Class(classes[i]),
            Self::Scores(scores) => Label::Score(scores[i]),
        }
    }
}

/// The data term: a function of an example's $C$ outputs $z$ and its label, summed or averaged over examples.
///
/// Whether it is a sum or a mean decides how strong the pull's $\lambda$ is relative to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Objective {
    /// Equation (3), a **sum** without $\tfrac12$: $\sum_i \lVert f(x_i) - y_i\rVert^2$.
    ///
    /// One output: $f = z_0$, and $y$ is the score. Two outputs: $f = z_1 - z_0$ is the margin, $y = 1$ for class 1
    /// and $-1$ for class 0. More outputs: $f = z$, and $y$ is one-hot.
    Squared,
    /// The **mean** of $-\log \mathrm{softmax}(z_i)_{y_i}$.
    CrossEntropy,
}

impl Objective {
    /// Checks that `targets` fit `n` examples and a model of `outputs` outputs.
    ///
    /// # Errors
    /// The number of labels is not `n`; the model has no output for a class, or one output for classes; a score is
    /// not finite; scores are given for a cross-entropy or for several outputs.
    pub fn check(self, targets: &Targets, n: usize, outputs: usize) -> Result<()> {
        crate::error::check_length("labels", n, targets.len())?;
        match targets {
            Targets::Classes(_) if outputs < 2 => Err(Error::OutputsForClasses { outputs }),
            Targets::Classes(classes) => match classes.iter().position(|&c| c >= outputs) {
                None => Ok(()),
                Some(example) => Err(Error::Class {
                    example,
                    class: classes[example],
                    outputs,
                }),
            },
            Targets::Scores(_) if self == Self::CrossEntropy || outputs != 1 => {
                Err(Error::Scores {
                    objective: self,
                    outputs,
                })
            }
            Targets::Scores(scores) => crate::error::check_finite("the scores", scores),
        }
    }

    /// Returns the term of one example, without the [`weight`](Self::weight).
    pub fn loss(self, outputs: &[f64], label: Label) -> f64 {
        match (self, label) {
            (Self::Squared, Label::Score(score)) => (outputs[0] - score).powi(2),
            (Self::Squared, Label::Class(class)) if outputs.len() == 2 => {
                margin_error(outputs, class).powi(2)
            }
            (Self::Squared, Label::Class(class)) => (0..outputs.len())
                .map(|c| (outputs[c] - f64::from(c == class)).powi(2))
                .sum(),
            (Self::CrossEntropy, Label::Class(class)) => log_sum_exp(outputs) - outputs[class],
            (Self::CrossEntropy, Label::Score(_)) => f64::NAN,
        }
    }

    /// Writes the derivative of one example's term with respect to its outputs to `into`.
    pub fn derivative(self, outputs: &[f64], label: Label, into: &mut [f64]) {
        match (self, label) {
            (Self::Squared, Label::Score(score)) => into[0] = 2.0 * (outputs[0] - score),
            (Self::Squared, Label::Class(class)) if outputs.len() == 2 => {
                let error = 2.0 * margin_error(outputs, class);
                into.copy_from_slice(&[-error, error]);
            }
            (Self::Squared, Label::Class(class)) => {
                for (c, (into, z)) in into.iter_mut().zip(outputs).enumerate() {
                    *into = 2.0 * (z - f64::from(c == class));
                }
            }
            (Self::CrossEntropy, Label::Class(class)) => {
                softmax(outputs, into);
                into[class] -= 1.0;
            }
            (Self::CrossEntropy, Label::Score(_)) => into.fill(f64::NAN),
        }
    }

    /// Returns the weight of each example's term in the data term over `n` examples: 1 for a sum, $1/n$ for a mean.
    pub fn weight(self, n: usize) -> f64 {
        match self {
            Self::Squared => 1.0,
            Self::CrossEntropy => 1.0 / n as f64,
        }
    }

    /// Returns the data term over all examples; `outputs` is `[n, C]`.
    pub fn total(self, outputs: &[f64], targets: &Targets) -> f64 {
        let n = targets.len();
        if n == 0 {
            return 0.0;
        }
        let each = outputs.chunks_exact(outputs.len() / n).enumerate();
        let sum: f64 = each.map(|(i, z)| self.loss(z, targets.label(i))).sum();
        sum * self.weight(n)
    }
}

/// Returns $z_1 - z_0 \mp 1$.
fn margin_error(outputs: &[f64], class: usize) -> f64 {
    outputs[1] - outputs[0] - if class == 1 { 1.0 } else { -1.0 }
}

/// Returns $\log \sum_c e^{z_c}$.
pub(crate) fn log_sum_exp(z: &[f64]) -> f64 {
    let max = z.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    max + z.iter().map(|z| (z - max).exp()).sum::<f64>().ln()
}

fn softmax(z: &[f64], into: &mut [f64]) {
    let log_sum = log_sum_exp(z);
    for (into, z) in into.iter_mut().zip(z) {
        *into = (z - log_sum).exp();
    }
}
