//! One row of a trajectory.

use nalgebra::DMatrix;
use serde::{Deserialize, Serialize};

use super::stage::Metric;
use super::{Regularised, Step};
use crate::metrics::{self, KernelDrift, kl_divergence, logit_gap, predicted_classes};
use crate::{Objective, Result, Targets};

/// What is measured during a run, and how often.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Watched {
    /// The number of steps from one row to the next, with a first row at the start; `None` for a single row at the end.
    pub every: Option<usize>,
    /// The number of training examples, taken from the first on, that a row's training losses and gaps use.
    pub train_n: usize,
    /// The number of training examples, taken from the first on, that the kernel drift uses; 0 for no kernel drift.
    pub kernel_n: usize,
}

/// The measurements of the two runs after a step. A column is `None` if the run does not have it or does not have it
/// yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// The number of steps taken.
    pub step: usize,
    /// The number of passes over the training examples, which may be a fraction.
    pub epoch: f64,
    /// The learning rate η_step of the last step.
    pub rate: Option<f64>,
    /// The full model's data term on the examples of the last step, before that step.
    pub batch_loss: Option<f64>,
    /// The linearized model's data term on the examples of the last step, before that step.
    pub batch_loss_linearized: Option<f64>,
    /// The share of the full model's tensors that the rule pulled, as the mean over the steps since the last row.
    pub regularised: Option<f64>,
    /// The share of the linearized model's tensors that the rule pulled, as the mean over the steps since the last row.
    pub regularised_linearized: Option<f64>,
    /// ‖θ_t − θ₀‖.
    pub distance: f64,
    /// The largest ‖θ_t − θ₀‖ of all steps so far.
    pub farthest: f64,
    /// ‖θ̄_t − θ₀‖.
    pub distance_linearized: Option<f64>,
    /// The full model's data term on the first [`Watched::train_n`] training examples.
    pub train_loss: f64,
    /// The linearized model's data term on the same examples.
    pub train_loss_linearized: Option<f64>,
    /// The full model's data term on the evaluation set.
    pub eval_loss: f64,
    /// The linearized model's data term on the evaluation set.
    pub eval_loss_linearized: Option<f64>,
    /// The full model's share of correct predictions on the evaluation set; `None` for scores.
    pub accuracy: Option<f64>,
    /// The linearized model's share of correct predictions on the evaluation set.
    pub accuracy_linearized: Option<f64>,
    /// The full model's Matthews correlation on the evaluation set; `None` unless there are two classes.
    pub matthews: Option<f64>,
    /// The linearized model's Matthews correlation on the evaluation set.
    pub matthews_linearized: Option<f64>,
    /// The full model's value of the task's own metric on the evaluation set.
    pub metric: f64,
    /// The linearized model's value of the task's own metric on the evaluation set.
    pub metric_linearized: Option<f64>,
    /// The mean of ‖f − f̄‖ over the first [`Watched::train_n`] training examples.
    pub gap_train: Option<f64>,
    /// ‖f(X) − f̄(X)‖ on the first [`Watched::train_n`] training examples, for the values that the squared loss fits:
    /// the margin of two outputs, else all outputs. Theorem 3 bounds this norm.
    pub gap_fitted: Option<f64>,
    /// The mean of ‖f − f̄‖ over the evaluation set.
    pub gap: Option<f64>,
    /// The mean of KL(softmax f ‖ softmax f̄) over the evaluation set; `None` for one output.
    pub kl: Option<f64>,
    /// ‖k_t − k₀‖/‖k₀‖; `None` if k₀ is zero.
    pub kernel_drift: Option<f64>,
    /// ⟨k_t, k₀⟩/(‖k_t‖‖k₀‖); `None` if one of the kernels is zero.
    pub kernel_alignment: Option<f64>,
}

/// The outputs, `[n, C]`, and the labels of the same examples.
type Fitted<'a> = (&'a [f64], &'a Targets);

impl Row {
    /// The names of the fields, in their order.
    pub const COLUMNS: [&str; 26] = [
        "step",
        "epoch",
        "rate",
        "batch_loss",
        "batch_loss_linearized",
        "regularised",
        "regularised_linearized",
        "distance",
        "farthest",
        "distance_linearized",
        "train_loss",
        "train_loss_linearized",
        "eval_loss",
        "eval_loss_linearized",
        "accuracy",
        "accuracy_linearized",
        "matthews",
        "matthews_linearized",
        "metric",
        "metric_linearized",
        "gap_train",
        "gap_fitted",
        "gap",
        "kl",
        "kernel_drift",
        "kernel_alignment",
    ];

    /// Returns whether all losses are finite.
    pub(super) fn is_finite(&self) -> bool {
        let linearized = [self.train_loss_linearized, self.eval_loss_linearized];
        let full = [self.train_loss, self.eval_loss];
        full.into_iter()
            .chain(linearized.into_iter().flatten())
            .all(f64::is_finite)
    }

    pub(super) fn stepped(&mut self, full: &Step, linearized: Option<&Step>) {
        self.rate = Some(full.rate);
        self.batch_loss = Some(full.loss);
        self.batch_loss_linearized = linearized.map(|step| step.loss);
    }

    pub(super) fn regularised(&mut self, [full, linearized]: [Regularised; 2]) {
        self.regularised = full.mean();
        self.regularised_linearized = linearized.mean();
    }

    pub(super) fn full(
        &mut self,
        objective: Objective,
        metric: &Metric,
        (f, targets): Fitted,
        (f_eval, eval_targets): Fitted,
    ) {
        self.train_loss = objective.total(f, targets);
        self.eval_loss = objective.total(f_eval, eval_targets);
        self.accuracy = accuracy(f_eval, eval_targets);
        self.matthews = matthews(f_eval, eval_targets);
        self.metric = metric(f_eval, eval_targets);
    }

    pub(super) fn linearized(
        &mut self,
        objective: Objective,
        metric: &Metric,
        (f, targets): Fitted,
        (f_eval, eval_targets): Fitted,
    ) {
        self.train_loss_linearized = Some(objective.total(f, targets));
        self.eval_loss_linearized = Some(objective.total(f_eval, eval_targets));
        self.accuracy_linearized = accuracy(f_eval, eval_targets);
        self.matthews_linearized = matthews(f_eval, eval_targets);
        self.metric_linearized = Some(metric(f_eval, eval_targets));
    }

    pub(super) fn apart(
        &mut self,
        outputs: usize,
        train: (&[f64], &[f64]),
        eval: (&[f64], &[f64]),
    ) {
        self.gap_train = Some(logit_gap(train.0, train.1, outputs));
        // All values form one vector, so that `logit_gap` gives the norm over examples and outputs.
        let fitted = |outputs_of: &[f64]| match outputs {
            2 => outputs_of.chunks_exact(2).map(|z| z[1] - z[0]).collect(),
            _ => outputs_of.to_vec(),
        };
        let (f, g): (Vec<f64>, Vec<f64>) = (fitted(train.0), fitted(train.1));
        self.gap_fitted = Some(logit_gap(&f, &g, f.len()));
        self.gap = Some(logit_gap(eval.0, eval.1, outputs));
        self.kl = (outputs > 1).then(|| kl_divergence(eval.0, eval.1, outputs));
    }

    pub(super) fn drifted(&mut self, k_0: &DMatrix<f64>, k_t: &DMatrix<f64>) -> Result<()> {
        let drift = KernelDrift::between(k_0, k_t)?;
        // A zero kernel has neither a relative drift nor a direction.
        let existing = |value: f64| value.is_finite().then_some(value);
        self.kernel_drift = existing(drift.relative);
        self.kernel_alignment = existing(drift.alignment);
        Ok(())
    }
}

fn accuracy(outputs: &[f64], targets: &Targets) -> Option<f64> {
    match targets {
        Targets::Classes(classes) => {
            let predicted = predicted_classes(outputs, outputs.len() / classes.len());
            Some(metrics::accuracy(&predicted, classes))
        }
        Targets::Scores(_) => None,
    }
}

fn matthews(outputs: &[f64], targets: &Targets) -> Option<f64> {
    match targets {
        Targets::Classes(classes) if outputs.len() == 2 * classes.len() => {
            let predicted = predicted_classes(outputs, 2);
            Some(metrics::matthews(&predicted, classes))
        }
        _ => None,
    }
}
