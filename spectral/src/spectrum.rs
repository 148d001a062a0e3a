//! The spectrum of a kernel, together with its noise floors.

use crate::symmetric::symmetric_part;
use crate::{Condition, Error, Result, eigenvalues};
use nalgebra::DMatrix;
use serde::{Deserialize, Serialize};

/// The arithmetic in which the rows of the Jacobian were computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Precision {
    /// 32-bit rows; their Gram matrix is still summed in 64 bits.
    F32,
    /// 64-bit rows.
    F64,
}

impl Precision {
    /// Returns the error that the rounding of the rows causes in the eigenvalues of their Gram
    /// matrix, relative to $\lambda_{\max}$: about 1e-7 for 32-bit rows; 0 for 64-bit rows, which
    /// add nothing to the solver's error.
    pub const fn relative_floor(self) -> f64 {
        match self {
            Self::F32 => 1e-7,
            Self::F64 => 0.0,
        }
    }

    /// Returns the noise of a computed eigenvalue of an $n \times n$ Gram matrix of such rows, the
    /// larger of the rows' noise and the solver's: `largest`
    /// $\cdot \max(\text{relative floor},\ n\,\varepsilon_{64})$, where `largest` is the largest
    /// magnitude of an eigenvalue.
    pub fn noise_floor(self, n: usize, largest: f64) -> f64 {
        self.relative_floor().max(n as f64 * f64::EPSILON) * largest
    }
}

/// The eigenvalues of a kernel matrix, and the quantities derived from them.
///
/// Two floors bound the noise of a computed eigenvalue: the solver's,
/// $n\,\varepsilon_{64}\,\lambda_{\max}$, and that of the rows, $10^{-7}\lambda_{\max}$ for 32-bit
/// rows. A value that does not exceed the larger floor is noise. A Gram matrix $JJ^\top$ has no
/// negative eigenvalue, so [`values`](Self::values) returns zero in place of a negative one;
/// [`raw`](Self::raw) returns what the solver computed.
#[derive(Debug, Clone, PartialEq)]
pub struct Spectrum {
    /// The eigenvalues, ascending, as the solver returned them.
    raw: Vec<f64>,
    rows: Precision,
    semidefinite: bool,
}

impl Spectrum {
    /// Computes the spectrum of a Gram matrix $K = JJ^\top \succeq 0$.
    ///
    /// # Errors
    /// If the matrix is empty, not square, not finite, or not symmetric to rounding.
    pub fn of_gram(k: &DMatrix<f64>, rows: Precision) -> Result<Self> {
        Self::from_values(eigenvalues(k)?.as_slice().to_vec(), rows)
    }

    /// Computes the spectrum of $(M + M^\top)/2$, for a kernel that is not symmetric, such as
    /// $J\,\mathrm{sign}(J)^\top$. Negative eigenvalues are genuine here, and kept.
    ///
    /// # Errors
    /// If the matrix is empty, not square or not finite.
    pub fn of_symmetric_part(m: &DMatrix<f64>, rows: Precision) -> Result<Self> {
        let values = eigenvalues(&symmetric_part(m)?)?;
        let mut spectrum = Self::from_values(values.as_slice().to_vec(), rows)?;
        spectrum.semidefinite = false;
        Ok(spectrum)
    }

    /// Returns the spectrum with the given eigenvalues of a Gram matrix, in any order.
    ///
    /// # Errors
    /// If there is no eigenvalue, or one is not finite (the error names its row, with column 0).
    pub fn from_values(mut values: Vec<f64>, rows: Precision) -> Result<Self> {
        if values.is_empty() {
            return Err(Error::Empty);
        }
        if let Some(row) = values.iter().position(|v| !v.is_finite()) {
            let (column, value) = (0, values[row]);
            return Err(Error::NotFinite { row, column, value });
        }
        values.sort_by(f64::total_cmp);
        Ok(Self {
            raw: values,
            rows,
            semidefinite: true,
        })
    }

    /// Returns the number of eigenvalues, $n$.
    pub fn n(&self) -> usize {
        self.raw.len()
    }

    /// Returns the eigenvalues as the solver returned them, ascending; small ones may be noise of
    /// either sign.
    pub fn raw(&self) -> &[f64] {
        &self.raw
    }

    /// Returns the eigenvalues, ascending; negative ones of a Gram matrix are replaced by zero.
    pub fn values(&self) -> impl DoubleEndedIterator<Item = f64> + ExactSizeIterator + '_ {
        self.raw.iter().map(|&v| self.meant(v))
    }

    /// Returns $\lambda_{\min}$, never negative for a Gram matrix.
    pub fn lambda_min(&self) -> f64 {
        self.meant(self.raw[0])
    }

    /// Returns $\lambda_{\max}$, never negative for a Gram matrix.
    pub fn lambda_max(&self) -> f64 {
        self.meant(self.raw[self.n() - 1])
    }

    fn meant(&self, value: f64) -> f64 {
        if self.semidefinite {
            // Also turns -0 into 0.
            value.max(0.0) + 0.0
        } else {
            value
        }
    }

    /// Returns whether every eigenvalue is exactly 0, as for the zero matrix: no parameter moves an
    /// output.
    ///
    /// $\kappa(K + \sigma I)$ is then 1 for every $\sigma > 0$, which carries no information.
    pub fn is_zero(&self) -> bool {
        self.norm() == 0.0
    }

    /// Returns the largest magnitude of an eigenvalue, to which both floors are relative.
    fn norm(&self) -> f64 {
        self.raw[0].abs().max(self.raw[self.n() - 1].abs())
    }

    /// Returns the noise of the eigenvalue solver: $n\,\varepsilon_{64}\,\lambda_{\max}$.
    pub fn solver_floor(&self) -> f64 {
        self.n() as f64 * f64::EPSILON * self.norm()
    }

    /// Returns the noise of the rows: $10^{-7}\lambda_{\max}$ for 32-bit rows, zero for 64-bit
    /// rows.
    pub fn row_floor(&self) -> f64 {
        self.rows.relative_floor() * self.norm()
    }

    /// Returns the larger of the two floors: an eigenvalue of at most this magnitude is noise.
    pub fn noise_floor(&self) -> f64 {
        self.rows.noise_floor(self.n(), self.norm())
    }

    /// Returns whether the eigenvalue at this index, in ascending order, cannot be distinguished
    /// from zero. This holds for every negative eigenvalue of a Gram matrix.
    ///
    /// # Panics
    /// If `index` is not below [`n`](Self::n).
    pub fn is_noise(&self, index: usize) -> bool {
        self.meant(self.raw[index]).abs() <= self.noise_floor()
    }

    /// Returns the number of eigenvalues that can be distinguished from zero: those above the
    /// [noise floor](Self::noise_floor), or, for a matrix that is no Gram matrix, those above it in
    /// magnitude.
    pub fn numerical_rank(&self) -> usize {
        (0..self.n()).filter(|&i| !self.is_noise(i)).count()
    }

    /// Returns whether no eigenvalue is below zero by more than noise; if false, the matrix is no
    /// Gram matrix.
    pub fn is_semidefinite(&self) -> bool {
        self.raw[0] >= -self.noise_floor()
    }

    /// Returns the sum of the eigenvalues as computed, which is the trace of the matrix.
    pub fn trace(&self) -> f64 {
        self.raw.iter().sum()
    }

    /// Returns the effective rank $\exp(-\sum_i p_i \ln p_i)$,
    /// $p_i = \lambda_i / \sum_j \lambda_j$, with negative eigenvalues taken as zero: between 1 and
    /// $n$, and 0 if no eigenvalue is positive.
    ///
    /// # Reference
    /// Roy and Vetterli, *The effective rank*, EUSIPCO 2007.
    pub fn effective_rank(&self) -> f64 {
        let positive = || self.raw.iter().copied().filter(|&v| v > 0.0);
        let sum: f64 = positive().sum();
        if sum == 0.0 {
            return 0.0;
        }
        let entropy: f64 = positive()
            .map(|v| v / sum)
            // A share that underflows to zero contributes nothing.
            .filter(|&p| p > 0.0)
            .map(|p| -p * p.ln())
            .sum();
        entropy.exp().clamp(1.0, self.n() as f64)
    }

    /// Returns $\kappa(K + \sigma I)$, with the interval that the noise floor leaves.
    ///
    /// # Errors
    /// If $\sigma$ is negative or not finite.
    pub fn condition(&self, sigma: f64) -> Result<Condition> {
        let (min, max) = (self.raw[0], self.raw[self.n() - 1]);
        Condition::new(min, max, self.noise_floor(), sigma)
    }

    /// Returns all quantities of the spectrum, for a result file.
    ///
    /// # Errors
    /// If $\sigma$ is negative or not finite.
    pub fn summary(&self, sigma: f64) -> Result<Summary> {
        Ok(Summary {
            n: self.n(),
            lambda_min: self.lambda_min(),
            lambda_max: self.lambda_max(),
            raw_min: self.raw[0],
            trace: self.trace(),
            condition: self.condition(sigma)?,
            numerical_rank: self.numerical_rank(),
            effective_rank: self.effective_rank(),
            rows: self.rows,
            solver_floor: self.solver_floor(),
            row_floor: self.row_floor(),
            lambda_min_is_noise: self.is_noise(0),
            semidefinite: self.is_semidefinite(),
        })
    }
}

impl Summary {
    /// Returns [`Spectrum::is_zero`]: whether the matrix is exactly 0.
    pub fn is_zero(&self) -> bool {
        self.raw_min == 0.0 && self.lambda_max == 0.0
    }
}

/// The quantities of a [`Spectrum`], for a result file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// [`Spectrum::n`], the number of eigenvalues.
    pub n: usize,
    /// [`Spectrum::lambda_min`], not negative for a Gram matrix.
    pub lambda_min: f64,
    /// [`Spectrum::lambda_max`].
    pub lambda_max: f64,
    /// The first of [`Spectrum::raw`]: the smallest eigenvalue as the solver returned it.
    pub raw_min: f64,
    /// [`Spectrum::trace`].
    pub trace: f64,
    /// [`Spectrum::condition`], $\kappa(K + \sigma I)$.
    pub condition: Condition,
    /// [`Spectrum::numerical_rank`].
    pub numerical_rank: usize,
    /// [`Spectrum::effective_rank`].
    pub effective_rank: f64,
    /// The precision of the rows.
    pub rows: Precision,
    /// [`Spectrum::solver_floor`], $n\,\varepsilon_{64}\,\lambda_{\max}$.
    pub solver_floor: f64,
    /// [`Spectrum::row_floor`], $10^{-7}\lambda_{\max}$ for 32-bit rows, else zero.
    pub row_floor: f64,
    /// [`Spectrum::is_noise`] of the smallest eigenvalue: whether it cannot be distinguished from
    /// zero.
    pub lambda_min_is_noise: bool,
    /// [`Spectrum::is_semidefinite`]: whether no eigenvalue is negative beyond noise.
    pub semidefinite: bool,
}
