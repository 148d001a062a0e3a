//! Spectra of kernel matrices: eigenvalues, condition numbers, ranks, and how far they can be
//! trusted.
//!
//! | question | answer |
//! |---|---|
//! | all eigenvalues of a symmetric matrix | [`eigenvalues`] |
//! | its smallest and largest only | [`extremes`] |
//! | eigenvalues and eigenvectors, functions of the matrix | [`Eigen`] |
//! | extremes of an operator that is never formed | [`Lanczos`] |
//! | $\lambda$, $\kappa$, ranks and noise floors of a Gram matrix | [`Spectrum`], [`Condition`] |
//! | $(K + \sigma I)^{-1} b$ | [`Cholesky`] |
//! | $\eta_\sigma = \lVert(K + \sigma I)^{-1/2} S (K + \sigma I)^{-1/2}\rVert$ | [`Perturbation`] |
//! | which blocks to adapt | [`selection`] |
//!
//! Matrices are [`nalgebra::DMatrix<f64>`]; LAPACK does the dense work, through OpenBLAS.
//!
//! # Example
//! ```
//! use nalgebra::DMatrix;
//! use tangent_spectral::{Precision, Spectrum};
//!
//! # fn main() -> Result<(), tangent_spectral::Error> {
//! // Two parameters, three examples: K = J Jᵀ has rank two, and its third eigenvalue is noise.
//! let jacobian = DMatrix::from_row_slice(3, 2, &[1.0, 0.0, 0.0, 2.0, 1.0, 1.0]);
//! let spectrum = Spectrum::of_gram(&(&jacobian * jacobian.transpose()), Precision::F64)?;
//! assert_eq!(spectrum.numerical_rank(), 2);
//! assert!(spectrum.condition(0.0)?.kappa.is_infinite());
//! assert!(spectrum.condition(0.1)?.kappa < 60.0);
//! # Ok(())
//! # }
//! ```
//!
//! # Determinism
//! Equal input gives equal bits, whatever the program's number of threads: see [`set_threads`].

mod blas;
mod check;
mod cholesky;
mod condition;
mod eigen;
mod error;
mod lanczos;
mod leave_one_out;
mod perturbation;
pub mod selection;
mod spectrum;
mod symmetric;
pub mod theorems;
mod tridiagonal;

pub use blas::{set_threads, threads};
pub use cholesky::Cholesky;
pub use condition::{Condition, condition_number};
pub use eigen::{Eigen, Extremes, eigenvalues, extremes, principal_directions};
pub use error::{Error, Result};
pub use lanczos::Lanczos;
pub use perturbation::Perturbation;
pub use spectrum::{Precision, Spectrum, Summary};
