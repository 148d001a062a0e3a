//! The checks on a model, as a function of its LoRA parameters with the head frozen.

use burn::tensor::{DType, backend::Backend};
use nalgebra::DVector;
use tangent_linearize::checks::Setting;
use tangent_linearize::lipschitz::{ThetaLipschitz, ThetaSearch};
use tangent_linearize::optimiser::Schedule;
use tangent_linearize::pull::Rule;
use tangent_linearize::train::{Recipe, Stepping, Trainer};
use tangent_linearize::{Full, FullFlow, FullOptions, Objective, Predictor, Read, Targets};
use tangent_ntk_core::{Block, Model, Monitor};
use tangent_spectral::theorems::{Constants, Knowledge, theorem_2};

use super::{AdamW, Config, Resolution, SettingRecord, TIMES, check_setting};
use tangent_base::Result;
use tangent_base::device::OnDevice;
use tangent_base::source::{Prepared, fitted};

/// Far finer than the differences between measured values and bounds.
const COARSE: Resolution = Resolution {
    tolerance: 1e-6,
    check: false,
    step: 0.2,
};

/// η_step of AdamW, as in the paper's protocol for CoLA.
const RATE: f64 = 4e-4;

/// The outcome of the checks on a model.
pub(super) struct Checked {
    pub(super) blocks: Vec<Block>,
    pub(super) setting: SettingRecord,
    pub(super) adamw: Option<AdamW>,
}

/// The checks on a model, on any backend.
pub(super) struct Job<'a> {
    pub(super) config: &'a Config,
    pub(super) prepared: &'a Prepared,
    pub(super) monitor: Monitor<'a>,
}

impl OnDevice for Job<'_> {
    type Output = Checked;

    fn on<B: Backend>(self, device: &B::Device, dtype: DType) -> Result<Checked> {
        let Self {
            config,
            prepared,
            monitor,
        } = self;
        let model = prepared.classifier::<B>(false, device, dtype)?;
        let options = FullOptions {
            threads: config.machine.threads,
            ..FullOptions::default()
        };
        let full = Full::new(&model, &prepared.train.sequences, options)?;
        let labels = prepared.targets(&prepared.train);
        let (readout, targets) = fitted(&labels, model.outputs());
        let predictor = Read::new(&full, readout)?;
        let start = predictor.forward(predictor.start(), &predictor.all())?;
        let residual = (&targets - DVector::from_vec(start)).norm();

        let search = ThetaSearch {
            starts: 1,
            rounds: 6,
            alternations: 20,
            tolerance: 1e-3,
            seed: config.data.seed,
            ..ThetaSearch::of(config.machine.precision)
        };
        let search = ThetaLipschitz::new(&predictor, search)?;
        let sampled = search.sampled(config.radius, config.samples, &monitor)?;
        let found = sampled.max(search.ascent(config.radius, &monitor)?);
        if found.lip_f.value == 0.0 {
            return Err(tangent_spectral::Error::ZeroKernel.into());
        }
        // Without a pull, the flow moves farthest.
        let flow = FullFlow::new(&predictor, &targets, 0.0)?.within(config.radius);
        let times = TIMES.map(|time| time / (2.0 * found.lip_f.value.powi(2)));
        let path = flow.constant(&times, &COARSE.adaptive(), &monitor)?;
        let inside = path.points.iter().filter(|p| p.distance <= config.radius);
        let thetas: Vec<&[f64]> = inside.map(|point| &point.theta[..]).collect();
        let found = match thetas.is_empty() {
            true => found,
            false => found.max(search.along(&thetas, &monitor)?),
        };
        let constants = Constants {
            lip_f: found.lip_f.value,
            lip_gradient: found.lip_gradient.value,
            residual,
            radius: config.radius,
        };
        let setting = Setting {
            predictor: &predictor,
            targets,
            constants,
            knowledge: Knowledge::Estimated,
            everywhere: false,
        };
        let record = check_setting(
            format!("{}, {}", config.model.model, config.data.task),
            format!(
                "lower estimates: θ₀, {} points of the ball, {} of the flow without a pull, and ascent",
                config.samples,
                thetas.len()
            ),
            &setting,
            &config.pulls,
            COARSE,
            &monitor,
        )?;
        let adamw = match (config.adamw_steps, record.lambda_circle) {
            (0, _) | (_, None) => None,
            (steps, Some(lambda)) => Some(adamw(&full, &labels, (steps, lambda), &record, config)?),
        };
        Ok(Checked {
            blocks: model.blocks().to_vec(),
            setting: record,
            adamw,
        })
    }
}

/// Trains by AdamW under the selective rule with λ = λ∘, on the summed squared loss, with all examples in every step.
fn adamw(
    full: &impl Predictor,
    labels: &Targets,
    (steps, lambda): (usize, f64),
    setting: &SettingRecord,
    config: &Config,
) -> Result<AdamW> {
    let recipe = Recipe {
        objective: Objective::Squared,
        rule: Rule::SelectiveGlobal,
        lambda,
        optimiser: Stepping::AdamW { weight_decay: 0.0 },
        rate: RATE,
        schedule: Schedule::Constant,
        batch: full.examples(),
        epochs: steps,
        seed: config.data.seed,
        ..Recipe::default()
    };
    let mut trainer = Trainer::new(full, labels, recipe)?;
    let risk = |theta: &[f64]| -> Result<f64> {
        let outputs = full.forward(theta, &full.all())?;
        Ok(Objective::Squared.total(&outputs, labels))
    };
    let before = risk(trainer.theta())?;
    while trainer.step()?.is_some() {}
    let time = steps as f64 * RATE;
    let constants = Constants {
        lip_f: setting.lip_f,
        lip_gradient: setting.lip_gradient,
        residual: setting.residual,
        radius: setting.radius,
    };
    let bound = |lambda| theorem_2::constant_pull(&constants, lambda, time).ok();
    Ok(AdamW {
        steps,
        rate: RATE,
        lambda,
        time,
        distance: trainer.distance(),
        free_bound: bound(0.0),
        bound: bound(lambda),
        risk: [before, risk(trainer.theta())?],
    })
}
