//! One row of a trajectory.

use nalgebra::DMatrix;
use serde::{Deserialize, Serialize};

use super::stage::Metric;
use super::{Regularised, Step};
use crate::metrics::{self, KernelDrift, kl_divergence, logit_gap, predicted_classes};
use crate::{Objective, Result, Targets};

/// What is looked at during a run, and how often.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Watched {
    /// Steps from one row to the next, from the start on; `None` for a row at the end alone.
    pub every: Option<usize>,
    /// Training examples that a row's losses and gaps are of: the first so many.
    pub train_n: usize,
    /// Training examples that the kernel's drift is of; 0 for none.
    pub kernel_n: usize,
}

/// Where the two runs are after a step. Columns that a run does not have, or not yet, are empty.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// Steps made.
    pub step: usize,
    /// Passes over the training examples.
    pub epoch: f64,
    /// η_step of the last step.
    pub rate: Option<f64>,
    /// Data term of the last step's batch, before the step: the full model's.
    pub batch_loss: Option<f64>,
    /// The linearized model's.
    pub batch_loss_linearized: Option<f64>,
    /// Share of tensors that the rule pulled, the mean over the steps since the last row: the full model's.
    pub regularised: Option<f64>,
    /// The linearized model's.
    pub regularised_linearized: Option<f64>,
    /// ‖θ_t − θ₀‖.
    pub distance: f64,
    /// The largest of all steps so far.
    pub farthest: f64,
    /// ‖θ̄_t − θ₀‖.
    pub distance_linearized: Option<f64>,
    /// Data term on the training examples that are looked at.
    pub train_loss: f64,
    /// The linearized model's.
    pub train_loss_linearized: Option<f64>,
    /// Data term on the evaluation set.
    pub eval_loss: f64,
    /// The linearized model's.
    pub eval_loss_linearized: Option<f64>,
    /// Share of right answers on the evaluation set; none for scores.
    pub accuracy: Option<f64>,
    /// The linearized model's.
    pub accuracy_linearized: Option<f64>,
    /// Matthews' correlation on the evaluation set, of two classes.
    pub matthews: Option<f64>,
    /// The linearized model's.
    pub matthews_linearized: Option<f64>,
    /// The task's own measure on the evaluation set.
    pub metric: f64,
    /// The linearized model's.
    pub metric_linearized: Option<f64>,
    /// Mean over the training examples of ‖f − f̄‖.
    pub gap_train: Option<f64>,
    /// ‖f(X) − f̄(X)‖ of what the squared loss fits, the margin of two classes, on the training examples that are looked
    /// at: what Theorem 3 bounds.
    pub gap_fitted: Option<f64>,
    /// Mean over the evaluation set of ‖f − f̄‖.
    pub gap: Option<f64>,
    /// Mean over the evaluation set of KL(softmax f ‖ softmax f̄).
    pub kl: Option<f64>,
    /// ‖k_t − k₀‖/‖k₀‖; none where k₀ is zero.
    pub kernel_drift: Option<f64>,
    /// ⟨k_t, k₀⟩/(‖k_t‖‖k₀‖); none where one of them is zero.
    pub kernel_alignment: Option<f64>,
}

/// Outputs, `[n, C]`, and the labels of the same examples.
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

    /// Whether all losses are.
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
        // Together as one vector: the norm over examples and outputs.
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
        // A kernel that is zero has no share by which it moves, and no direction.
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
