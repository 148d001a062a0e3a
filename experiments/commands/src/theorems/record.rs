use serde::{Deserialize, Serialize};
use tangent_linearize::checks::Finding;
use tangent_spectral::theorems::Knowledge;

use super::Config;
use tangent_base::record::{ModelRecord, Provenance};
use tangent_base::source::SampleRecord;

/// The format of `result.json`.
pub const FORMAT: &str = "tangent theorems 2";

/// The content of `result.json` of `tangent theorems`.
#[derive(Clone, Debug, Serialize)]
pub struct TheoremsResult {
    /// [`FORMAT`].
    pub format: &'static str,
    /// The model, if one was checked.
    pub model: Option<ModelRecord>,
    /// The model's examples.
    pub examples: Option<SampleRecord>,
    /// The findings of every setting.
    pub settings: Vec<SettingRecord>,
    /// A training run of the model by AdamW.
    pub adamw: Option<AdamW>,
    /// The command, settings, warnings, versions and machine that made the result, and when.
    #[serde(flatten)]
    pub provenance: Provenance<Config>,
}

/// A function of θ, its constants, and every statement on it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SettingRecord {
    /// The function.
    pub name: String,
    /// The number of examples.
    pub n: usize,
    /// The number of parameters.
    pub parameters: usize,
    /// Lip(f).
    pub lip_f: f64,
    /// Lip(∇f).
    pub lip_gradient: f64,
    /// The residual E.
    pub residual: f64,
    /// The radius r of the ball.
    pub radius: f64,
    /// λ∘; `None` if a constant is not a finite number.
    pub lambda_circle: Option<f64>,
    /// How the two Lipschitz constants are known.
    pub knowledge: Knowledge,
    /// How the constants were obtained.
    pub obtained: String,
    /// Every form of every statement.
    pub findings: Vec<Finding>,
}

/// Training by AdamW under the selective rule, beside the bounds of the flow. The theorems are about the flow and claim
/// nothing about AdamW.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AdamW {
    /// The number of steps.
    pub steps: usize,
    /// η_step.
    pub rate: f64,
    /// λ.
    pub lambda: f64,
    /// Σ η_step, the time of the corresponding flow.
    pub time: f64,
    /// ‖θ − θ₀‖.
    pub distance: f64,
    /// The bound (11), 2 Lip(f) E t, at that time; `None` if a constant is invalid.
    pub free_bound: Option<f64>,
    /// The bound (10) at that time; `None` if a constant is invalid.
    pub bound: Option<f64>,
    /// R̃ at the start and at the end.
    pub risk: [f64; 2],
}
