//! The predictors that are known before training: the scores of a choice's kernel, and simple baselines.

use nalgebra::DVector;
use tangent_random::Draws;
use tangent_spectral::selection::{Better, Problem, Score};

use crate::protocol::{Adapted, SIGMA, scaled_layers};
use tangent_base::Result;
use tangent_commands::blocks::Blocks;

/// A predictor of how well a choice trains.
#[derive(Clone, Copy, Debug)]
pub(super) enum Predictor {
    Score(Score),
    Parameters,
    Depth,
    GradientNorm,
    Random,
}

impl Predictor {
    pub(super) fn all() -> Vec<Self> {
        let scores = Score::ALL.into_iter().map(Self::Score);
        scores.chain(Self::baselines()).collect()
    }

    /// Returns the predictors that need no spectrum.
    pub(super) fn baselines() -> [Self; 4] {
        [
            Self::Parameters,
            Self::Depth,
            Self::GradientNorm,
            Self::Random,
        ]
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Score(score) => score.name(),
            Self::Parameters => "parameters",
            Self::Depth => "depth",
            Self::GradientNorm => "gradient norm",
            Self::Random => "random",
        }
    }

    pub(super) fn ignores(self) -> &'static str {
        match self {
            Self::Score(score) => score.ignores(),
            Self::Parameters => "A baseline. Ignores everything but how many there are.",
            Self::Depth => "A baseline. Ignores everything but the mean place of the layers.",
            Self::GradientNorm => {
                "A baseline, ‖∇R̃(θ₀)‖ = 2 (yᵀKy)^{1/2}. Ignores all of the kernel but one direction."
            }
            Self::Random => "A baseline that is right by chance alone.",
        }
    }

    /// Returns 1 if the predictor prefers larger values, else −1. Baselines prefer larger values.
    pub(super) fn sign(self) -> f64 {
        match self {
            Self::Score(score) if score.better() == Better::Lower => -1.0,
            _ => 1.0,
        }
    }
}

/// Returns the value of every predictor for one choice, in the order of [`Predictor::all`]; `None` if it cannot be
/// computed.
pub(super) fn predict(
    blocks: &Blocks,
    problem: &Problem,
    adapted: &Adapted,
    residual: &DVector<f64>,
    (seed, place): (u64, usize),
) -> Result<Vec<Option<f64>>> {
    let choice = adapted.places(blocks);
    let kernel = problem.kernel(&choice)?;
    // A score that is undefined for a choice, for example because it divides by 0, does not stop the study.
    let scores = problem.score_each(&choice, &Score::ALL)?;
    let scores: Vec<Option<f64>> = scores.into_iter().map(|score| score.ok()).collect();
    let score = |score| scores[Score::ALL.iter().position(|&each| each == score)?];
    let value = |predictor: Predictor| match predictor {
        Predictor::Score(of) => score(of),
        Predictor::Parameters => Some(
            choice
                .iter()
                .map(|&l| blocks.blocks[l].parameters as f64)
                .sum(),
        ),
        Predictor::Depth => {
            let layers = scaled_layers(adapted.layers, blocks.depth);
            Some(layers.iter().sum::<usize>() as f64 / layers.len() as f64)
        }
        Predictor::GradientNorm => Some(2.0 * residual.dot(&(&kernel * residual)).max(0.0).sqrt()),
        Predictor::Random => Some((Draws::new(seed, place as u64).bits() >> 11) as f64),
    };
    Ok(Predictor::all().into_iter().map(value).collect())
}

/// Returns the selection problem of a task: the kernels of all blocks, the residual and σ.
pub(super) fn problem<'a>(
    blocks: &'a Blocks,
    residual: &'a DVector<f64>,
    precision: tangent_spectral::Precision,
) -> Result<Problem<'a>> {
    let outputs = residual.len() / blocks.examples;
    Ok(Problem::new(&blocks.kernels, residual, SIGMA, precision)?.with_outputs(outputs)?)
}
