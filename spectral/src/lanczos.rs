//! Extreme eigenvalues of an operator that is never formed.

use crate::tridiagonal::{Ritz, Tridiagonal};
use crate::{Error, Extremes, Result, blas, check};
use nalgebra::DVector;

/// The Lanczos method with full reorthogonalisation, for the ends of the spectrum of a symmetric
/// operator $v \mapsto Kv$.
///
/// An eigenvalue counts as found when its residual $\|K y - \mu y\|$ is at most `tolerance` times
/// the largest $|\mu|$; some eigenvalue is then within that residual of $\mu$. This is the extreme
/// eigenvalue if the extreme one is well separated; among many that almost coincide, such as the
/// smallest of a nearly singular kernel, it may be a neighbour further inside the spectrum. Beyond
/// rounding, the values found never lie outside the spectrum. The method finds only eigenvectors
/// along which its random start has a component; with probability one these are all of them. Small
/// eigenvalues that lie close together, the usual lower end of a kernel, need many steps: if $K$
/// can be formed, [`extremes`](crate::extremes) is faster for them.
///
/// # Example
/// ```
/// use nalgebra::DVector;
/// use tangent_spectral::{Error, Lanczos};
///
/// let diagonal = DVector::from_fn(1000, |i, _| (i + 1) as f64);
/// let largest = Lanczos::default().largest(1000, |v| {
///     Ok::<_, Error>(v.component_mul(&diagonal))
/// })?;
/// assert!((largest - 1000.0).abs() < 1e-6);
/// # Ok::<(), Error>(())
/// ```
///
/// # Reference
/// Golub and Van Loan, *Matrix Computations*, section 10.3.
#[derive(Debug, Clone, PartialEq)]
pub struct Lanczos {
    /// The residual at which an eigenvalue counts as found, relative to the eigenvalue that is
    /// largest in magnitude.
    pub tolerance: f64,
    /// The number of steps, that is products with $K$, after which the method gives up; never more
    /// than $n$ are made.
    pub max_steps: usize,
    /// The seed of the start vector.
    pub seed: u64,
}

impl Default for Lanczos {
    /// Residual 1e-10, 500 steps, seed 0.
    fn default() -> Self {
        Self {
            tolerance: 1e-10,
            max_steps: 500,
            seed: 0,
        }
    }
}

impl Lanczos {
    /// Returns the smallest and the largest eigenvalue of the symmetric operator `apply` on
    /// $\mathbb{R}^n$.
    ///
    /// # Errors
    /// The errors of `apply`; [`Error::NotConverged`], [`Error::OperatorNotFinite`], and
    /// [`Error::Length`] if `apply` returns a vector of another length; [`Error::Empty`] if
    /// $n = 0$.
    ///
    /// # Complexity
    /// $k$ products with $K$ and $2 n k^2$ further operations for $k$ steps; $n k$ numbers kept.
    pub fn extremes<E: From<Error>>(
        &self,
        n: usize,
        apply: impl FnMut(&DVector<f64>) -> std::result::Result<DVector<f64>, E>,
    ) -> std::result::Result<Extremes, E> {
        let [min, max] = self.run(n, apply, |[min, max]| min.max(max))?;
        Ok(Extremes { min, max })
    }

    /// Returns only the largest eigenvalue, which takes fewer steps.
    ///
    /// # Errors
    /// As [`extremes`](Self::extremes).
    pub fn largest<E: From<Error>>(
        &self,
        n: usize,
        apply: impl FnMut(&DVector<f64>) -> std::result::Result<DVector<f64>, E>,
    ) -> std::result::Result<f64, E> {
        let [_, max] = self.run(n, apply, |[_, max]| max)?;
        Ok(max)
    }

    /// Runs until the residual that `wanted` takes from the residuals at the two ends is small
    /// enough.
    fn run<E: From<Error>>(
        &self,
        n: usize,
        mut apply: impl FnMut(&DVector<f64>) -> std::result::Result<DVector<f64>, E>,
        wanted: impl Fn([f64; 2]) -> f64,
    ) -> std::result::Result<[f64; 2], E> {
        if n == 0 {
            return Err(Error::Empty.into());
        }
        let steps = self.max_steps.clamp(1, n);
        let mut basis: Vec<DVector<f64>> = vec![start(n, self.seed)];
        let (mut diagonal, mut off) = (Vec::new(), Vec::new());
        // A lower bound that grows towards ‖K‖.
        let mut norm = 0.0_f64;
        let mut next_look = 1;
        loop {
            let step = basis.len();
            let v = &basis[step - 1];
            let mut w = apply(v)?;
            check::length("the operator's result", n, w.len())?;
            if w.iter().any(|x| !x.is_finite()) {
                return Err(Error::OperatorNotFinite { step }.into());
            }
            norm = norm.max(w.norm());
            diagonal.push(v.dot(&w));
            orthogonalise(&mut w, &basis);
            let beta = w.norm();

            // The basis spans an invariant subspace, so the eigenvalues of T are eigenvalues of K.
            let exhausted = step == n || beta <= n as f64 * f64::EPSILON * norm;
            if exhausted || step == steps || step >= next_look {
                let ritz = ritz_extremes(&diagonal, &off)?;
                let values = ritz.each_ref().map(|r| r.value);
                let residual = wanted(ritz.each_ref().map(|r| beta * r.last.abs()));
                let allowed = self.tolerance * values[0].abs().max(values[1].abs());
                if exhausted || residual <= allowed {
                    return Ok(values);
                }
                if step == steps {
                    return Err(Error::NotConverged {
                        steps,
                        residual,
                        wanted: allowed,
                    }
                    .into());
                }
                // This check costs step³ operations, so it is not made at every step.
                next_look = step + 1 + step / 8;
            }
            off.push(beta);
            basis.push(w / beta);
        }
    }
}

fn ritz_extremes(diagonal: &[f64], off: &[f64]) -> Result<[Ritz; 2]> {
    let t = Tridiagonal::new(diagonal.to_vec(), off.to_vec());
    blas::with_threads_for(diagonal.len(), || t.ritz_extremes())
}

/// Subtracts from `w` its components along the basis, twice: after one pass, rounding relative to
/// the subtracted components is left.
fn orthogonalise(w: &mut DVector<f64>, basis: &[DVector<f64>]) {
    for _ in 0..2 {
        for v in basis.iter().rev() {
            let part = v.dot(w);
            w.axpy(-part, v, 1.0);
        }
    }
}

/// Returns a unit vector with entries drawn uniformly from $[-1, 1)$ before scaling, by splitmix64.
fn start(n: usize, seed: u64) -> DVector<f64> {
    let mut state = seed;
    let vector = DVector::from_fn(n, |_, _| {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^= z >> 31;
        // 53 bits in [0, 1), then to [-1, 1).
        (z >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
    });
    let norm = vector.norm();
    vector / norm
}
