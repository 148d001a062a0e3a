//! A NaN neither proves a statement false nor passes for a measurement.

use tangent_spectral::theorems::{
    Check, Constants, Hypothesis, Knowledge, Verdict, judge, lemma_3, theorem_1, theorem_4,
};

#[test]
fn a_bound_that_overflows_proves_nothing() {
    let constants = Constants {
        lip_f: 1.3,
        lip_gradient: 0.7,
        residual: 2.1,
        radius: 0.9,
    };
    // The bound is ∞·0, because (4/λ)·Lip(∇f)·E overflows.
    let bound = theorem_4::repaired(&constants, 1e-310, 0.0);
    let check = judge(0.0, bound, Knowledge::Certified, 0.0);
    assert!(!matches!(check.verdict, Verdict::Fails), "{check:?}");

    let check = judge(1.0, Ok(f64::NAN), Knowledge::Certified, 0.0);
    assert_eq!((check.verdict, check.bound), (Verdict::Void, None));
    assert_eq!(
        check.unmet.as_deref(),
        Some("the bound = NaN must be finite and not negative")
    );
    let check = judge(1.0, Ok(f64::INFINITY), Knowledge::Certified, 0.0);
    assert_eq!(check.verdict, Verdict::Holds);
}

#[test]
fn a_measurement_that_is_not_a_number_is_beyond_every_bound() {
    for measured in [f64::NAN, f64::INFINITY] {
        let verdict = |knowledge| judge(measured, Ok(2.0), knowledge, 1e-9).verdict;
        assert_eq!(verdict(Knowledge::Certified), Verdict::Fails);
        assert_eq!(verdict(Knowledge::Estimated), Verdict::Inconsistent);
    }
}

#[test]
fn a_check_survives_its_file_whatever_was_measured() {
    for (measured, bound) in [
        (1.5, Ok(2.0)),
        (1.5, Ok(f64::INFINITY)),
        (f64::NAN, Ok(2.0)),
        (f64::INFINITY, Ok(2.0)),
        (f64::NAN, Ok(f64::NAN)),
    ] {
        let check = judge(measured, bound, Knowledge::Certified, 0.0);
        let text = serde_json::to_string(&check).unwrap();
        let read: Check = serde_json::from_str(&text).unwrap();
        let finite = |value: f64| value.is_finite().then_some(value);
        assert_eq!(finite(read.measured), finite(check.measured), "{text}");
        assert_eq!(read.bound, check.bound.and_then(finite), "{text}");
        assert_eq!((read.verdict, read.ratio), (check.verdict, check.ratio));
    }
}

#[test]
fn theorem_1_refuses_an_inner_product_that_is_not_a_number() {
    for inner in [f64::NAN, f64::INFINITY] {
        assert!(matches!(
            theorem_1::bound(3.0, inner),
            Err(Hypothesis::NotANumber { .. })
        ));
        assert_eq!(theorem_1::bound(0.0, inner), Ok(0.0), "nothing pulls");
    }
}

#[test]
fn an_order_needs_finite_deviations() {
    for deviation in [f64::NAN, f64::INFINITY, -1.0] {
        assert_eq!(lemma_3::order(&[(0.1, 1.0), (0.01, deviation)]), None);
        assert_eq!(lemma_3::order(&[(0.1, 1.0), (deviation, 0.1)]), None);
    }
}
