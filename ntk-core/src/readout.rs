//! The function of the $C$ outputs per example whose kernel is computed.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::Error;

/// The function of the $C$ outputs whose kernel is computed.
///
/// Below, $J_c \in \mathbb{R}^{n \times p}$ is the Jacobian of output $c$ on the $n$ examples.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Readout {
    /// $f_1 - f_0$, for models of two outputs: binary classification by two logits.
    Margin,
    /// $\sum_c J_c J_c^\top$, without $1/C$: one number per pair of examples, for many classes.
    Trace,
    /// Every output separately: a kernel of size $nC \times nC$, row $iC + c$ for output $c$ of
    /// example $i$. It serves to predict every output, and takes $C^2$ times the memory.
    Full,
    /// Output $c$ alone; regression with one output is `Logit(0)`.
    Logit(usize),
}

impl Readout {
    /// Returns the usual readout of a model with this number of outputs: 1 → `logit(0)`, 2 →
    /// `margin`, more → `trace`.
    pub fn of_outputs(outputs: usize) -> Self {
        match outputs {
            0 | 1 => Readout::Logit(0),
            2 => Readout::Margin,
            _ => Readout::Trace,
        }
    }

    /// Returns the `k` directions in which outputs are differentiated, row by row: shape
    /// `[k, outputs]`.
    ///
    /// # Errors
    /// [`Error::Margin`] or [`Error::Logit`] if the model does not have the outputs for the
    /// readout.
    pub fn directions(self, outputs: usize) -> Result<Vec<Vec<f64>>, Error> {
        let unit = |c: usize| (0..outputs).map(|j| f64::from(j == c)).collect::<Vec<_>>();
        match self {
            Readout::Margin if outputs == 2 => Ok(vec![vec![-1.0, 1.0]]),
            Readout::Margin => Err(Error::Margin { outputs }),
            Readout::Trace | Readout::Full => Ok((0..outputs).map(unit).collect()),
            Readout::Logit(c) if c < outputs => Ok(vec![unit(c)]),
            Readout::Logit(_) => Err(Error::Logit {
                readout: self,
                outputs,
            }),
        }
    }

    /// Returns the number of kernel rows per example: $C$ for [`Readout::Full`], else 1.
    ///
    /// Directions that are not kernel rows of their own are concatenated into one:
    /// $\sum_c J_c J_c^\top$ is the Gram matrix of the rows $(J_1, \dots, J_C)$.
    pub fn rows_per_example(self, outputs: usize) -> usize {
        match self {
            Readout::Full => outputs,
            _ => 1,
        }
    }
}

/// Returns the products of outputs with some [directions](Readout::directions), example by example.
///
/// # Shapes
/// `directions` `[k][C]`, `outputs` `[n, C]`, the result `[n, k]`, row by row. An incomplete last
/// row of `outputs` is ignored.
pub fn read(directions: &[Vec<f64>], outputs: &[f64]) -> Vec<f64> {
    let width = directions.first().map_or(1, Vec::len).max(1);
    let along = |z: &[f64], d: &[f64]| d.iter().zip(z).map(|(d, z)| d * z).sum();
    let each = outputs.chunks_exact(width);
    each.flat_map(|z| directions.iter().map(move |d| along(z, d)))
        .collect()
}

impl fmt::Display for Readout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Readout::Margin => f.pad("margin"),
            Readout::Trace => f.pad("trace"),
            Readout::Full => f.pad("full"),
            Readout::Logit(c) => f.pad(&format!("logit({c})")),
        }
    }
}

impl FromStr for Readout {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        match text {
            "margin" => Ok(Readout::Margin),
            "trace" => Ok(Readout::Trace),
            "full" => Ok(Readout::Full),
            _ => text
                .strip_prefix("logit(")
                .and_then(|rest| rest.strip_suffix(')'))
                .and_then(|c| c.parse().ok())
                .map(Readout::Logit)
                .ok_or_else(|| Error::ParseReadout(text.to_owned())),
        }
    }
}

impl TryFrom<String> for Readout {
    type Error = Error;

    fn try_from(text: String) -> Result<Self, Error> {
        text.parse()
    }
}

impl From<Readout> for String {
    fn from(readout: Readout) -> String {
        readout.to_string()
    }
}
