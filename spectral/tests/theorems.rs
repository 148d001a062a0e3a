//! The statements' bounds: their limits, their numerics, and what they refuse.

use tangent_spectral::theorems::{
    Bound, Constants, Hypothesis, Knowledge, Verdict, judge, lemma_1, lemma_3,
    regularised_comparator, theorem_1, theorem_2, theorem_3, theorem_4,
};

const CONSTANTS: Constants = Constants {
    lip_f: 1.3,
    lip_gradient: 0.7,
    residual: 2.1,
    radius: 0.9,
};

#[track_caller]
fn near(got: f64, want: f64, tolerance: f64) {
    assert!(
        (got - want).abs() <= tolerance * want.abs(),
        "{got:e}, not {want:e}"
    );
}

#[test]
fn theorem_2_has_its_limits() {
    let free = theorem_2::no_pull(&CONSTANTS, 3.0).unwrap();
    near(free, 2.0 * 1.3 * 2.1 * 3.0, 1e-15);
    for lambda in [0.0, 1e-300, 1e-12, 1e-9] {
        near(
            theorem_2::constant_pull(&CONSTANTS, lambda, 3.0).unwrap(),
            free,
            1e-8,
        );
    }
    let limit = theorem_2::limit(&CONSTANTS, 2.0).unwrap();
    near(
        theorem_2::constant_pull(&CONSTANTS, 2.0, 100.0).unwrap(),
        limit,
        1e-15,
    );
    let half = theorem_2::constant_pull(&CONSTANTS, 2.0, 0.5).unwrap();
    near(
        half,
        2.0 * 1.3 * 2.1 * (1.0 - (-1.0_f64).exp()) / 2.0,
        1e-14,
    );
}

#[test]
fn theorem_2_is_exact_for_pieces() {
    let pieces = [(0.4, 0.0), (0.3, 2.0), (0.0, 9.0), (0.5, 0.7), (0.2, 0.0)];
    let exact = theorem_2::any_pull(&CONSTANTS, pieces).unwrap();
    // Compare with ∫ e^{−(Λ_t − Λ_s)} ds by the midpoint rule, on the same pieces.
    let fine = 20_000;
    let (mut integral, mut after) = (0.0, 0.0);
    for (h, lambda) in pieces.into_iter().rev() {
        let step = h / f64::from(fine);
        for _ in 0..fine {
            integral += step * f64::exp(-(after + lambda * step / 2.0));
            after += lambda * step;
        }
    }
    near(exact, 2.0 * 1.3 * 2.1 * integral, 1e-8);
    let split = theorem_2::any_pull(&CONSTANTS, [(0.25, 1.5); 4]).unwrap();
    near(
        split,
        theorem_2::constant_pull(&CONSTANTS, 1.5, 1.0).unwrap(),
        1e-14,
    );
}

/// Compares the bounds with their series $\sum_{k\ge2} c_k x^k$, which subtracts no large terms,
/// for very small and moderate $x$.
#[test]
fn bounds_of_second_order_in_time_do_not_cancel() {
    for x in [1e-12_f64, 1e-5, 0.05, 0.0999, 0.1001, 0.3, 5.0] {
        let (lambda, time) = (2.0, x / 2.0);
        let mut term = 1.0;
        let (mut third, mut sharper) = (0.0, 0.0);
        for k in 1..80 {
            let k = f64::from(k);
            term *= -x / k;
            if k > 1.0 {
                third += term;
                sharper += term * (k - 1.0);
            }
        }
        let b = 2.0 * 1.3_f64.powi(2) * 2.1 * (4.0 / lambda * 0.7 * 2.1 + 1.0);
        near(
            theorem_3::constant_pull(&CONSTANTS, lambda, time).unwrap(),
            b * third / lambda,
            1e-12,
        );
        let scale = 10.0 * 1.3_f64.powi(2) * 0.7 * 2.1_f64.powi(2) / lambda.powi(2);
        let found = regularised_comparator::sharper(&CONSTANTS, lambda, time, 0.1).unwrap();
        near(found, scale * sharper, 1e-11);
    }
}

/// Without a pull there is a gap of second order, $4F^2LE^2t^2$, which a division by a tiny
/// $\lambda$ must not lose; and the bounds stay finite if $\lambda t$ is huge.
#[test]
fn bounds_of_second_order_have_their_limits_in_the_pull() {
    let scale = 1.3_f64.powi(2) * 0.7 * 2.1_f64.powi(2);
    for lambda in [1e-300, 1e-200, 1e-160, 1e-20, 1e-12] {
        for time in [1e-9, 1.0, 30.0] {
            near(
                theorem_3::constant_pull(&CONSTANTS, lambda, time).unwrap(),
                4.0 * scale * time * time,
                1e-10,
            );
            let found = regularised_comparator::sharper(&CONSTANTS, lambda, time, 0.1).unwrap();
            near(found, 5.0 * scale * time * time, 1e-10);
        }
    }
    let linear = Constants {
        lip_gradient: 0.0,
        ..CONSTANTS
    };
    assert_eq!(
        regularised_comparator::uniform(&linear, 1e-300, 1.0, 0.1),
        Ok(0.0)
    );
    let weak = 2.0 * 1.3_f64.powi(2) * 2.1;
    near(
        theorem_4::repaired(&linear, 1e-310, 0.1).unwrap(),
        weak * 0.1,
        1e-15,
    );
    near(
        theorem_3::constant_pull(&linear, 1.0, 1e200).unwrap(),
        weak * 1e200,
        1e-15,
    );
    near(
        regularised_comparator::sharper(&CONSTANTS, 1e100, 1e100, 0.1).unwrap(),
        10.0 * scale * 1e-200,
        1e-15,
    );
}

/// Compares with ∫ (4FLE + λ_s F) δ_s ds by the trapezoidal rule, with δ_s by Theorem 2.
#[test]
fn theorem_3_is_exact_for_pieces() {
    let pieces = [(0.4, 0.0), (0.3, 2.0), (0.0, 9.0), (0.5, 0.7), (0.2, 0.0)];
    let exact = theorem_3::any_pull(&CONSTANTS, pieces).unwrap();
    let fine = 2000;
    let (mut so_far, mut gap) = (Vec::new(), 0.0);
    for (h, lambda) in pieces {
        let step = h / f64::from(fine);
        let rate = 4.0 * 1.3 * 0.7 * 2.1 + lambda * 1.3;
        for _ in 0..fine {
            let distance = |so_far: &[(f64, f64)]| {
                theorem_2::any_pull(&CONSTANTS, so_far.iter().copied()).unwrap()
            };
            let before = distance(&so_far);
            match so_far.last_mut() {
                Some((time, last)) if *last == lambda => *time += step,
                _ => so_far.push((step, lambda)),
            }
            gap += rate * step * (before + distance(&so_far)) / 2.0;
        }
    }
    near(exact, gap, 1e-6);

    for lambda in [1e-200, 1e-3, 1.5, 80.0] {
        let whole = theorem_3::constant_pull(&CONSTANTS, lambda, 1.0).unwrap();
        for parts in [1_usize, 4] {
            let piece = (1.0 / parts as f64, lambda);
            let split = theorem_3::any_pull(&CONSTANTS, vec![piece; parts]).unwrap();
            near(split, whole, 1e-13);
        }
    }
    let free = theorem_3::any_pull(&CONSTANTS, [(2.0, 0.0)]).unwrap();
    near(
        free,
        4.0 * 1.3_f64.powi(2) * 0.7 * 2.1_f64.powi(2) * 4.0,
        1e-14,
    );
}

/// Until the rule pulls, the gap is at most min(4F²LE²t², 2F²Et), which is never above (12).
#[test]
fn the_printed_theorem_3_covers_a_rule_that_has_not_pulled() {
    for lip_gradient in [0.0, 0.01, 0.3, 1.0, 40.0] {
        let constants = Constants {
            lip_gradient,
            ..CONSTANTS
        };
        for time in [1e-6, 0.01, 0.2, 0.24, 0.3, 1.0, 50.0] {
            let free = theorem_3::any_pull(&constants, [(time, 0.0)]).unwrap();
            let apart = 2.0 * 1.3_f64.powi(2) * 2.1 * time;
            for lambda in [1e-9, 1e-3, 0.1, 1.0, 10.0, 1e4] {
                let printed = theorem_3::printed_for_selective(&constants, lambda, time).unwrap();
                assert!(free.min(apart) <= printed * (1.0 + 1e-12));
            }
        }
    }
}

#[test]
fn bounds_are_ordered_as_the_proofs_say() {
    let strong = Constants {
        radius: 10.0,
        ..CONSTANTS
    };
    for time in [1e-3, 0.1, 1.0, 30.0] {
        for lambda in [0.6, 2.0, 40.0] {
            let third = theorem_3::constant_pull(&strong, lambda, time).unwrap();
            let fourth = theorem_4::repaired(&strong, lambda, time).unwrap();
            assert!(third <= fourth, "t − (1 − e^(−λt))/λ ≤ t");
            let uniform = regularised_comparator::uniform(&strong, lambda, time, 0.0).unwrap();
            let sharper = regularised_comparator::sharper(&strong, lambda, time, 0.0).unwrap();
            assert!(sharper <= uniform);
            if lambda * time > 40.0 {
                near(sharper, uniform, 1e-15);
            }
        }
    }
}

#[test]
fn theorem_4_covers_what_it_says() {
    let circle = theorem_4::lambda_circle(&CONSTANTS).unwrap();
    near(circle, 2.0 * 2.1 * 1.3 / 0.9, 1e-15);
    let weak = circle / 2.0;
    let until = 2.0_f64.ln() / weak;
    assert!(theorem_4::repaired(&CONSTANTS, weak, until * 0.999).is_ok());
    assert!(matches!(
        theorem_4::repaired(&CONSTANTS, weak, until * 1.001),
        Err(Hypothesis::TooLong { .. })
    ));
    assert!(theorem_4::repaired(&CONSTANTS, circle, 1e9).is_ok());
    assert!(theorem_4::strong_pull(&CONSTANTS, circle, 1.0).is_ok());
    assert!(matches!(
        theorem_4::strong_pull(&CONSTANTS, weak, 1.0),
        Err(Hypothesis::WeakPull { .. })
    ));
    // (10) reaches the ball's radius at the end of the covered time, (65) at λ∘.
    let radius = theorem_4::distance(&CONSTANTS, weak, until * 0.999).unwrap();
    assert_eq!(radius, CONSTANTS.radius);
    assert!(theorem_4::distance(&CONSTANTS, weak, until * 1.001).is_err());
    near(
        theorem_2::constant_pull(&CONSTANTS, weak, until).unwrap(),
        radius,
        1e-14,
    );
    near(theorem_2::limit(&CONSTANTS, circle).unwrap(), radius, 1e-14);
    // At λ∘ both bounds agree: 4E/λ∘ = 2r/Lip(f).
    let first = theorem_4::repaired(&CONSTANTS, circle, 1.0).unwrap();
    near(
        theorem_4::strong_pull(&CONSTANTS, circle, 1.0).unwrap(),
        first,
        1e-14,
    );
    // The main text has R̃(θ₀) = E² in place of E: smaller if E < 1, larger if E > 1.
    let small = Constants {
        residual: 0.5,
        ..CONSTANTS
    };
    let [printed, repaired] =
        [theorem_4::printed, theorem_4::repaired].map(|bound| bound(&small, 3.0, 1.0).unwrap());
    assert!(printed < 0.6 * repaired);
}

#[test]
fn hypotheses_are_told() {
    let no_ball = Constants {
        radius: 0.0,
        ..CONSTANTS
    };
    let message = |bound: Bound| bound.unwrap_err().to_string();
    assert_eq!(
        message(theorem_4::repaired(&no_ball, 1.0, 1.0)),
        "a ball of radius 0 gives no λ∘ = 2E·Lip(f)/r"
    );
    assert_eq!(
        message(theorem_3::constant_pull(&CONSTANTS, 0.0, 1.0)),
        "λ must be positive"
    );
    assert_eq!(
        message(regularised_comparator::uniform(&CONSTANTS, 1.0, 1.0, 0.95)),
        "the path reaches ‖θ − θ₀‖ = 0.9500, outside the ball of radius 0.9"
    );
    assert!(regularised_comparator::uniform(&CONSTANTS, 1.0, 1.0, 0.85).is_ok());
    assert!(regularised_comparator::uniform(&CONSTANTS, 100.0, 1.0, 0.95).is_ok());
    for bad in [-1.0, f64::NAN, f64::INFINITY] {
        let wrong = Constants {
            lip_f: bad,
            ..CONSTANTS
        };
        assert!(matches!(
            theorem_2::no_pull(&wrong, 1.0),
            Err(Hypothesis::NotANumber { what: "Lip(f)", .. })
        ));
        assert!(theorem_3::constant_pull(&CONSTANTS, bad, 1.0).is_err());
        assert!(theorem_4::strong_pull(&CONSTANTS, 100.0, bad).is_err());
    }
}

#[test]
fn theorem_1_is_about_a_pull_that_does_not_point_uphill() {
    assert_eq!(theorem_1::derivative(2.0, 3.0, 0.5), -9.5);
    assert_eq!(theorem_1::bound(3.0, 0.5), Ok(0.0));
    assert_eq!(theorem_1::bound(0.0, -0.5), Ok(0.0));
    assert_eq!(
        theorem_1::bound(3.0, -0.5),
        Err(Hypothesis::PullsUphill {
            lambda: 3.0,
            inner: -0.5
        })
    );
    assert_eq!(
        (lemma_3::pull(3.0, 0.0), lemma_3::pull(3.0, -1e-300)),
        (3.0, 0.0)
    );
}

/// For $f = \theta$ and $\theta_0 = 0$ the flow is known exactly:
/// $\theta' = -2(\theta - y) - \lambda\theta$.
#[test]
fn one_step_deviates_by_second_order() {
    for (lambda, theta, y) in [
        (0.0_f64, 0.3_f64, 1.0_f64),
        (3.0, 0.7, 0.5),
        (3.0, 0.0, 1.0),
    ] {
        for step in [1e-1, 1e-2, 1e-3] {
            let constants = Constants {
                lip_f: 1.0,
                lip_gradient: 0.0,
                residual: (theta - y).abs(),
                radius: 1.0,
            };
            let rate = 2.0 + lambda;
            let rest = 2.0 * y / rate;
            let flow = rest + (theta - rest) * (-rate * step).exp();
            let plain = theta - step * 2.0 * (theta - y);
            let deviation = (plain - lambda * step * plain - flow).abs();
            let bound = lemma_3::one_step(&constants, lambda, theta, step).unwrap();
            assert!(deviation <= bound, "{deviation} {bound}");
            assert!(bound <= 0.5 * step * step * 100.0);
        }
    }
    // Without a pull, the bound is Taylor's remainder alone, and it is reached.
    let constants = Constants {
        lip_f: 1.0,
        lip_gradient: 0.0,
        residual: 1.0,
        radius: 1.0,
    };
    let step = 1e-4_f64;
    let deviation = (-2.0 * step).exp() - (1.0 - 2.0 * step);
    near(
        deviation,
        lemma_3::one_step(&constants, 0.0, 0.0, step).unwrap(),
        1e-3,
    );
}

#[test]
fn lemma_1_is_a_product() {
    assert_eq!(lemma_1(2.0, 3.0), 12.0);
}

#[test]
fn an_order_is_a_slope() {
    let squares = [0.1, 0.01, 0.001].map(|h: f64| (h, 3.0 * h * h));
    near(lemma_3::order(&squares).unwrap(), 2.0, 1e-12);
    assert_eq!(lemma_3::order(&squares[..1]), None);
    assert_eq!(lemma_3::order(&[(0.1, 0.0), (0.2, 1.0)]), None);
    assert_eq!(lemma_3::order(&[(0.1, 1.0), (0.1, 2.0)]), None);
}

#[test]
fn verdicts() {
    use Knowledge::{Certified, Estimated};
    let verdict = |measured, bound, knowledge| judge(measured, bound, knowledge, 1e-9).verdict;
    assert_eq!(verdict(1.0, Ok(2.0), Certified), Verdict::Holds);
    assert_eq!(verdict(3.0, Ok(2.0), Certified), Verdict::Fails);
    assert_eq!(verdict(1.0, Ok(2.0), Estimated), Verdict::Consistent);
    assert_eq!(verdict(3.0, Ok(2.0), Estimated), Verdict::Inconsistent);
    assert_eq!(
        verdict(3.0, Err(Hypothesis::NoBall), Certified),
        Verdict::Void
    );
    assert_eq!(verdict(f64::NAN, Ok(2.0), Certified), Verdict::Fails);
    assert_eq!(verdict(2.0 + 1e-10, Ok(2.0), Certified), Verdict::Holds);
    let check = judge(1.0, Ok(4.0), Certified, 0.0);
    assert_eq!((check.ratio, check.slack()), (Some(0.25), Some(3.0)));
    assert_eq!(judge(0.0, Ok(0.0), Certified, 0.0).ratio, None);
    let void = judge(1.0, Err(Hypothesis::NoPull), Certified, 0.0);
    assert_eq!(void.unmet.as_deref(), Some("λ must be positive"));
    let json = serde_json::to_value(&check).unwrap();
    assert_eq!(json["verdict"], "holds");
}
