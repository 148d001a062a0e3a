use std::sync::Arc;

use tangent_datasets::{Dataset, Lengths, Split, Target};
use tangent_lora::Labels;
use tangent_lora::adapter::Adapter;
use tangent_lora::weights::{HeadSource, HeadWeights};

use super::{Drawn, Library, Measure, ModelSource, Prepared, Sample, TaskSource, duplicate_inputs};
use crate::Result;
use crate::cli::{Console, Count};
use crate::settings::{DataConfig, ModelConfig};

/// A number of examples to draw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SampleSize {
    /// The exact number; an error if the split has fewer.
    Exactly(usize),
    /// This many, or all if the split has fewer.
    AtMost(usize),
}

impl SampleSize {
    /// No examples; their split is not loaded.
    pub const NONE: Self = Self::Exactly(0);

    /// Returns the requested number, or else at most `otherwise`.
    pub fn asked(count: Option<Count>, otherwise: usize) -> Self {
        count.map_or(Self::AtMost(otherwise), Self::from)
    }

    fn of(self, there: usize) -> usize {
        match self {
            Self::Exactly(n) => n,
            Self::AtMost(n) => n.min(there).max(1),
        }
    }
}

impl From<Count> for SampleSize {
    fn from(count: Count) -> Self {
        match count {
            Count::All => Self::AtMost(usize::MAX),
            Count::Exactly(n) => Self::Exactly(n),
        }
    }
}

/// The examples that a command works on.
#[derive(Clone, Copy, Debug)]
pub struct Wanted {
    /// The split, train or dev, of the training examples; the evaluation examples come from the other.
    pub split: Split,
    /// The number of training examples, which are those of the kernel.
    pub train: SampleSize,
    /// The number of evaluation examples.
    pub eval: SampleSize,
}

/// A model in parts and its examples, before they are tokenized: everything that determines the numbers of a run.
#[derive(Debug)]
pub struct Inputs {
    /// The encoder.
    pub source: Arc<ModelSource>,
    /// The adapter.
    pub adapter: Adapter,
    /// The head.
    pub head: HeadWeights,
    /// The training examples.
    pub train: Drawn,
    /// The evaluation examples; empty if none were wanted.
    pub eval: Drawn,
    /// The most tokens that an example keeps.
    pub max_length: usize,
    target: Target,
    measure: Measure,
    /// Warnings of what was assumed about the data.
    assumed: Vec<String>,
}

impl Inputs {
    /// Loads the model and the data unless the library holds them already, and draws adapter, head and examples.
    ///
    /// # Errors
    /// The model, the adapter or the data are invalid.
    pub fn load(
        library: &Library,
        model: &ModelConfig,
        data: &DataConfig,
        wanted: Wanted,
        console: &Console,
    ) -> Result<Self> {
        let quiet = console.is_quiet();
        let source = library.model(&model.model, quiet)?;
        let adapter = model.adapter.adapter(&source.config, data.seed)?;
        let task = TaskSource::of(data)?;
        let labelled = |split| {
            let dataset = Dataset::clone(&*library.split(&task, split, quiet)?);
            labelled(&source, &adapter, dataset, data.seed)
        };
        let draw = |dataset: &Dataset, rows: SampleSize| {
            let n = rows.of(dataset.examples.len());
            Drawn::from(dataset, n, data.sampling, data.seed)
        };
        let (dataset, head) = labelled(wanted.split)?;
        let train = draw(&dataset, wanted.train)?;
        let eval = match wanted.eval {
            SampleSize::NONE => train.none(),
            rows => draw(&labelled(other(wanted.split))?.0, rows)?,
        };
        Ok(Self {
            max_length: source.max_length(data.max_length)?,
            target: dataset.target,
            measure: Measure {
                metric: dataset.metric,
                positive: dataset.positive_class,
            },
            assumed: dataset.warnings,
            source,
            adapter,
            head,
            train,
            eval,
        })
    }

    /// Tokenizes the examples, and warns about everything that is assumed, ignored or cut.
    ///
    /// # Errors
    /// The model cannot take a text or a token; warnings under `--strict`.
    pub fn prepare(self, console: &Console) -> Result<Prepared> {
        let encode = |drawn| {
            let ModelSource {
                tokenizer, config, ..
            } = &*self.source;
            Sample::encode(drawn, tokenizer, config, self.max_length)
        };
        let prepared = Prepared {
            train: encode(self.train)?,
            eval: encode(self.eval)?,
            source: self.source,
            adapter: self.adapter,
            head: self.head,
            target: self.target,
            measure: self.measure,
        };
        tell(&prepared, &self.assumed, console);
        console.allow_warnings()?;
        Ok(prepared)
    }
}

/// Returns the split that the evaluation examples come from. After [`Split::All`] no examples are left for it.
fn other(split: Split) -> Split {
    match split {
        Split::Dev => Split::Train,
        Split::Train | Split::All => Split::Dev,
    }
}

/// Returns the data set with its classes in the order of the model's outputs, and the head with these outputs.
///
/// The outputs of a loaded head have a meaning, which the model's configuration states. A drawn head takes the
/// configuration's order if its names are those of the task's classes, else the order of the data.
fn labelled(
    source: &ModelSource,
    adapter: &Adapter,
    dataset: Dataset,
    seed: u64,
) -> Result<(Dataset, HeadWeights)> {
    let head = |outputs| {
        let ModelSource {
            config, weights, ..
        } = source;
        HeadWeights::load(config, weights, adapter.head.as_ref(), outputs, seed)
    };
    let classes = dataset.target.outputs();
    if dataset.target == Target::Score {
        return Ok((dataset, head(Some(classes))?));
    }
    let found = head(None)?;
    if found.source == HeadSource::Seeded {
        let dataset = in_order_of_names(dataset, source.config.labels.as_ref())?;
        return Ok((dataset, head(Some(classes))?));
    }
    let labels = match &source.config.labels {
        Some(labels) if labels.count() == found.classes => labels.clone(),
        _ => Labels::Numbered(found.classes),
    };
    Ok((dataset.with_model_labels(&names(&labels))?, found))
}

/// Returns the data set with its classes in the order of `labels` if these are the names of its classes; other labels
/// have no meaning for a drawn head.
fn in_order_of_names(dataset: Dataset, labels: Option<&Labels>) -> Result<Dataset> {
    match labels {
        Some(labels @ Labels::Named(_)) if labels.count() == dataset.target.outputs() => {
            let ordered = dataset.clone().with_model_labels(&names(labels))?;
            let assumed = ordered.warnings.len() > dataset.warnings.len();
            Ok(if assumed { dataset } else { ordered })
        }
        _ => Ok(dataset),
    }
}

fn names(labels: &Labels) -> Vec<String> {
    let name = |output| labels.name(output).into_owned();
    (0..labels.count()).map(name).collect()
}

/// Prints what a reader of the numbers should know about the model and the data.
fn tell(prepared: &Prepared, assumed: &[String], console: &Console) {
    let Prepared {
        source,
        adapter,
        head,
        train,
        eval,
        ..
    } = prepared;
    let of_parts = adapter.warnings.iter().chain(&head.warnings);
    for warning in source.warnings().iter().chain(of_parts).chain(assumed) {
        console.warn(warning);
    }
    for (name, sample) in [("training", train), ("evaluation", eval)] {
        tell_sample(name, sample, console);
    }
    if let Some(division) = &train.drawn.accounting.divided {
        let (train, dev) = (division.train, division.dev);
        console.note(format_args!(
            "the data have one split: divided by the seed into {train} to train on and {dev}"
        ));
    }
    tell_duplicates(train, console);
    if let drawn @ [_, ..] = &head.drawn(&source.config)[..] {
        console.note(format_args!(
            "the model's files have no {}: drawn by the seed",
            drawn.join(" and no ")
        ));
    }
}

/// Warns about examples of a sample that were left out or cut.
fn tell_sample(name: &str, sample: &Sample, console: &Console) {
    let (accounting, lengths) = (&sample.drawn.accounting, Lengths::of(&sample.encoded));
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

/// Warns about examples that are the same to the model.
fn tell_duplicates(sample: &Sample, console: &Console) {
    if let [(first, again), rest @ ..] = &duplicate_inputs(sample)[..] {
        let more = match rest.len() {
            0 => String::new(),
            more => format!(", and {more} more pairs"),
        };
        console.warn(format_args!(
            "the examples with ids {first} and {again} are the same to the model{more}: K is singular, its λmin is 0"
        ));
    }
}
