//! The scores of a choice; each computes from the kernel only what it needs.

use super::{Problem, Score};
use crate::tridiagonal::Tridiagonal;
use crate::{Cholesky, Condition, Error, Lanczos, Result, Spectrum, blas};
use nalgebra::{DMatrix, DVector};

impl Problem<'_> {
    /// Returns the scores of a choice, in the order of `scores`.
    ///
    /// # Errors
    /// The errors of [`kernel`](Self::kernel); [`Error::NotPositiveDefinite`] for ridge risk and
    /// leave-one-out where $\sigma = 0$ and $\lambda_{\min}(K_C)$ is not above the noise floor;
    /// [`Error::Undefined`] where a score would divide by zero; and the errors of LAPACK.
    ///
    /// # Complexity
    /// $|C| n^2$ operations for $K_C$, and in addition: $n^2$ for trace and alignment, some tens of
    /// $n^2$ for $r_C$ (Lanczos), $\tfrac13 n^3$ for ridge risk, $n^3$ for leave-one-out,
    /// $\tfrac43 n^3$ for the condition number and the effective rank together.
    pub fn score(&self, choice: &[usize], scores: &[Score]) -> Result<Vec<f64>> {
        self.score_each(choice, scores)?.into_iter().collect()
    }

    /// Returns the scores of a choice, each as a result of its own, so that a score that is
    /// undefined for the choice does not prevent the others.
    ///
    /// # Errors
    /// The errors of [`kernel`](Self::kernel).
    pub fn score_each(&self, choice: &[usize], scores: &[Score]) -> Result<Vec<Result<f64>>> {
        let mut measure = Measure {
            problem: self,
            kernel: self.kernel(choice)?,
            tridiagonal: None,
            ridge: None,
        };
        Ok(scores.iter().map(|&score| measure.of(score)).collect())
    }

    /// Returns $\lambda_{\max}$ of the kernel of the base, or of all blocks if there is no base.
    fn reference(&self) -> Result<f64> {
        if let Some(&known) = self.reference.get() {
            return Ok(known);
        }
        let kernel = if self.base.is_empty() {
            self.sum(&(0..self.blocks()).collect::<Vec<_>>())
        } else {
            self.sum(&self.base)
        };
        let largest = lambda_max(&kernel)?;
        Ok(*self.reference.get_or_init(|| largest))
    }
}

/// $K_C$ and the intermediate results computed from it. A score is always computed in the same way,
/// so that its bits do not depend on which other scores are requested.
struct Measure<'a> {
    problem: &'a Problem<'a>,
    kernel: DMatrix<f64>,
    tridiagonal: Option<Tridiagonal>,
    ridge: Option<(Cholesky, DVector<f64>)>,
}

impl Measure<'_> {
    fn of(&mut self, score: Score) -> Result<f64> {
        match score {
            Score::Condition => Ok(self.condition()?.kappa),
            Score::LambdaRatio => self.lambda_ratio(),
            Score::RidgeRisk => {
                let sigma = self.problem.sigma;
                let (_, alpha) = self.ridge()?;
                Ok((alpha * sigma).norm_squared())
            }
            Score::LeaveOneOut => {
                let outputs = self.problem.outputs;
                let (factor, alpha) = self.ridge()?;
                Ok(factor.leave_one_out(alpha, outputs)?.norm_squared())
            }
            Score::Alignment => self.alignment(),
            Score::EffectiveRank => {
                let n = self.kernel.nrows();
                let tridiagonal = self.tridiagonal()?;
                let values = blas::with_threads_for(n, || tridiagonal.values())?;
                Ok(Spectrum::from_values(values, self.problem.rows)?.effective_rank())
            }
            Score::Trace => Ok(self.kernel.trace()),
        }
    }

    fn tridiagonal(&mut self) -> Result<&Tridiagonal> {
        let reduced = match self.tridiagonal.take() {
            Some(reduced) => reduced,
            None => blas::with_threads_for(self.kernel.nrows(), || {
                Tridiagonal::of(self.kernel.clone())
            })?,
        };
        Ok(self.tridiagonal.insert(reduced))
    }

    fn condition(&mut self) -> Result<Condition> {
        let (n, rows, sigma) = (self.kernel.nrows(), self.problem.rows, self.problem.sigma);
        let tridiagonal = self.tridiagonal()?;
        let ends = blas::with_threads_for(n, || -> Result<_> {
            Ok(vec![
                tridiagonal.eigenvalue(0)?,
                tridiagonal.eigenvalue(n - 1)?,
            ])
        })?;
        // The noise floor needs only n and the ends.
        let floor = rows.noise_floor(n, ends[0].abs().max(ends[1].abs()));
        Condition::new(ends[0], ends[1], floor, sigma)
    }

    fn lambda_ratio(&self) -> Result<f64> {
        let sigma = self.problem.sigma;
        let below = self.problem.reference()? + sigma;
        if below <= 0.0 {
            return Err(undefined(Score::LambdaRatio, "λmax(K + σI) is 0: raise σ"));
        }
        Ok((lambda_max(&self.kernel)? + sigma) / below)
    }

    /// Returns the factor of $K_C + \sigma I$, and $\alpha$.
    fn ridge(&mut self) -> Result<(&Cholesky, &DVector<f64>)> {
        let ridge = match self.ridge.take() {
            Some(ridge) => ridge,
            None => {
                let sigma = self.problem.sigma;
                // A factor may exist but consist of noise.
                if sigma == 0.0 && self.condition()?.kappa.is_infinite() {
                    return Err(Error::NotPositiveDefinite { sigma });
                }
                let factor = Cholesky::of_ridge(&self.kernel, sigma)?;
                let y = &self.problem.residual;
                let right = DMatrix::from_column_slice(y.len(), 1, y.as_slice());
                let alpha = factor.solve(&right)?.column(0).into_owned();
                (factor, alpha)
            }
        };
        let (factor, alpha) = self.ridge.insert(ridge);
        Ok((factor, alpha))
    }

    fn alignment(&self) -> Result<f64> {
        let y = self.problem.residual.as_ref();
        let below = self.kernel.norm() * y.norm_squared();
        if below <= 0.0 {
            let why = "the kernel or the residual Y − f₀(X) is 0";
            return Err(undefined(Score::Alignment, why));
        }
        Ok(y.dot(&(&self.kernel * y)) / below)
    }
}

fn undefined(score: Score, why: &'static str) -> Error {
    let score = score.name();
    Error::Undefined { score, why }
}

/// Returns $\lambda_{\max}$ of a Gram matrix, never negative.
fn lambda_max(kernel: &DMatrix<f64>) -> Result<f64> {
    let n = kernel.nrows();
    let lanczos = Lanczos {
        max_steps: n,
        ..Lanczos::default()
    };
    let largest = lanczos.largest(n, |v| Ok::<_, Error>(kernel * v))?;
    Ok(largest.max(0.0))
}
