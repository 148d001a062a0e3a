//! The statements about a whole path: Theorems 2 to 4 and the regularised comparator.

use super::Checks;
use crate::Predictor;
use crate::checks::{Form, Statement};
use crate::full_flow::{Path, Point};
use tangent_spectral::theorems::{
    Bound, Constants, regularised_comparator, theorem_2, theorem_3, theorem_4,
};

impl<P: Predictor + ?Sized> Checks<'_, P> {
    pub(super) fn distances(&mut self, constant: &Path, selective: &Path) {
        let (setting, lambda) = (self.setting, self.lambda);
        let constants = setting.constants;
        let distance = |_: usize, point: &Point| point.distance;
        self.find_over(
            (
                Statement::Theorem2,
                Form::Stated,
                "(9): the distance under the rule",
            ),
            selective,
            distance,
            |point, farthest| {
                setting.within(farthest)?;
                theorem_2::any_pull(&constants, selective.pieces(point.time))
            },
        );
        if lambda > 0.0 {
            self.find_over(
                (Statement::Theorem2, Form::Printed, "(10) for the rule"),
                selective,
                distance,
                |point, farthest| {
                    setting.within(farthest)?;
                    theorem_2::printed_for_selective(&constants, lambda, point.time)
                },
            );
        }
        let number = if lambda > 0.0 { "(10)" } else { "(11)" };
        self.find_over(
            (
                Statement::Theorem2,
                Form::Repaired,
                &format!("{number}: the distance under constant λ"),
            ),
            constant,
            distance,
            |point, farthest| {
                setting.within(farthest)?;
                theorem_2::constant_pull(&constants, lambda, point.time)
            },
        );
        if lambda > 0.0 {
            self.limit(constant);
        }
    }

    /// Checks (65), a bound for all times, at the last point before the path leaves the ball.
    fn limit(&mut self, path: &Path) {
        let setting = self.setting;
        let later = || path.points.iter().filter(|point| point.time > 0.0);
        let inside = |point: &&Point| setting.within(point.distance).is_ok();
        let last = later().take_while(inside).last().or(later().next());
        if let Some(point) = last {
            let within = setting.within(point.distance);
            let bound = within.and_then(|()| theorem_2::limit(&setting.constants, self.lambda));
            let (time, tolerance) = (Some(point.time), self.tolerance(point));
            let of = (
                Statement::Theorem2,
                Form::Repaired,
                "(65): the last distance under constant λ",
            );
            self.find(of, time, point.distance, bound, tolerance);
        }
    }

    /// Checks Theorems 3 and 4 under constant $\lambda$.
    pub(super) fn gaps(&mut self, path: &Path, gaps: &[f64]) {
        let (setting, lambda) = (self.setting, self.lambda);
        let constants = setting.constants;
        let gap = |index: usize, _: &Point| gaps[index];
        type Theorem = fn(&Constants, f64, f64) -> Bound;
        let statements: [(Statement, Form, &str, Theorem); 4] = [
            (
                Statement::Theorem3,
                Form::Repaired,
                "(12): the gap under constant λ",
                theorem_3::constant_pull,
            ),
            (
                Statement::Theorem4,
                Form::Repaired,
                "with E: the gap under constant λ",
                theorem_4::repaired,
            ),
            (
                Statement::Theorem4,
                Form::Printed,
                "with R̃(θ₀) for E",
                theorem_4::printed,
            ),
            (
                Statement::Theorem4,
                Form::Repaired,
                "for λ ≥ λ∘, with r",
                theorem_4::strong_pull,
            ),
        ];
        for (statement, form, what, theorem) in statements {
            self.find_over((statement, form, what), path, gap, |point, farthest| {
                setting.within(farthest)?;
                theorem(&constants, lambda, point.time)
            });
        }
    }

    /// Checks Theorems 3 and 4 for the rule, as the paper claims them, and Theorem 3 with the pull of the rule.
    pub(super) fn gaps_of_the_rule(&mut self, path: &Path, gaps: &[f64]) {
        let (setting, lambda) = (self.setting, self.lambda);
        let constants = setting.constants;
        self.find_over(
            (
                Statement::Theorem3,
                Form::Repaired,
                "with (9): the gap under the rule",
            ),
            path,
            |index, _| gaps[index],
            |point, farthest| {
                setting.within(farthest)?;
                theorem_3::any_pull(&constants, path.pieces(point.time))
            },
        );
        self.find_over(
            (Statement::Theorem3, Form::Printed, "(12) for the rule"),
            path,
            |index, _| gaps[index],
            |point, farthest| {
                setting.within(farthest)?;
                theorem_3::printed_for_selective(&constants, lambda, point.time)
            },
        );
        // Theorem 4 claims to hold by λ and t alone. It is therefore also checked where the path has left the ball.
        self.find_over(
            (
                Statement::Theorem4,
                Form::Printed,
                "the ball's radius for the rule",
            ),
            path,
            |_, point| point.distance,
            |point, _| theorem_4::distance(&constants, lambda, point.time),
        );
        type Theorem = fn(&Constants, f64, f64) -> Bound;
        let claims: [(&str, Theorem); 2] = [
            ("with E for the rule", theorem_4::printed_for_selective),
            (
                "for λ ≥ λ∘, with r, for the rule",
                theorem_4::printed_strong_pull_for_selective,
            ),
        ];
        for (what, theorem) in claims {
            self.find_over(
                (Statement::Theorem4, Form::Printed, what),
                path,
                |index, _| gaps[index],
                |point, _| theorem(&constants, lambda, point.time),
            );
        }
    }

    /// Checks the gap to the regularised comparator (erratum 5).
    pub(super) fn regularised_gaps(&mut self, path: &Path, gaps: &[f64]) {
        let (setting, lambda) = (self.setting, self.lambda);
        let constants = setting.constants;
        let gap = |index: usize, _: &Point| gaps[index];
        // If the constants hold everywhere, the path cannot leave the ball.
        let reached = |farthest: f64| if setting.everywhere { 0.0 } else { farthest };
        self.find_over(
            (
                Statement::RegularisedComparator,
                Form::Repaired,
                "uniform in t",
            ),
            path,
            gap,
            |point, farthest| {
                regularised_comparator::uniform(&constants, lambda, point.time, reached(farthest))
            },
        );
        self.find_over(
            (Statement::RegularisedComparator, Form::Repaired, "sharper"),
            path,
            gap,
            |point, farthest| {
                regularised_comparator::sharper(&constants, lambda, point.time, reached(farthest))
            },
        );
    }
}
