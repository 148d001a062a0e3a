//! What is known of a choice before training: the scores of its kernel, and plain baselines.

use nalgebra::DVector;
use tangent_random::Draws;
use tangent_spectral::selection::{Better, Problem, Score};

use crate::protocol::{Adapted, SIGMA, scaled_layers};
use tangent_base::Result;
use tangent_commands::blocks::Blocks;

/// A predictor, with what it ignores, and whether a larger value is to be the better one.
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

    /// What needs no spectrum.
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

    /// 1 where a larger value is to be the better one, else −1. Baselines prefer more.
    pub(super) fn sign(self) -> f64 {
        match self {
            Self::Score(score) if score.better() == Better::Lower => -1.0,
            _ => 1.0,
        }
    }
}

/// Every predictor of one choice, in the order of [`Predictor::all`]; `None` where it cannot be computed.
pub(super) fn predict(
    blocks: &Blocks,
    problem: &Problem,
    adapted: &Adapted,
    residual: &DVector<f64>,
    (seed, place): (u64, usize),
) -> Result<Vec<Option<f64>>> {
    let choice = adapted.places(&blocks);
    let kernel = problem.kernel(&choice)?;
    // A score that does not exist for a choice, such as one that divides by 0, is no reason to stop.
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

/// The problem of a task: kernels of all blocks, the residual, σ.
pub(super) fn problem<'a>(
    blocks: &'a Blocks,
    residual: &'a DVector<f64>,
    precision: tangent_spectral::Precision,
) -> Result<Problem<'a>> {
    let outputs = residual.len() / blocks.examples;
    Ok(Problem::new(&blocks.kernels, residual, SIGMA, precision)?.with_outputs(outputs)?)
}
