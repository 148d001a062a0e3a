//! The fields that a report reads from the file that `tangent theorems` writes.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::Value;
use tangent_linearize::checks::{Finding, Form, Statement};

use tangent_base::record::Provenance;
use tangent_commands::theorems::{AdamW, SettingRecord};

/// The content of `theorems.json`.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Theorems {
    pub(super) settings: Vec<SettingRecord>,
    pub(super) adamw: Option<AdamW>,
    #[serde(flatten)]
    pub(super) provenance: Provenance,
}

impl Theorems {
    /// Returns the findings on all functions.
    pub(super) fn found(&self) -> impl Iterator<Item = &Finding> {
        self.settings.iter().flat_map(|setting| &setting.findings)
    }

    /// Returns the forms in which a statement is checked, the paper's first.
    pub(super) fn forms(&self, statement: Statement) -> BTreeSet<Form> {
        let of_it = self.found().filter(|found| found.statement == statement);
        of_it.map(|found| found.form).collect()
    }

    /// Returns the bounds of a form, in the order of their first appearance.
    pub(super) fn whats(&self, statement: Statement, form: Form) -> Vec<&str> {
        let mut all: Vec<&str> = Vec::new();
        for found in self.found() {
            let of_it = (found.statement, found.form) == (statement, form);
            if of_it && !all.contains(&&*found.what) {
                all.push(&found.what);
            }
        }
        all
    }

    /// Returns the strengths of the pull that were asked for, as multiples of λ∘.
    pub(super) fn pulls(&self) -> Option<Vec<f64>> {
        let pulls = self.provenance.config["pulls"].as_array()?;
        Some(pulls.iter().filter_map(Value::as_f64).collect())
    }

    /// Returns, ascending, the ridges σ = λ/2 of checks at a λ that is none of the pulls', on the functions on which
    /// Theorem 2 was checked.
    pub(super) fn ridges(&self) -> Vec<f64> {
        let pulls = self.pulls().unwrap_or_default();
        let mut ridges = Vec::new();
        for setting in &self.settings {
            let flows = |found: &Finding| found.statement == Statement::Theorem2;
            let Some(circle) = setting
                .lambda_circle
                .filter(|_| setting.findings.iter().any(flows))
            else {
                continue;
            };
            let beside = |found: &&Finding| pulls.iter().all(|pull| pull * circle != found.lambda);
            let found = setting.findings.iter().filter(beside);
            ridges.extend(found.map(|found| found.lambda / 2.0));
        }
        ridges.sort_by(f64::total_cmp);
        ridges.dedup();
        ridges
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::report::samples;

    #[test]
    fn the_ridge_is_that_of_the_file() {
        let mut file = samples::theorems();
        let read = |file: &Value| serde_json::from_value::<Theorems>(file.clone()).unwrap();
        // λ∘ is 4, and the pulls are 0 and 1 times λ∘.
        let check =
            json!({"measured": 1.0, "bound": 2.0, "ratio": 0.5, "verdict": "holds", "unmet": null});
        let found = |statement: &str, lambda: f64| json!({"statement": statement, "form": "stated", "what": "(10)", "lambda": lambda, "time": null, "check": check});
        file["settings"][0]["findings"] = json!([
            found("theorem2", 0.0),
            found("theorem2", 4.0),
            found("theorem6", 4.0),
            found("theorem6", 0.02),
            found("theorem7", 0.02),
        ]);
        assert_eq!(read(&file).ridges(), [0.01]);
        // The ridge of a function without a check of Theorem 2 does not count.
        file["settings"][1]["findings"] = json!([found("theorem6", 2.0)]);
        assert_eq!(read(&file).ridges(), [0.01]);
        file["settings"][0]["findings"] = json!([found("theorem2", 4.0)]);
        assert_eq!(read(&file).ridges(), [] as [f64; 0]);
    }

    #[test]
    fn what_is_no_number_in_the_file_is_no_reason_to_refuse_it() {
        let mut file = samples::theorems();
        file["settings"][0]["lambda_circle"] = Value::Null;
        file["settings"][0]["findings"][0]["check"]["measured"] = Value::Null;
        file["settings"][0]["findings"][0]["check"]["bound"] = Value::Null;
        file["adamw"] = json!({
            "steps": 1, "rate": 0.1, "lambda": 0.0, "time": 0.1, "distance": 0.2, "free_bound": null, "bound": null,
            "risk": [1.0, 0.5],
        });
        let read: Theorems = serde_json::from_value(file).unwrap();
        assert_eq!(read.settings[0].lambda_circle, None);
        assert_eq!(read.adamw.unwrap().bound, None);
    }
}
