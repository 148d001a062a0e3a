use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tangent_linearize::checks::Finding;
use tangent_spectral::theorems::Knowledge;

use super::Config;
use tangent_base::record::ModelRecord;
use tangent_base::source::SampleRecord;
use tangent_base::system::Machine;

/// The format of `result.json`.
pub const FORMAT: &str = "tangent theorems 2";

/// `result.json` of `tangent theorems`.
#[derive(Clone, Debug, Serialize)]
pub struct TheoremsResult {
    /// [`FORMAT`].
    pub format: &'static str,
    /// The command that makes it again, where it is a part of the paper.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
    /// What was asked for, defaults filled in.
    pub config: Config,
    /// The model, where one was checked.
    pub model: Option<ModelRecord>,
    /// Its examples.
    pub examples: Option<SampleRecord>,
    /// What every setting comes to.
    pub settings: Vec<SettingRecord>,
    /// What AdamW does on the model.
    pub adamw: Option<AdamW>,
    /// What was assumed, ignored or left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
    /// Versions of the program and of what its numbers depend on.
    pub versions: BTreeMap<&'static str, &'static str>,
    /// The machine.
    pub machine: Machine,
    /// When the run began, UTC.
    pub started: String,
    /// Seconds that it took.
    pub seconds: f64,
}

/// A function of θ, its constants, and every statement on it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SettingRecord {
    /// The function.
    pub name: String,
    /// Examples.
    pub n: usize,
    /// Parameters.
    pub parameters: usize,
    /// Lip(f).
    pub lip_f: f64,
    /// Lip(∇f).
    pub lip_gradient: f64,
    /// E.
    pub residual: f64,
    /// r.
    pub radius: f64,
    /// λ∘; none where a constant is no number.
    pub lambda_circle: Option<f64>,
    /// How the two Lipschitz constants are known.
    pub knowledge: Knowledge,
    /// How they were obtained.
    pub obtained: String,
    /// Every form of every statement.
    pub findings: Vec<Finding>,
}

/// Training by AdamW under the selective rule beside the bound of the flow. Theorems speak of flow: nothing is claimed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AdamW {
    /// Steps.
    pub steps: usize,
    /// η_step.
    pub rate: f64,
    /// λ.
    pub lambda: f64,
    /// Σ η_step, the time that a flow would have had.
    pub time: f64,
    /// ‖θ − θ₀‖.
    pub distance: f64,
    /// 2 Lip(f) E t, (11) at that time; none where it is no number.
    pub free_bound: Option<f64>,
    /// (10) at that time; none where it is no number.
    pub bound: Option<f64>,
    /// R̃ at the start and at the end.
    pub risk: [f64; 2],
}
