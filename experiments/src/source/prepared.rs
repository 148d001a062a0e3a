use burn::tensor::{DType, backend::Backend};
use nalgebra::DVector;
use tangent_datasets::{Dataset, Label, Lengths, Metric, Split, Target};
use tangent_linearize::Targets;
use tangent_lora::Classifier;
use tangent_lora::adapter::Adapter;
use tangent_lora::weights::{HeadSource, HeadWeights};
use tangent_ntk_core::Readout;

use super::{ModelSource, Sample};
use crate::Result;
use crate::cli::Console;
use crate::settings::{DataChoice, ModelChoice};

/// How many examples.
#[derive(Clone, Copy, Debug)]
pub struct Rows {
    /// So many: fewer are an error.
    pub asked: Option<usize>,
    /// Where nothing is asked for, so many or all that there are.
    pub otherwise: usize,
}

impl Rows {
    /// So many.
    pub fn exactly(n: usize) -> Self {
        Self {
            asked: Some(n),
            otherwise: n,
        }
    }

    /// So many, or all that there are.
    pub fn at_most(n: usize) -> Self {
        Self {
            asked: None,
            otherwise: n,
        }
    }

    fn of(self, there: usize) -> usize {
        self.asked.unwrap_or(self.otherwise.min(there).max(1))
    }
}

/// A model in parts, with examples to train it on and to evaluate it on.
#[derive(Debug)]
pub struct Prepared {
    /// The encoder.
    pub source: ModelSource,
    /// The adapter.
    pub adapter: Adapter,
    /// The head.
    pub head: HeadWeights,
    /// Examples of the training split.
    pub train: Sample,
    /// Examples of the other.
    pub eval: Sample,
    /// What labels mean.
    pub target: Target,
    /// The field's measure for the task.
    pub metric: Metric,
}

impl Prepared {
    /// With so many examples to train on, and at most `eval_n` to evaluate on.
    ///
    /// # Errors
    /// Whatever is wrong with the model, the adapter or the data.
    pub fn load(
        model: &ModelChoice,
        data: &DataChoice,
        train: Rows,
        eval_n: usize,
        console: &Console,
    ) -> Result<Self> {
        let source = ModelSource::load(&model.model, console.is_quiet())?;
        let adapter = model.adapter.adapter(&source.config, data.seed)?;
        let task = data.source()?;
        let dataset = task.load(Split::Train, console.is_quiet())?;
        let (target, metric) = (dataset.target.clone(), dataset.metric);
        let head = HeadWeights::load(
            &source.config,
            &source.weights,
            adapter.head.as_ref(),
            Some(target.outputs()),
            data.seed,
        )?;
        let train = data.draw(&dataset, train.of(dataset.examples.len()), &source)?;
        let held_out = task.load(Split::Dev, console.is_quiet())?;
        let eval_n = eval_n.min(held_out.examples.len()).max(1);
        let eval = data.draw(&held_out, eval_n, &source)?;
        for (name, sample) in [("training", &train), ("evaluation", &eval)] {
            tell(name, sample, console);
        }
        tell_division(&dataset, console);
        if head.source == HeadSource::Seeded {
            console.note("the model has no classification head: one is drawn by the seed");
        }
        Ok(Self {
            source,
            adapter,
            head,
            train,
            eval,
            target,
            metric,
        })
    }

    /// The model on a device; with `head_block` its head is trained too.
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

    /// The labels of a sample of this task.
    pub fn targets(&self, sample: &Sample) -> Targets {
        let labels = sample.examples.iter().map(|example| example.label);
        match self.target {
            Target::Classes(_) => Targets::Classes(labels.filter_map(Label::class).collect()),
            Target::Score => Targets::Scores(labels.map(Label::value).collect()),
        }
    }
}

/// The readout and the targets of the summed squared loss: ±1 for the margin, one-hot for more outputs, the score.
pub(crate) fn fitted(labels: &Targets, outputs: usize) -> (Readout, DVector<f64>) {
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

/// Says when a task's one split was divided.
pub(crate) fn tell_division(dataset: &Dataset, console: &Console) {
    if let Some(division) = &dataset.accounting.divided {
        let (train, dev) = (division.train, division.dev);
        console.note(format_args!(
            "the data have one split: divided by the seed into {train} to train on and {dev}"
        ));
    }
}

/// Says what was left out of a sample, and what was cut.
pub(crate) fn tell(name: &str, sample: &Sample, console: &Console) {
    let (accounting, lengths) = (&sample.accounting, Lengths::of(&sample.encoded));
    let dropped = accounting.dropped.total();
    if dropped > 0 {
        console.warn(format_args!(
            "{dropped} of the {} rows for {name} examples were left out; result.json says why",
            accounting.read
        ));
    }
    if lengths.truncated_examples > 0 {
        console.warn(format_args!(
            "{} of {} {name} examples were cut, by {} tokens in all (--max-length)",
            lengths.truncated_examples, lengths.examples, lengths.truncated_tokens
        ));
    }
}
