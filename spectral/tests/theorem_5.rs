//! Theorem 5 where it is nearly tight, with the risk by its definition.

use nalgebra::{DMatrix, DVector};
use proptest::prelude::*;
use tangent_spectral::theorems::theorem_5;

/// A positive semi-definite kernel by its eigenvalues, ascending, and eigenvectors.
#[derive(Debug)]
struct Problem {
    eigenvalues: DVector<f64>,
    vectors: DMatrix<f64>,
    sigma: f64,
    pretrained: DVector<f64>,
    /// What the residual has beside its eigenvector, at most a tenth of it.
    noise: DVector<f64>,
}

impl Problem {
    fn kernel(&self) -> DMatrix<f64> {
        let k =
            &self.vectors * DMatrix::from_diagonal(&self.eigenvalues) * self.vectors.transpose();
        (&k + k.transpose()) / 2.0
    }

    fn ends(&self) -> (f64, f64) {
        (self.eigenvalues.min(), self.eigenvalues.max())
    }

    /// $\kappa(K + \sigma I)$.
    fn condition(&self) -> f64 {
        let (min, max) = self.ends();
        (max + self.sigma) / (min + self.sigma)
    }

    /// $\lVert f^*(X) - Y\rVert^2$ with
    /// $f^*(X) = f_0 + K(K + \sigma I)^{-1}(Y - f_0)$, step by step.
    fn risk(&self, pretrained: &DVector<f64>, targets: &DVector<f64>) -> f64 {
        let k = self.kernel();
        let ridge = &k + DMatrix::identity(k.nrows(), k.nrows()) * self.sigma;
        let dual = ridge
            .lu()
            .solve(&(targets - pretrained))
            .expect("σ > 0 makes it regular");
        (pretrained + k * dual - targets).norm_squared()
    }
}

/// Kernels of 2 to 6 examples, among them singular ones, $\kappa(K + \sigma I)$ up to $10^5$.
fn problems() -> impl Strategy<Value = Problem> {
    (2_usize..7).prop_flat_map(|n| {
        let numbers = |count| prop::collection::vec(-1.0..1.0_f64, count);
        let eigenvalue =
            prop_oneof![1 => Just(0.0), 4 => (-3.0..2.0_f64).prop_map(|e| 10_f64.powf(e))];
        (
            prop::collection::vec(eigenvalue, n),
            numbers(n * n),
            -3.0..2.0_f64,
            numbers(n),
            numbers(n),
        )
            .prop_map(
                move |(mut eigenvalues, basis, exponent, pretrained, noise)| {
                    eigenvalues.sort_by(f64::total_cmp);
                    Problem {
                        eigenvalues: DVector::from_vec(eigenvalues),
                        vectors: DMatrix::from_vec(n, n, basis).qr().q(),
                        sigma: 10_f64.powf(exponent),
                        pretrained: DVector::from_vec(pretrained),
                        noise: DVector::from_vec(noise) / (10.0 * (n as f64).sqrt()),
                    }
                },
            )
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    /// Near the first eigenvector the upper bound is all but reached: 30 % less of it is violated.
    #[test]
    fn the_upper_bound_is_nearly_reached(problem in problems()) {
        let residual = problem.vectors.column(0) + &problem.noise;
        let zero = DVector::zeros(residual.len());
        let (min, max) = problem.ends();
        let (_, printed) = theorem_5::printed(problem.sigma, residual.norm(), min, max).unwrap();
        let (_, repaired) = theorem_5::repaired(problem.sigma, residual.norm(), min, max).unwrap();
        let start = &problem.pretrained;
        for (bound, risk) in [
            (printed, problem.risk(&zero, &residual)),
            (repaired, problem.risk(start, &(start + &residual))),
        ] {
            prop_assert!(risk <= bound * (1.0 + 1e-8));
            prop_assert!(risk > 0.7 * bound, "{risk:e} of {bound:e}");
        }
    }

    /// Near the last one the lower bound is: 30 % more of it is violated.
    #[test]
    fn the_lower_bound_is_nearly_reached(problem in problems()) {
        let last = problem.vectors.ncols() - 1;
        // What lies along the other eigenvectors shrinks less, by up to κ.
        let residual = problem.vectors.column(last) + &problem.noise / problem.condition();
        let zero = DVector::zeros(residual.len());
        let (min, max) = problem.ends();
        let (printed, _) = theorem_5::printed(problem.sigma, residual.norm(), min, max).unwrap();
        let (repaired, _) = theorem_5::repaired(problem.sigma, residual.norm(), min, max).unwrap();
        let start = &problem.pretrained;
        for (bound, risk) in [
            (printed, problem.risk(&zero, &residual)),
            (repaired, problem.risk(start, &(start + &residual))),
        ] {
            prop_assert!(risk >= bound * (1.0 - 1e-8));
            prop_assert!(risk < 1.3 * bound, "{risk:e} of {bound:e}");
        }
    }
}

/// $\lVert Y\rVert$ for $\lVert Y - f_0\rVert$: a model that starts at its targets has no risk, and
/// one that starts at their negative has four times the upper bound.
#[test]
fn printed_bounds_are_false_with_a_pretrained_model() {
    let problem = Problem {
        eigenvalues: DVector::from_vec(vec![2.0, 2.0]),
        vectors: DMatrix::identity(2, 2),
        sigma: 0.5,
        pretrained: DVector::zeros(2),
        noise: DVector::zeros(2),
    };
    let targets = DVector::from_vec(vec![3.0, 4.0]);
    let (lower, upper) = theorem_5::printed(0.5, 5.0, 2.0, 2.0).unwrap();
    assert_eq!((lower, upper), (1.0, 1.0));
    assert_eq!(problem.risk(&targets, &targets), 0.0);
    let risk = problem.risk(&-&targets, &targets);
    assert!((risk - 4.0).abs() < 1e-13);
    let (_, repaired) = theorem_5::repaired(0.5, 10.0, 2.0, 2.0).unwrap();
    assert!((risk - repaired).abs() < 1e-13);
}
