//! Kinds of kernel.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::Error;

/// What the rows of the Jacobian are multiplied with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum KernelKind {
    /// $K = J J^\top$: the neural tangent kernel, symmetric and positive semidefinite.
    #[default]
    Gradient,
    /// $J \operatorname{sign}(J)^\top$ with $\operatorname{sign}(0) = 0$: what the paper's
    /// released script computes. **Not symmetric**: rows are left as they are, columns are signed.
    /// Its eigenvalues are taken from the symmetric part $(M + M^\top)/2$.
    SignGradient,
}

impl KernelKind {
    /// Whether train × train kernels of this kind are symmetric.
    pub fn is_symmetric(self) -> bool {
        self == KernelKind::Gradient
    }
}

impl fmt::Display for KernelKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            KernelKind::Gradient => "gradient",
            KernelKind::SignGradient => "sign-gradient",
        })
    }
}

impl FromStr for KernelKind {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        match text {
            "gradient" => Ok(KernelKind::Gradient),
            "sign-gradient" => Ok(KernelKind::SignGradient),
            _ => Err(Error::ParseKind(text.to_owned())),
        }
    }
}
