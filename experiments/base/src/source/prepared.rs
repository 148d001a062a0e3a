use std::sync::Arc;

use burn::tensor::{DType, backend::Backend};
use nalgebra::DVector;
use tangent_datasets::{Label, Metric, Target};
use tangent_linearize::train::{Labelled, Setup, Stage};
use tangent_linearize::{Targets, metrics};
use tangent_lora::adapter::Adapter;
use tangent_lora::weights::HeadWeights;
use tangent_lora::{Classifier, Sequence};
use tangent_ntk_core::{Monitor, Readout};

use super::{Inputs, Library, ModelSource, Sample, Wanted};
use crate::Result;
use crate::cli::Console;
use crate::settings::{DataConfig, ModelConfig};

/// A model in parts, with its training and evaluation examples.
#[derive(Debug)]
pub struct Prepared {
    /// The encoder.
    pub source: Arc<ModelSource>,
    /// The adapter.
    pub adapter: Adapter,
    /// The head.
    pub head: HeadWeights,
    /// The training examples.
    pub train: Sample,
    /// The evaluation examples; empty if none were wanted.
    pub eval: Sample,
    /// What the labels mean: class c is output c of the model.
    pub target: Target,
    /// The task's usual measure.
    pub measure: Measure,
}

/// A task's measure, and the class that counts as positive for it.
#[derive(Clone, Copy, Debug)]
pub struct Measure {
    /// The metric.
    pub metric: Metric,
    /// The class whose F1 is measured.
    pub positive: usize,
}

impl Measure {
    /// Returns the measure of outputs, `[n, C]` example by example, compared with labels.
    pub fn of(self, outputs: &[f64], targets: &Targets) -> f64 {
        match targets {
            Targets::Scores(scores) => metrics::spearman(outputs, scores),
            Targets::Classes(classes) => {
                let predicted = metrics::predicted_classes(outputs, outputs.len() / classes.len());
                match self.metric {
                    Metric::Matthews => metrics::matthews(&predicted, classes),
                    Metric::F1 => {
                        let positive = |classes: &[usize]| -> Vec<usize> {
                            let is = |&class: &usize| usize::from(class == self.positive);
                            classes.iter().map(is).collect()
                        };
                        metrics::f1(&positive(&predicted), &positive(classes))
                    }
                    Metric::Accuracy | Metric::Spearman => metrics::accuracy(&predicted, classes),
                }
            }
        }
    }
}

impl Prepared {
    /// Loads the model, its adapter and the examples, and warns about everything that is assumed or ignored.
    ///
    /// # Errors
    /// The model, the adapter or the data are invalid; warnings under `--strict`.
    pub fn load(
        model: &ModelConfig,
        data: &DataConfig,
        wanted: Wanted,
        console: &Console,
    ) -> Result<Self> {
        let library = Library::default();
        Inputs::load(&library, model, data, wanted, console)?.prepare(console)
    }

    /// Returns the model on a device; with `head_block`, the head's parameters are a block too.
    ///
    /// # Errors
    /// As [`Classifier::build`].
    pub fn classifier<B: Backend>(
        &self,
        head_block: bool,
        device: &B::Device,
        dtype: DType,
    ) -> Result<Classifier<B>> {
        Ok(Classifier::build(
            &self.source.config,
            &self.source.weights,
            &self.head,
            &self.adapter,
            head_block,
            device,
            dtype,
        )?)
    }

    /// Returns the adapter as it is to be saved after training. It includes the drawn parts, because a later program
    /// might draw others.
    pub fn adapter_with_drawn(&self) -> Adapter {
        let adapter = self.adapter.clone();
        adapter.with_drawn(&self.head, &self.source.config)
    }

    /// Sets up a model of these parts and its linearization for training on the examples, with the task's measure.
    ///
    /// # Errors
    /// As [`Stage::new`].
    pub fn stage<'a, B: Backend>(
        &'a self,
        model: &'a Classifier<B>,
        setup: Setup,
        monitor: &Monitor,
    ) -> Result<Stage<'a, Classifier<B>>> {
        let measure = self.measure;
        let metric = move |outputs: &[f64], targets: &Targets| measure.of(outputs, targets);
        let (train, eval) = (self.labelled(&self.train), self.labelled(&self.eval));
        Ok(Stage::new(
            model,
            train,
            eval,
            Box::new(metric),
            setup,
            monitor,
        )?)
    }

    /// Returns the examples and labels of a sample of this task.
    fn labelled<'a>(&self, sample: &'a Sample) -> Labelled<'a, Sequence> {
        Labelled {
            examples: &sample.sequences,
            targets: self.targets(sample),
        }
    }

    /// Returns the labels of a sample of this task.
    pub fn targets(&self, sample: &Sample) -> Targets {
        let labels = sample.drawn.examples.iter().map(|example| example.label);
        match self.target {
            Target::Classes(_) => Targets::Classes(labels.filter_map(Label::class).collect()),
            Target::Score => Targets::Scores(labels.map(Label::value).collect()),
        }
    }
}

/// Returns the readout and the targets of the summed squared loss: ±1 for the margin of two outputs, one-hot for more
/// outputs, the score for regression.
pub fn fitted(labels: &Targets, outputs: usize) -> (Readout, DVector<f64>) {
    match labels {
        Targets::Scores(scores) => (Readout::Logit(0), DVector::from_column_slice(scores)),
        Targets::Classes(classes) if outputs == 2 => {
            let sign = |&class: &usize| if class == 1 { 1.0 } else { -1.0 };
            let signs = classes.iter().map(sign);
            (
                Readout::Margin,
                DVector::from_iterator(classes.len(), signs),
            )
        }
        Targets::Classes(classes) => {
            let one_hot = |&class: &usize| (0..outputs).map(move |c| f64::from(c == class));
            let values: Vec<f64> = classes.iter().flat_map(one_hot).collect();
            (Readout::Full, DVector::from_vec(values))
        }
    }
}
