//! What a report reads of the file that `tangent theorems` writes.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;
use tangent_spectral::theorems::{Knowledge, Verdict};

/// `theorems.json`.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Theorems {
    #[serde(default)]
    pub(super) command: Option<String>,
    pub(super) config: Value,
    pub(super) settings: Vec<Setting>,
    pub(super) adamw: Option<AdamW>,
    pub(super) versions: BTreeMap<String, String>,
    pub(super) machine: Value,
    pub(super) started: String,
    pub(super) seconds: f64,
}

/// A function of θ and what was found on it.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Setting {
    pub(super) name: String,
    pub(super) n: usize,
    pub(super) parameters: usize,
    pub(super) lip_f: f64,
    pub(super) lip_gradient: f64,
    pub(super) residual: f64,
    pub(super) radius: f64,
    pub(super) lambda_circle: f64,
    pub(super) knowledge: Knowledge,
    pub(super) obtained: String,
    pub(super) findings: Vec<Found>,
}

/// A form of a statement, checked. Statements and forms by their names, so that those to come are read too.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Found {
    pub(super) statement: String,
    pub(super) form: String,
    pub(super) what: String,
    pub(super) check: Check,
}

/// What a check came to. Numbers that are not finite are not in JSON.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Check {
    pub(super) ratio: Option<f64>,
    pub(super) verdict: Verdict,
    pub(super) unmet: Option<String>,
}

/// AdamW beside the bounds of the flow.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct AdamW {
    pub(super) steps: usize,
    pub(super) rate: f64,
    pub(super) lambda: f64,
    pub(super) time: f64,
    pub(super) distance: f64,
    pub(super) free_bound: f64,
    pub(super) bound: f64,
    pub(super) risk: [f64; 2],
}

impl Theorems {
    /// The command that makes it.
    pub(super) fn command(&self) -> &str {
        self.command
            .as_deref()
            .unwrap_or("tangent reproduce --only theorems")
    }
    /// What was found on all functions.
    pub(super) fn found(&self) -> impl Iterator<Item = &Found> {
        self.settings.iter().flat_map(|setting| &setting.findings)
    }

    /// The forms in which a statement is checked, the paper's first.
    pub(super) fn forms(&self, statement: &str) -> Vec<String> {
        const ORDER: [&str; 3] = ["stated", "printed", "repaired"];
        let of_it = self.found().filter(|found| found.statement == statement);
        let mut forms = each_once(of_it.map(|found| &found.form));
        forms.sort_by_key(|form| {
            ORDER
                .iter()
                .position(|known| known == form)
                .unwrap_or(ORDER.len())
        });
        forms
    }

    /// The bounds of a form.
    pub(super) fn whats(&self, statement: &str, form: &str) -> Vec<String> {
        let of_it = self
            .found()
            .filter(|found| found.statement == statement && found.form == form);
        each_once(of_it.map(|found| &found.what))
    }
}

/// In the order of their first appearance.
fn each_once<'a>(names: impl Iterator<Item = &'a String>) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for name in names {
        if !all.contains(name) {
            all.push(name.clone());
        }
    }
    all
}
