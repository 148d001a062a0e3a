use super::{AtStart, Finding, Form, Setting, Statement};
use crate::{KernelRidge, Predictor, Result};
use nalgebra::DMatrix;
use tangent_spectral::theorems::theorem_7::Quantities;
use tangent_spectral::theorems::{
    Bound, Check, Hypothesis, Knowledge, Verdict, corollary_1, judge, theorem_6, theorem_7,
};
use tangent_spectral::{Perturbation, Precision, eigenvalues};

/// Checks Theorems 6 and 7 and Corollary 1 on the kernel at $\theta_0$ with $\sigma = \lambda/2$. The first part of the
/// parameters gives the kernel $K$; the second and the third part are the two possible additions.
pub(super) fn check<P: Predictor + ?Sized>(
    setting: &Setting<P>,
    at_start: &AtStart,
    lambda: f64,
) -> Result<Vec<Finding>> {
    let Some([k, first, second]) = parts(setting.predictor, &at_start.j) else {
        return Ok(Vec::new());
    };
    let sigma = lambda / 2.0;
    let risk = |kernel: &DMatrix<f64>| -> Result<f64> {
        let ridge = KernelRidge::fit(kernel, &at_start.f, &setting.targets, sigma)?;
        Ok(ridge.train_risk().sqrt())
    };
    let (base, with_first, with_second) =
        (risk(&k)?, risk(&(&k + &first))?, risk(&(&k + &second))?);
    let of = |s: &DMatrix<f64>| Quantities::of(&k, s, sigma, Precision::F64);
    let (of_first, of_second) = (of(&first)?, of(&second)?);
    let mut findings = Findings {
        lambda,
        all: Vec::new(),
    };
    findings.eigenvalues(&k, &first, &of_first, sigma)?;

    type Seven = fn(&Quantities) -> Bound<(f64, f64)>;
    let forms: [(Form, &str, Seven); 5] = [
        (Form::Printed, "(21) as printed", theorem_7::printed),
        (
            Form::Repaired,
            "(21) with η < 1",
            theorem_7::printed_eta_below_one,
        ),
        (Form::Repaired, "with η_σ", theorem_7::repaired),
        (Form::Repaired, "sharper, by κ and ρ", theorem_7::sharper),
        (
            Form::Repaired,
            "sharper, by Kantorovich",
            theorem_7::kantorovich,
        ),
    ];
    for (form, what, theorem) in forms {
        let of = (Statement::Theorem7, form, what);
        findings.sides(of, with_first / base, theorem(&of_first));
    }
    type One = fn(&Quantities, &Quantities) -> Bound<(f64, f64)>;
    let forms: [(Form, &str, One); 5] = [
        (Form::Printed, "(22) as printed", corollary_1::printed),
        (
            Form::Repaired,
            "(22) with η < 1",
            corollary_1::printed_eta_below_one,
        ),
        (Form::Repaired, "with η_σ", corollary_1::repaired),
        (
            Form::Repaired,
            "sharper, by the spectra's ends",
            corollary_1::sharper,
        ),
        (
            Form::Repaired,
            "sharper, by Kantorovich",
            corollary_1::kantorovich,
        ),
    ];
    for (form, what, corollary) in forms {
        let of = (Statement::Corollary1, form, what);
        findings.sides(
            of,
            with_first / with_second,
            corollary(&of_first, &of_second),
        );
    }
    Ok(findings.all)
}

struct Findings {
    lambda: f64,
    all: Vec<Finding>,
}

impl Findings {
    /// Records both sides of a bound on a ratio; the measured ratio has the rounding errors of two solutions.
    fn sides(
        &mut self,
        (statement, form, what): (Statement, Form, &str),
        measured: f64,
        bounds: Bound<(f64, f64)>,
    ) {
        const TOLERANCE: f64 = 1e-9;
        // NaN is 0/0: with a residual of 0 there is no risk to compare, and the statement says nothing.
        let bounds = match measured.is_nan() {
            true => Err(Hypothesis::NotANumber {
                what: "the ratio of two risks",
                value: measured,
            }),
            false => bounds,
        };
        let (lower, upper) = match bounds {
            Ok((lower, upper)) => (
                judge(
                    lower,
                    Ok(measured),
                    Knowledge::Certified,
                    TOLERANCE * lower.abs(),
                ),
                judge(
                    measured,
                    Ok(upper),
                    Knowledge::Certified,
                    TOLERANCE * measured,
                ),
            ),
            Err(unmet) => {
                let void = judge(measured, Err(unmet), Knowledge::Certified, 0.0);
                (void.clone(), void)
            }
        };
        self.push(statement, form, format!("{what}, lower side"), lower);
        self.push(statement, form, format!("{what}, upper side"), upper);
    }

    fn push(&mut self, statement: Statement, form: Form, what: String, check: Check) {
        self.all.push(Finding {
            statement,
            form,
            what,
            lambda: self.lambda,
            time: None,
            check,
        });
    }

    /// Checks (20), each side at the eigenvalue where it is nearest to its bound.
    fn eigenvalues(
        &mut self,
        k: &DMatrix<f64>,
        s: &DMatrix<f64>,
        quantities: &Quantities,
        sigma: f64,
    ) -> Result<()> {
        let (before, after) = (eigenvalues(k)?, eigenvalues(&(k + s))?);
        // `rounding` is the error of an eigenvalue; `noise` is that of η, as uncertain as K's smallest eigenvalue.
        let rounding = 1e-12 * after.amax();
        let pairs = || before.iter().copied().zip(after.iter().copied());
        let plain = quantities.eta.ok_or(Hypothesis::NotDefinite { what: "K" });
        let noise = match plain {
            Ok(_) => Perturbation::of(k, s, 0.0, Precision::F64)?.noise(),
            Err(_) => 0.0,
        };
        let forms = [
            (Form::Stated, "(20), upper side", plain.clone(), 0.0, noise),
            (
                Form::Repaired,
                "the same of K + σI with η_σ, upper side",
                Ok(quantities.eta_sigma),
                sigma,
                Perturbation::of(k, s, sigma, Precision::F64)?.noise(),
            ),
        ];
        for (form, what, eta, shift, noise) in forms {
            let check = match eta {
                Err(unmet) => judge(after.amax(), Err(unmet), Knowledge::Certified, 0.0),
                Ok(eta) => nearest(pairs().map(|(before, after)| {
                    let bound = theorem_6::repaired(eta, before.max(0.0) + shift).map(|b| b.1);
                    let tolerance = rounding + 1e-12 * shift + noise * (before.abs() + shift);
                    judge(after + shift, bound, Knowledge::Certified, tolerance)
                })),
            };
            self.push(Statement::Theorem6, form, what.into(), check);
        }
        let lower = |bound: fn(f64, f64) -> Bound<(f64, f64)>, eta: Bound, noise: f64| match eta {
            Err(unmet) => judge(after.amax(), Err(unmet), Knowledge::Certified, 0.0),
            Ok(eta) => nearest(
                pairs().map(|(before, after)| match bound(eta, before.max(0.0)) {
                    Ok((lower, _)) => judge(
                        lower,
                        Ok(after),
                        Knowledge::Certified,
                        rounding + noise * before.abs(),
                    ),
                    Err(unmet) => judge(after, Err(unmet), Knowledge::Certified, 0.0),
                }),
            ),
        };
        let stated = lower(theorem_6::printed, plain, noise);
        self.push(
            Statement::Theorem6,
            Form::Stated,
            "(20), lower side".into(),
            stated,
        );
        // This side does not contain η, and so not its noise either.
        let sharper = lower(theorem_6::repaired, Ok(quantities.eta_sigma), 0.0);
        self.push(
            Statement::Theorem6,
            Form::Repaired,
            "λ_i(K + S) ≥ λ_i(K)".into(),
            sharper,
        );
        Ok(())
    }
}

/// Returns the check whose sides are nearest, and a check that fails before all others.
fn nearest(checks: impl Iterator<Item = Check>) -> Check {
    let nearness = |check: &Check| match check.verdict {
        Verdict::Fails | Verdict::Inconsistent => f64::INFINITY,
        _ => check.ratio.unwrap_or(f64::NEG_INFINITY),
    };
    checks
        .max_by(|a, b| nearness(a).total_cmp(&nearness(b)))
        .expect("a kernel has an eigenvalue")
}

/// Returns the kernels of three parts of the parameters, the first about as large as the other two together. With three
/// or more tensors the parts are whole tensors. `None` for fewer than three parameters.
fn parts<P: Predictor + ?Sized>(predictor: &P, j: &DMatrix<f64>) -> Option<[DMatrix<f64>; 3]> {
    let (n, p) = j.shape();
    if p < 3 {
        return None;
    }
    let ends = match predictor.tensors() {
        tensors if tensors.len() > 2 => {
            let mut ends = vec![0];
            for tensor in tensors {
                ends.push(ends[ends.len() - 1] + tensor.parameters);
            }
            ends
        }
        _ => (0..=p).collect(),
    };
    let count = ends.len() - 1;
    let cuts = [
        0,
        (count / 2).max(1),
        (3 * count / 4).max(count / 2 + 1).max(2),
        count,
    ]
    .map(|i| ends[i]);
    let gram = |from: usize, to: usize| {
        let part = j.view((0, from), (n, to - from));
        part * part.transpose()
    };
    Some([0, 1, 2].map(|i| gram(cuts[i], cuts[i + 1])))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A value that exceeds its bound by rounding only holds, and does not hide a value that fails.
    #[test]
    fn a_place_that_fails_comes_before_all_that_hold() {
        let at = |measured: f64, tolerance: f64| {
            judge(measured, Ok(1.0), Knowledge::Certified, tolerance)
        };
        let (fails, rounding, inside) = (at(1.5, 0.0), at(1.0 + 1e-15, 1e-12), at(0.5, 0.0));
        assert_eq!(rounding.verdict, Verdict::Holds);
        let all = [&inside, &fails, &rounding].map(Clone::clone);
        assert_eq!(nearest(all.into_iter()), fails);
        assert_eq!(nearest([rounding.clone(), inside].into_iter()), rounding);
    }
}
