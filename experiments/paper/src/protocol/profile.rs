//! The sizes of all runs, as data.

use serde::Serialize;
use tangent_linearize::Objective;
use tangent_linearize::optimiser::Schedule;
use tangent_linearize::pull::Rule;
use tangent_linearize::train::{Recipe, Stepping};

use super::ProfileName;

/// A task of the paper, and the task that is run in its place.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct TaskSizes {
    /// The paper's name of the task.
    pub paper: &'static str,
    /// The task that is run.
    pub task: &'static str,
    /// The task's folder within the folder of the data, for a published task.
    pub folder: Option<&'static str>,
    /// The largest number of tokens of an example; `None` for the model's limit.
    pub max_length: Option<usize>,
    /// The number of examples of a batch.
    pub batch: usize,
    /// The learning rate η_step.
    pub rate: f64,
    /// The mean number of tokens of an example, to which the estimated time of a run is proportional.
    #[serde(skip)]
    pub tokens: f64,
}

impl TaskSizes {
    /// Returns the paper's name of the task and, if another task is run in its place, the name of that one.
    pub(crate) fn name(&self) -> String {
        let same = |name: &str| name.to_lowercase().replace('-', "");
        match same(self.paper) == same(self.task) {
            true => self.paper.to_owned(),
            false => format!("{} ({})", self.paper, self.task),
        }
    }
}

/// Everything that a profile fixes.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Profile {
    /// The name of the profile.
    pub name: ProfileName,
    /// The model.
    pub model: &'static str,
    /// CoLA, SST-2, Yelp and IMDb, or the tasks that are run in their place.
    pub tasks: [TaskSizes; 4],
    /// The largest number of examples to train on; `None` for all.
    pub train_n: Option<usize>,
    /// The largest number of examples to evaluate on.
    pub eval_n: usize,
    /// The number of passes over the training examples.
    pub epochs: usize,
    /// The seeds.
    pub seeds: &'static [u64],
    /// The number of models at each radius of Algorithm 1.
    pub models: usize,
    /// The number of sentences from which Algorithm 1 draws pairs.
    pub sentences: usize,
    /// The seconds that one training run on CoLA takes, full and linearized, as measured on two cores of an AMD EPYC.
    pub run_seconds: f64,
    /// The largest number of examples to train on in the study of scores.
    pub study_n: usize,
    /// The number of passes over those examples.
    pub study_epochs: usize,
    /// The seeds of the study.
    pub study_seeds: &'static [u64],
    /// The seconds that one model of Algorithm 1 takes, measured on the same machine.
    pub model_seconds: f64,
}

/// LoRA's rank in every table.
pub(crate) const RANK: usize = 8;
/// LoRA's α.
pub(crate) const ALPHA: f64 = 8.0;
/// The share of the steps that warm up the learning rate.
pub(crate) const WARMUP: f64 = 0.06;

/// The number of examples of the NTK.
pub(crate) const NTK_N: usize = 32;
/// The ridge σ that is added to the NTK.
pub(crate) const SIGMA: f64 = 1e-4;

/// The number of bytes for stored rows of J; further rows are recomputed. Stored and recomputed rows agree only up to
/// rounding, so this is fixed: results must not depend on the memory that happens to be free.
pub(crate) const ROWS_OF_J: usize = 1 << 30;

/// The values of λ of Table 1.
pub(crate) const SWEEP: [f64; 8] = [50.0, 10.0, 5.0, 2.0, 1.0, 0.5, 0.1, 0.0];
/// The λ of Tables 6, 7 and 8.
pub(crate) const LAMBDA: f64 = 5.0;
/// The λ of Tables 2 and 3, of the figures and of the study, which share runs.
pub(crate) const LAMBDA_OF_CHOICES: f64 = 1.0;

impl Profile {
    /// Returns the profile of this name.
    pub fn named(name: ProfileName) -> Self {
        match name {
            ProfileName::Embedded => Self {
                name,
                model: tangent_base::source::EMBEDDED,
                tasks: [
                    task("CoLA", "acceptability", None, (None, 10.0), 32, 4e-3),
                    task("SST-2", "sentiment", None, (None, 11.0), 16, 5e-3),
                    task("Yelp", "reviews", None, (Some(32), 31.0), 32, 4e-3),
                    task("IMDb", "paraphrase", None, (Some(32), 21.0), 16, 4e-3),
                ],
                train_n: Some(500),
                eval_n: 300,
                epochs: 4,
                seeds: &[0, 1, 2],
                models: 20,
                sentences: 64,
                run_seconds: 2.0,
                study_n: 256,
                study_epochs: 3,
                study_seeds: &[0, 1, 2],
                model_seconds: 0.02,
            },
            ProfileName::Desk => Self {
                name,
                model: tangent_base::source::MINILM,
                tasks: [
                    task(
                        "CoLA",
                        "cola",
                        Some("glue/CoLA"),
                        (Some(128), 11.0),
                        32,
                        4e-4,
                    ),
                    task(
                        "SST-2",
                        "sst2",
                        Some("glue/SST-2"),
                        (Some(128), 13.0),
                        16,
                        5e-4,
                    ),
                    task("Yelp", "yelp", Some("yelp"), (Some(128), 106.0), 32, 4e-4),
                    task("IMDb", "imdb", Some("imdb"), (Some(128), 126.0), 16, 4e-4),
                ],
                train_n: Some(2000),
                eval_n: 1000,
                epochs: 5,
                seeds: &[0, 1, 2],
                models: 100,
                sentences: 64,
                run_seconds: 100.0,
                study_n: 256,
                study_epochs: 5,
                study_seeds: &[0, 1],
                model_seconds: 0.07,
            },
            ProfileName::Paper => Self {
                name,
                model: "FacebookAI/roberta-base",
                tasks: [
                    task(
                        "CoLA",
                        "cola",
                        Some("glue/CoLA"),
                        (Some(512), 11.0),
                        32,
                        4e-4,
                    ),
                    task(
                        "SST-2",
                        "sst2",
                        Some("glue/SST-2"),
                        (Some(512), 13.0),
                        16,
                        5e-4,
                    ),
                    task("Yelp", "yelp", Some("yelp"), (Some(512), 170.0), 32, 4e-4),
                    task("IMDb", "imdb", Some("imdb"), (Some(512), 280.0), 16, 4e-4),
                ],
                train_n: None,
                eval_n: usize::MAX,
                epochs: 10,
                seeds: &[0, 1, 2, 3, 4],
                models: 100,
                sentences: 64,
                run_seconds: 20_000.0,
                study_n: 1000,
                study_epochs: 5,
                study_seeds: &[0, 1, 2],
                model_seconds: 0.5,
            },
        }
    }

    /// Returns the two tasks on which the training dynamics are compared: CoLA and SST-2.
    pub fn dynamics(&self) -> &[TaskSizes] {
        &self.tasks[..2]
    }

    /// Returns about how many seconds it takes to train the full model alone on a task.
    pub(crate) fn full_run_seconds(&self, task: &TaskSizes) -> f64 {
        // The full and the linearized model take about half the time of a run each, and time grows with the tokens.
        0.5 * self.run_seconds * task.tokens / self.tasks[0].tokens
    }

    /// Returns the profile with the sizes of the study of scores.
    pub(crate) fn for_study(self) -> Self {
        Self {
            train_n: Some(self.study_n),
            epochs: self.study_epochs,
            ..self
        }
    }

    /// Returns how a task is trained in this profile.
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
    (max_length, tokens): (Option<usize>, f64),
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
        tokens,
    }
}

/// Maps layers of a model of twelve layers, ascending, to a model of $L$ layers: layer $l$ becomes
/// $\mathrm{round}(l (L - 1)/11)$, so that the first layer stays the first and the last the last. Layers that become
/// equal are returned once.
pub fn scaled_layers(of_twelve: &[usize], layers: usize) -> Vec<usize> {
    let scaled = |&l: &usize| (l * (layers - 1) * 2 + 11) / 22;
    let mut scaled: Vec<usize> = of_twelve.iter().map(scaled).collect();
    scaled.dedup();
    scaled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ends_stay_the_ends() {
        assert_eq!(scaled_layers(&[0, 5, 11], 12), [0, 5, 11]);
        assert_eq!(scaled_layers(&[0, 5, 7, 11], 6), [0, 2, 3, 5]);
        assert_eq!(scaled_layers(&[0, 5, 11], 3), [0, 1, 2]);
        assert_eq!(scaled_layers(&[0, 11], 1), [0]);
        let all: Vec<usize> = (0..12).collect();
        assert_eq!(scaled_layers(&all, 6), [0, 1, 2, 3, 4, 5]);
    }
}
