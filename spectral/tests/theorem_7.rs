//! Theorem 7 and Corollary 1 on matrices.

mod common;
#[path = "common/pairs.rs"]
mod pairs;

use nalgebra::{DMatrix, dmatrix};
use pairs::{Problem, problems, shifted};
use proptest::prelude::*;
use tangent_spectral::theorems::theorem_7::Quantities;
use tangent_spectral::theorems::{Bound, Hypothesis, corollary_1, theorem_7};
use tangent_spectral::{Cholesky, Error, Extremes, Precision};

type One = fn(&Quantities) -> Bound<(f64, f64)>;
type Two = fn(&Quantities, &Quantities) -> Bound<(f64, f64)>;

/// The forms that hold for every $S \succeq 0$, starting with the widest.
const ALWAYS: [(&str, One); 3] = [
    ("repaired", theorem_7::repaired),
    ("sharper", theorem_7::sharper),
    ("kantorovich", theorem_7::kantorovich),
];
const ALWAYS_FOR_TWO: [(&str, Two); 3] = [
    ("repaired", corollary_1::repaired),
    ("sharper", corollary_1::sharper),
    ("kantorovich", corollary_1::kantorovich),
];

/// Returns $(K + \sigma I)^{-1}Y$.
fn solve(k: &DMatrix<f64>, sigma: f64, y: &DMatrix<f64>) -> DMatrix<f64> {
    Cholesky::of_ridge(k, sigma).unwrap().solve(y).unwrap()
}

/// Returns the root of the ratio of the risk with `above` to the risk with `below`.
fn root_ratio(above: &DMatrix<f64>, below: &DMatrix<f64>, sigma: f64, y: &DMatrix<f64>) -> f64 {
    solve(above, sigma, y).norm() / solve(below, sigma, y).norm()
}

/// Returns the smallest and the largest [`root_ratio`] over all targets: with $M = A + \sigma I$
/// above and $N = B + \sigma I$ below, $1/\lVert N^{-1}M\rVert$ and $\lVert M^{-1}N\rVert$.
fn range(above: &DMatrix<f64>, below: &DMatrix<f64>, sigma: f64) -> [f64; 2] {
    let norm = |a, b| solve(a, sigma, &shifted(b, sigma)).singular_values().max();
    [1.0 / norm(below, above), norm(above, below)]
}

fn of(k: &DMatrix<f64>, s: &DMatrix<f64>, sigma: f64) -> Quantities {
    Quantities::of(k, s, sigma, Precision::F64).unwrap()
}

/// Returns the relative precision that is lost in solving and in eigenvalues other than the
/// largest.
fn lost(n: usize, kappas: &[f64]) -> f64 {
    8.0 * n as f64 * f64::EPSILON * kappas.iter().sum::<f64>()
}

fn kappa(ends: Extremes) -> f64 {
    ends.max / ends.min
}

fn within(value: f64, (lower, upper): (f64, f64), lost: f64) -> bool {
    lower * (1.0 - lost) <= value && value <= upper * (1.0 + lost)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn theorem_7_holds(Problem { k, s: [s, _], y, sigma } in problems(), looser in 1.0..3.0_f64) {
        let mut quantities = of(&k, &s, sigma);
        let after = &k + &s;
        let y = DMatrix::from_column_slice(y.len(), 1, y.as_slice());
        let [least, most] = range(&after, &k, sigma);
        let measured = [least, root_ratio(&after, &k, sigma, &y), most];
        let lost = lost(k.nrows(), &[quantities.kappa(), kappa(quantities.after)]);
        for c in [quantities.c, quantities.c * looser] {
            quantities.c = c;
            let (lowest, highest) = theorem_7::repaired(&quantities).unwrap();
            for (name, form) in ALWAYS {
                let bounds = form(&quantities).unwrap();
                for value in measured {
                    prop_assert!(within(value, bounds, lost), "{name}: {value:e} {bounds:?}");
                }
                prop_assert!(within(bounds.0, (lowest, highest), lost), "{name} is wider");
                prop_assert!(within(bounds.1, (lowest, highest), lost), "{name} is wider");
            }
            match (theorem_7::printed_eta_below_one(&quantities), quantities.eta) {
                (Ok(bounds), Some(eta)) => {
                    prop_assert!(eta < 1.0);
                    for value in measured {
                        prop_assert!(within(value, bounds, lost), "printed: {value:e} {bounds:?}");
                    }
                }
                (Err(Hypothesis::LargePerturbation { .. }), Some(eta)) => prop_assert!(eta >= 1.0),
                (Err(Hypothesis::NotDefinite { what: "K" }), None) => {}
                other => prop_assert!(false, "{other:?}"),
            }
        }
    }

    #[test]
    fn corollary_1_holds(Problem { k, s, y, sigma } in problems()) {
        let [first, second] = [0, 1].map(|i| of(&k, &s[i], sigma));
        let [one, two] = [0, 1].map(|i| &k + &s[i]);
        let y = DMatrix::from_column_slice(y.len(), 1, y.as_slice());
        let [least, most] = range(&one, &two, sigma);
        let measured = [least, root_ratio(&one, &two, sigma, &y), most];
        let lost = lost(
            k.nrows(),
            &[first.kappa(), kappa(first.after), kappa(second.after)],
        );
        let widest = corollary_1::repaired(&first, &second).unwrap();
        for (name, form) in ALWAYS_FOR_TWO {
            let bounds = form(&first, &second).unwrap();
            for value in measured {
                prop_assert!(within(value, bounds, lost), "{name}: {value:e} {bounds:?}");
            }
            prop_assert!(within(bounds.0, widest, lost) && within(bounds.1, widest, lost));
        }
        match corollary_1::printed_eta_below_one(&first, &second) {
            Ok(bounds) => for value in measured {
                prop_assert!(within(value, bounds, lost), "printed: {value:e} {bounds:?}");
            },
            Err(Hypothesis::LargePerturbation { eta }) => prop_assert!(eta >= 1.0),
            Err(Hypothesis::NotDefinite { .. }) => {
                prop_assert!(first.eta.is_none() && second.eta.is_none());
            }
            Err(other) => prop_assert!(false, "{other}"),
        }
    }

    #[test]
    fn the_quadratic_form_never_grows(Problem { k, s: [s, _], y, sigma } in problems()) {
        let quantities = of(&k, &s, sigma);
        let bounds = theorem_7::quadratic_form(quantities.eta_sigma).unwrap();
        let y = DMatrix::from_column_slice(y.len(), 1, y.as_slice());
        let form = |m: &DMatrix<f64>| y.dot(&solve(m, sigma, &y));
        let ratio = form(&(&k + &s)) / form(&k);
        let lost = lost(k.nrows(), &[quantities.kappa(), kappa(quantities.after)]);
        prop_assert!(within(ratio, bounds, lost), "{ratio:e} {bounds:?}");
    }
}

/// $K = \sigma = Y = c = 1$, $S = 3$.
#[test]
fn the_printed_theorem_7_is_false() {
    let (k, s, one) = (dmatrix![1.0], dmatrix![3.0], dmatrix![1.0]);
    let quantities = of(&k, &s, 1.0);
    let ratio = root_ratio(&(&k + &s), &k, 1.0, &one);
    assert!((ratio - 0.4).abs() < 1e-15);
    assert_eq!(quantities.c, 1.0);
    assert_eq!(quantities.eta, Some(3.0));
    assert!((quantities.eta_sigma - 1.5).abs() < 1e-15);
    let (lower, upper) = theorem_7::printed(&quantities).unwrap();
    assert_eq!(lower, 10.0);
    assert!(lower > upper, "nothing is between them");
    assert_eq!(
        theorem_7::printed_eta_below_one(&quantities),
        Err(Hypothesis::LargePerturbation { eta: 3.0 })
    );
    for (name, form) in ALWAYS {
        let bounds = form(&quantities).unwrap();
        assert!(within(ratio, bounds, 1e-15), "{name}: {bounds:?}");
    }
}

/// The same numbers; the second candidate adds nothing.
#[test]
fn the_printed_corollary_1_is_false() {
    let (k, s, none, one) = (dmatrix![1.0], dmatrix![3.0], dmatrix![0.0], dmatrix![1.0]);
    let (first, second) = (of(&k, &s, 1.0), of(&k, &none, 1.0));
    let ratio = root_ratio(&(&k + &s), &k, 1.0, &one);
    let (lower, _) = corollary_1::printed(&first, &second).unwrap();
    assert!((ratio - 0.4).abs() < 1e-15);
    assert_eq!(lower, 10.0);
    // Both factors of b = a₁a₂ = ¼·4 count: with S₂ = ½, (22) allows only 2, but the root is ½.
    let half = of(&k, &dmatrix![0.5], 1.0);
    assert_eq!(corollary_1::printed(&first, &half), Ok((2.0, 2.0)));
    assert_eq!(
        corollary_1::printed_eta_below_one(&first, &second),
        Err(Hypothesis::LargePerturbation { eta: 3.0 })
    );
    for (name, form) in ALWAYS_FOR_TWO {
        let bounds = form(&first, &second).unwrap();
        assert!(within(ratio, bounds, 1e-15), "{name}: {bounds:?}");
        let bounds = form(&second, &first).unwrap();
        assert!(within(1.0 / ratio, bounds, 1e-15), "{name}: {bounds:?}");
    }
}

/// For numbers (1 × 1 matrices): the lower bounds are reached if S is a multiple of K + σI, so that
/// a wrong power of the factor $1 + \eta_\sigma$ would be seen; the upper bounds if nothing is
/// added.
#[test]
fn theorem_7_is_tight_on_numbers() {
    let (k, one) = (dmatrix![1.0], dmatrix![1.0]);
    for (s, sigma) in [
        (dmatrix![3.0], 1.0),
        (dmatrix![0.2], 0.01),
        (dmatrix![0.0], 0.5),
    ] {
        let quantities = of(&k, &s, sigma);
        let ratio = root_ratio(&(&k + &s), &k, sigma, &one);
        for (name, form) in ALWAYS {
            let (lower, upper) = form(&quantities).unwrap();
            assert!((lower / ratio - 1.0).abs() < 1e-14, "{name}");
            let reached = name == "sharper" || quantities.eta_sigma == 0.0;
            assert_eq!((upper / ratio - 1.0).abs() < 1e-14, reached, "{name}");
        }
        let form = theorem_7::quadratic_form(quantities.eta_sigma).unwrap().0;
        assert!((form / ratio - 1.0).abs() < 1e-14);
    }
}

/// (21) with η < 1 is reached only in the limit of no perturbation, from both sides.
#[test]
fn the_printed_theorem_7_with_eta_below_one_is_tight_for_small_eta() {
    let k = dmatrix![1.0];
    let quantities = of(&k, &dmatrix![1e-3], 1e-6);
    let ratio = root_ratio(&dmatrix![1.001], &k, 1e-6, &dmatrix![1.0]);
    let (lower, upper) = theorem_7::printed_eta_below_one(&quantities).unwrap();
    assert!(lower < ratio && ratio < 1.01 * lower);
    assert!(upper > ratio && ratio > upper / 1.01);
}

/// K + σI has the eigenvalues 1 and 10; with S added both are 10: the first axis goes from 1 to 10,
/// the second stays.
#[test]
fn the_sharper_theorem_7_is_tight_on_matrices() {
    let sigma = 0.5;
    let (k, s) = (dmatrix![0.5, 0.0; 0.0, 9.5], dmatrix![9.0, 0.0; 0.0, 0.0]);
    let (lower, upper) = theorem_7::sharper(&of(&k, &s, sigma)).unwrap();
    let ratio = |y| root_ratio(&(&k + &s), &k, sigma, &y);
    assert!((ratio(dmatrix![1.0; 0.0]) / lower - 1.0).abs() < 1e-14);
    assert!((ratio(dmatrix![0.0; 1.0]) / upper - 1.0).abs() < 1e-14);
}

/// Added blocks raise the risk of some targets by nearly the factor that Kantorovich's constant
/// allows: S = t·uuᵀ with $u = M^{1/2}(1, 1)$ and a large t leaves only the complement of u.
#[test]
fn the_upper_side_by_kantorovich_is_nearly_reached() {
    let (sigma, kappa) = (1.0, 100.0_f64);
    let k = DMatrix::from_diagonal(&nalgebra::dvector![0.0, kappa - 1.0]);
    let u = dmatrix![1.0; kappa.sqrt()];
    let s = &u * u.transpose() * 1e6;
    let quantities = of(&k, &s, sigma);
    let [_, most] = range(&(&k + s), &k, sigma);
    let (_, q) = theorem_7::kantorovich(&quantities).unwrap();
    assert!((q - 5.05).abs() < 1e-12);
    assert!(most <= q && most > 0.999 * q, "{most} of {q}");
}

/// The lower bound by Kantorovich's constant is nearly reached with S along the same u.
#[test]
fn the_lower_side_by_kantorovich_is_nearly_reached() {
    let (sigma, kappa) = (1.0, 100.0_f64);
    let k = DMatrix::from_diagonal(&nalgebra::dvector![0.0, kappa - 1.0]);
    let u = dmatrix![1.0; kappa.sqrt()];
    for t in [1e-3, 1e3] {
        let s = &u * u.transpose() * t;
        let quantities = of(&k, &s, sigma);
        let [least, _] = range(&(&k + s), &k, sigma);
        let (lower, _) = theorem_7::kantorovich(&quantities).unwrap();
        assert!(
            lower <= least && lower > least / 1.3,
            "{lower:e} of {least:e}"
        );
    }
}

/// For numbers (1 × 1 matrices), Corollary 1's lower bounds are reached if the second candidate
/// adds nothing, the upper bounds if the first adds nothing, and the sharper bounds always.
#[test]
fn corollary_1_is_tight_on_numbers() {
    let (k, one, sigma) = (dmatrix![1.0], dmatrix![1.0], 0.25);
    let (s, none) = (dmatrix![2.5], dmatrix![0.0]);
    let (more, less) = (of(&k, &s, sigma), of(&k, &none, sigma));
    let ratio = root_ratio(&(&k + &s), &k, sigma, &one);
    for (name, form) in ALWAYS_FOR_TWO {
        let (lower, _) = form(&more, &less).unwrap();
        assert!((lower / ratio - 1.0).abs() < 1e-14, "{name}");
        let (_, upper) = form(&less, &more).unwrap();
        assert!((upper * ratio - 1.0).abs() < 1e-14, "{name}");
    }
    let both = of(&k, &dmatrix![0.75], sigma);
    let ratio = root_ratio(&(&k + &s), &dmatrix![1.75], sigma, &one);
    let (lower, upper) = corollary_1::sharper(&more, &both).unwrap();
    assert!((lower / ratio - 1.0).abs() < 1e-14 && (upper / ratio - 1.0).abs() < 1e-14);
}

#[test]
fn a_singular_kernel_has_the_repaired_forms_alone() {
    let (k, s) = (dmatrix![1.0, 1.0; 1.0, 1.0], DMatrix::identity(2, 2));
    let quantities = of(&k, &s, 1e-3);
    assert_eq!(quantities.eta, None);
    for form in [theorem_7::printed, theorem_7::printed_eta_below_one] {
        let unmet = form(&quantities).unwrap_err();
        assert_eq!(unmet, Hypothesis::NotDefinite { what: "K" });
    }
    for (_, form) in ALWAYS {
        assert!(form(&quantities).is_ok());
    }
    assert_eq!(
        Quantities::of(&k, &s, 0.0, Precision::F64),
        Err(Error::NotPositiveDefinite { sigma: 0.0 })
    );
    // An eigenvalue that 32-bit rows cannot distinguish from zero.
    let k = dmatrix![1.0, 0.0; 0.0, 1e-8];
    let eta = |rows| Quantities::of(&k, &s, 1e-3, rows).unwrap().eta;
    assert!(eta(Precision::F32).is_none() && eta(Precision::F64).is_some());
}

#[test]
fn unmet_hypotheses_are_named() {
    let k = dmatrix![1.0, 0.0; 0.0, 3.0];
    let s = DMatrix::identity(2, 2);
    let good = of(&k, &s, 1.0);
    let refused = |change: fn(&mut Quantities)| {
        let mut quantities = good;
        change(&mut quantities);
        let unmet = theorem_7::repaired(&quantities).unwrap_err();
        for (_, form) in ALWAYS {
            assert_eq!(
                form(&quantities).unwrap_err().to_string(),
                unmet.to_string()
            );
        }
        let printed = theorem_7::printed(&quantities).unwrap_err();
        assert_eq!(printed.to_string(), unmet.to_string());
        unmet.to_string()
    };
    assert_eq!(
        refused(|q| q.c = 1.5),
        "κ(K + σI) = 2.0000 exceeds c = 1.5000"
    );
    assert_eq!(
        refused(|q| q.before.min = 0.0),
        "K + σI is not positive definite as far as can be told"
    );
    assert_eq!(
        refused(|q| q.after.min = 0.0),
        "K + S + σI is not positive definite as far as can be told"
    );
    for change in [
        (|q| q.c = f64::NAN) as fn(&mut Quantities),
        |q| q.eta_sigma = -1.0,
        |q| q.after.max = f64::INFINITY,
    ] {
        assert!(refused(change).ends_with("must be finite and not negative"));
    }

    let other = of(&(&k * 2.0), &s, 1.0);
    for (_, form) in ALWAYS_FOR_TWO {
        assert_eq!(form(&good, &other), Err(Hypothesis::DifferentKernels));
    }
    let indefinite = dmatrix![1.0, 0.0; 0.0, -0.5];
    let error = Quantities::of(&k, &indefinite, 1.0, Precision::F64).unwrap_err();
    assert!(matches!(
        error,
        Error::NotSemidefinite { smallest: -0.5, .. }
    ));
    assert!(theorem_7::quadratic_form(f64::NAN).is_err());
}
