//! Symmetric tridiagonal matrices, to which LAPACK and Lanczos reduce other symmetric matrices.

use crate::{Result, check, error::lapack_info};
use nalgebra::DMatrix;

/// A symmetric tridiagonal matrix.
pub(crate) struct Tridiagonal {
    diagonal: Vec<f64>,
    off: Vec<f64>,
}

/// An eigenvalue and the last entry of its normalised eigenvector.
pub(crate) struct Ritz {
    pub(crate) value: f64,
    pub(crate) last: f64,
}

impl Tridiagonal {
    /// Returns the matrix with this diagonal and off-diagonal; the latter is shorter by one.
    pub(crate) fn new(diagonal: Vec<f64>, off: Vec<f64>) -> Self {
        debug_assert_eq!(diagonal.len(), off.len() + 1);
        Self { diagonal, off }
    }

    /// Returns the tridiagonal matrix similar to a symmetric one (its lower triangle is read), by
    /// `dsytrd`.
    pub(crate) fn of(mut a: DMatrix<f64>) -> Result<Self> {
        let n = a.nrows();
        let size = check::lapack_size(n, "dsytrd", 1 << 24)?;
        let mut diagonal = vec![0.0; n];
        let mut off = vec![0.0; n - 1];
        let mut tau = vec![0.0; n - 1];
        // The block size that LAPACK itself chooses is 32; more is allowed.
        let lwork = 64 * size;
        let mut work = vec![0.0; 64 * n];
        let mut info = 0;
        // SAFETY: `a` is n×n and contiguous; the other lengths are those that LAPACK asks for.
        unsafe {
            lapack::dsytrd(
                b'L',
                size,
                a.as_mut_slice(),
                size,
                &mut diagonal,
                &mut off,
                &mut tau,
                &mut work,
                lwork,
                &mut info,
            );
        }
        lapack_info("dsytrd", info)?;
        Ok(Self::new(diagonal, off))
    }

    /// Returns the eigenvalue at `index` in ascending order, by bisection.
    pub(crate) fn eigenvalue(&self, index: usize) -> Result<f64> {
        let n = self.diagonal.len();
        let size = check::lapack_size(n, "dstebz", 1 << 24)?;
        let rank = index as i32 + 1;
        let (mut found, mut splits, mut info) = (0, [0], 0);
        let (mut values, mut work) = (vec![0.0; n], vec![0.0; 4 * n]);
        let (mut blocks, mut ends, mut integers) = (vec![0; n], vec![0; n], vec![0; 3 * n]);
        // dstebz squares the entries: a power of two keeps them in range and costs no rounding.
        let scale = self.magnitude();
        let diagonal: Vec<f64> = self.diagonal.iter().map(|d| d / scale).collect();
        let off: Vec<f64> = self.off.iter().map(|e| e / scale).collect();
        // By LAPACK's documentation, this is most accurate with twice the underflow threshold.
        let tolerance = 2.0 * f64::MIN_POSITIVE;
        // SAFETY: the lengths of all arrays are those that LAPACK asks for, n or a multiple.
        unsafe {
            lapack::dstebz(
                b'I',
                b'E',
                size,
                0.0,
                0.0,
                rank,
                rank,
                tolerance,
                &diagonal,
                &off,
                &mut found,
                &mut splits,
                &mut values,
                &mut blocks,
                &mut ends,
                &mut work,
                &mut integers,
                &mut info,
            );
        }
        // If eigenvalues agree to rounding, counts by Sturm's sequence may not be monotonic and
        // miss the wanted eigenvalue. LAPACK's advice is then to compute all.
        if info == 2 {
            return Ok(self.values()?[index]);
        }
        lapack_info("dstebz", info)?;
        Ok(values[0] * scale)
    }

    /// Returns all eigenvalues, ascending, by the root-free QR iteration.
    pub(crate) fn values(&self) -> Result<Vec<f64>> {
        let size = check::lapack_size(self.diagonal.len(), "dsterf", 1 << 30)?;
        let (mut values, mut off, mut info) = (self.diagonal.clone(), self.off.clone(), 0);
        // SAFETY: `values` has n entries and `off` n − 1, and both are overwritten.
        unsafe { lapack::dsterf(size, &mut values, &mut off, &mut info) };
        lapack_info("dsterf", info)?;
        Ok(values)
    }

    /// Returns the power of two at or below the largest entry, 1 for the zero matrix.
    fn magnitude(&self) -> f64 {
        let entries = self.diagonal.iter().chain(&self.off);
        match entries.fold(0.0_f64, |largest, x| largest.max(x.abs())) {
            0.0 => 1.0,
            largest => 2_f64.powi(largest.log2().floor().clamp(-1000.0, 1000.0) as i32),
        }
    }

    /// Returns the smallest and the largest eigenvalue, each with its eigenvector's last entry.
    pub(crate) fn ritz_extremes(&self) -> Result<[Ritz; 2]> {
        let n = self.diagonal.len();
        let size = check::lapack_size(n, "dstev", 1 << 15)?;
        let (mut values, mut off) = (self.diagonal.clone(), self.off.clone());
        let mut vectors = vec![0.0; n * n];
        let mut work = vec![0.0; 2 * n];
        let mut info = 0;
        // SAFETY: `vectors` is n×n; the other lengths are those that LAPACK asks for.
        unsafe {
            lapack::dstev(
                b'V',
                size,
                &mut values,
                &mut off,
                &mut vectors,
                size,
                &mut work,
                &mut info,
            );
        }
        lapack_info("dstev", info)?;
        Ok([0, n - 1].map(|j| Ritz {
            value: values[j],
            last: vectors[j * n + n - 1],
        }))
    }
}
