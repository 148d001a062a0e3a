//! The checks on functions with certified constants.

use nalgebra::{DMatrix, DVector};
use tangent_linearize::checks::Setting;
use tangent_linearize::fixture::{Certified, Quadratic, Sine};
use tangent_ntk_core::Monitor;
use tangent_spectral::theorems::{Constants, Knowledge};

use super::{Config, Resolution, SettingRecord, check_setting, record};
use tangent_base::Result;

/// Sizes (n, p): one with several directions, and one for which the bounds are nearly reached.
const SIZES: [(usize, usize); 2] = [(6, 10), (1, 1)];

/// The residual E.
const RESIDUAL: f64 = 1.5;

const FINE: Resolution = Resolution {
    tolerance: 1e-9,
    check: true,
    step: 0.02,
};

/// Checks every fixture; the seed of the data draws them.
pub(super) fn check(config: &Config, monitor: &Monitor) -> Result<Vec<SettingRecord>> {
    let mut records = Vec::new();
    for (n, p) in SIZES {
        let seed = config.data.seed;
        let sine = Sine::random(n, p, seed)?;
        let quadratic = Quadratic::random(n, p, 1.0, seed)?;
        records.push(one(
            "sin(Aθ)",
            "proved, on all of ℝᵖ",
            true,
            &sine,
            config,
            monitor,
        )?);
        records.push(one(
            "aᵀu + ½uᵀMu",
            "proved, on the ball",
            false,
            &quadratic,
            config,
            monitor,
        )?);
    }
    records.push(scalar(config)?);
    Ok(records)
}

/// Checks K = 1 and S = 3 at σ = E = 1, for which (21) as printed is false. On the fixtures above, K has fewer
/// parameters than examples and is singular, so that (20) and the printed (21) are void.
fn scalar(config: &Config) -> Result<SettingRecord> {
    // The third parameter is the second candidate, S′ = 2.
    let jacobian = DMatrix::from_row_slice(1, 3, &[1.0, 3f64.sqrt(), 2f64.sqrt()]);
    let linear = Quadratic::new(&jacobian, &[DMatrix::zeros(3, 3)], &[0.0; 3])?;
    // f is 0 at θ₀.
    let setting = setting(&linear, DVector::from_element(1, 1.0), 1.0, true, config);
    let findings = setting.added_at(1.0)?;
    let name = "aᵀu, K = 1, S = 3, σ = 1".to_owned();
    let obtained = "proved, on all of ℝᵖ; Theorems 6 and 7 and Corollary 1 alone".to_owned();
    Ok(record(name, obtained, &setting, findings))
}

fn one<F: Certified>(
    name: &str,
    obtained: &str,
    everywhere: bool,
    fixture: &F,
    config: &Config,
    monitor: &Monitor,
) -> Result<SettingRecord> {
    let n = fixture.examples();
    let start = DVector::from_vec(fixture.forward(fixture.start(), &fixture.all())?);
    // Residuals of both signs and different sizes.
    let sign = |i: usize| if i.is_multiple_of(2) { 1.0 } else { -1.0 };
    let direction = DVector::from_fn(n, |i, _| sign(i) / (1.0 + 0.3 * i as f64));
    let targets = start + direction.normalize() * RESIDUAL;
    let setting = setting(fixture, targets, RESIDUAL, everywhere, config);
    let p = fixture.start().len();
    check_setting(
        format!("{name}, n = {n}, p = {p}"),
        obtained.to_owned(),
        &setting,
        &config.pulls,
        FINE,
        monitor,
    )
}

/// Returns a fixture with its proved constants and with targets at the distance `residual` = E from its outputs at θ₀.
fn setting<'a, F: Certified>(
    fixture: &'a F,
    targets: DVector<f64>,
    residual: f64,
    everywhere: bool,
    config: &Config,
) -> Setting<'a, F> {
    let certified = fixture.certified(config.radius);
    Setting {
        predictor: fixture,
        targets,
        constants: Constants {
            lip_f: certified.lip_f,
            lip_gradient: certified.lip_gradient,
            residual,
            radius: config.radius,
        },
        knowledge: Knowledge::Certified,
        everywhere,
    }
}
