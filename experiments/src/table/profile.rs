//! Sizes as data.

use serde::Serialize;
use tangent_linearize::Objective;
use tangent_linearize::optimiser::Schedule;
use tangent_linearize::pull::Rule;
use tangent_linearize::train::{Recipe, Stepping};

use super::settings::ProfileName;

/// A task of the paper, and what stands in its place.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct TaskSizes {
    /// The paper's name.
    pub paper: &'static str,
    /// The task that is run.
    pub task: &'static str,
    /// Its folder in the folder of the data, for a published task.
    pub folder: Option<&'static str>,
    /// Tokens of an example at most; `None` for what the model takes.
    pub max_length: Option<usize>,
    /// Examples of a batch.
    pub batch: usize,
    /// η_step.
    pub rate: f64,
}

/// Everything that a profile fixes.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Profile {
    /// Its name.
    pub name: ProfileName,
    /// The model.
    pub model: &'static str,
    /// CoLA and SST-2, or what stands in their place.
    pub tasks: [TaskSizes; 2],
    /// Rows to train on; `None` for all.
    pub train_n: Option<usize>,
    /// Rows to evaluate on, at most.
    pub eval_n: usize,
    /// Passes over the training rows.
    pub epochs: usize,
    /// Seeds.
    pub seeds: &'static [u64],
    /// Algorithm 1: models to a radius.
    pub models: usize,
    /// Algorithm 1: sentences that pairs are drawn from.
    pub sentences: usize,
    /// Seconds that one training run takes, full and linearized, as measured on two cores of an AMD EPYC.
    pub run_seconds: f64,
    /// Seconds of one model of Algorithm 1, measured likewise.
    pub model_seconds: f64,
}

/// LoRA's rank in every table.
pub const RANK: usize = 8;
/// LoRA's α.
pub const ALPHA: f64 = 8.0;
/// Share of the warm-up.
pub const WARMUP: f64 = 0.06;

/// λ of Table 1.
pub const SWEEP: [f64; 8] = [50.0, 10.0, 5.0, 2.0, 1.0, 0.5, 0.1, 0.0];
/// λ of Tables 6, 7 and 8.
pub const LAMBDA: f64 = 5.0;

impl Profile {
    /// The profile of a name.
    pub fn named(name: ProfileName) -> Self {
        match name {
            ProfileName::Embedded => Self {
                name,
                model: crate::source::EMBEDDED,
                tasks: [
                    task("CoLA", "acceptability", None, None, 32, 4e-3),
                    task("SST-2", "sentiment", None, None, 16, 5e-3),
                ],
                train_n: Some(500),
                eval_n: 300,
                epochs: 4,
                seeds: &[0, 1, 2],
                models: 20,
                sentences: 64,
                run_seconds: 2.0,
                model_seconds: 0.02,
            },
            ProfileName::Desk => Self {
                name,
                model: "models/all-MiniLM-L6-v2",
                tasks: [
                    task("CoLA", "cola", Some("glue/CoLA"), Some(128), 32, 4e-4),
                    task("SST-2", "sst2", Some("glue/SST-2"), Some(128), 16, 5e-4),
                ],
                train_n: Some(2000),
                eval_n: 1000,
                epochs: 5,
                seeds: &[0, 1, 2],
                models: 100,
                sentences: 64,
                run_seconds: 20.0,
                model_seconds: 0.07,
            },
            ProfileName::Paper => Self {
                name,
                model: "FacebookAI/roberta-base",
                tasks: [
                    task("CoLA", "cola", Some("glue/CoLA"), Some(512), 32, 4e-4),
                    task("SST-2", "sst2", Some("glue/SST-2"), Some(512), 16, 5e-4),
                ],
                train_n: None,
                eval_n: usize::MAX,
                epochs: 10,
                seeds: &[0, 1, 2, 3, 4],
                models: 100,
                sentences: 64,
                run_seconds: 20_000.0,
                model_seconds: 0.5,
            },
        }
    }

    /// How a task is trained in this profile.
    pub fn recipe(&self, task: &TaskSizes, rule: Rule, lambda: f64, seed: u64) -> Recipe {
        Recipe {
            objective: Objective::CrossEntropy,
            rule,
            lambda,
            optimiser: Stepping::AdamW { weight_decay: 0.0 },
            rate: task.rate,
            schedule: Schedule::Linear { warmup: WARMUP },
            batch: task.batch,
            accumulate: 1,
            epochs: self.epochs,
            clip: None,
            seed,
        }
    }
}

fn task(
    paper: &'static str,
    task: &'static str,
    folder: Option<&'static str>,
    max_length: Option<usize>,
    batch: usize,
    rate: f64,
) -> TaskSizes {
    TaskSizes {
        paper,
        task,
        folder,
        max_length,
        batch,
        rate,
    }
}

/// Layers of the paper's twelve in a model of another depth: layer $l$ becomes
/// $\mathrm{round}(l (L - 1)/11)$, so that the first stays the first and the last the last.
pub fn scaled_layers(of_twelve: &[usize], layers: usize) -> Vec<usize> {
    let scaled = |&l: &usize| (l * (layers - 1) * 2 + 11) / 22;
    of_twelve.iter().map(scaled).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ends_stay_the_ends() {
        assert_eq!(scaled_layers(&[0, 5, 11], 12), [0, 5, 11]);
        assert_eq!(scaled_layers(&[0, 5, 7, 11], 6), [0, 2, 3, 5]);
        assert_eq!(scaled_layers(&[0, 5, 11], 3), [0, 1, 2]);
        assert_eq!(scaled_layers(&[0, 11], 1), [0, 0]);
    }
}
