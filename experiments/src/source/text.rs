use std::path::PathBuf;

use serde::Serialize;
use tangent_datasets::hub::Hub;
use tangent_datasets::{
    Accounting, BadRows, DataFile, Dataset, Encoded, Example, Lengths, Options, Sampling, Split,
    Task, Tokenizer, duplicates,
};
use tangent_lora::{EncoderConfig, Sequence};

use crate::Result;
use crate::hash::Hash;

/// A task and where its rows are.
#[derive(Clone, Debug)]
pub struct TaskSource {
    /// The task.
    pub task: Task,
    /// A folder or a file; `None` for generated tasks, and for published ones from the hub.
    pub data: Option<PathBuf>,
    /// Fixes generated text and the division of a task with one split.
    pub seed: u64,
    /// Rows that cannot be used.
    pub bad_rows: BadRows,
}

impl TaskSource {
    /// Loads one split; a published task without `data` comes from the hub.
    ///
    /// # Errors
    /// Those of [`Dataset::load`] and [`Hub::dataset`].
    pub fn load(&self, split: Split, quiet: bool) -> Result<Dataset> {
        let data = match &self.data {
            None if !self.task.is_generated() => {
                Hub::from_env()?.quiet(quiet).dataset(&self.task)?
            }
            data => data.clone(),
        };
        let options = Options {
            seed: self.seed,
            bad_rows: self.bad_rows,
            ..Options::default()
        };
        Ok(Dataset::load(&self.task, data.as_deref(), split, &options)?)
    }
}

/// Examples drawn from a split, and what the model is given of them.
#[derive(Clone, Debug)]
pub struct Sample {
    /// The examples.
    pub examples: Vec<Example>,
    /// Their tokens.
    pub encoded: Vec<Encoded>,
    /// The same, checked against the model.
    pub sequences: Vec<Sequence>,
    /// What became of every row that they were drawn from.
    pub accounting: Accounting,
    split: Split,
    files: Vec<DataFile>,
}

impl Sample {
    /// Draws `n` examples of a data set and tokenizes them, at most `max_length` tokens each.
    ///
    /// # Errors
    /// `n` is more than there are; a text cannot be tokenized; a token is outside the model's embedding.
    pub fn draw(
        dataset: &Dataset,
        n: usize,
        sampling: Sampling,
        seed: u64,
        tokenizer: &Tokenizer,
        model: &EncoderConfig,
        max_length: usize,
    ) -> Result<Self> {
        let examples = dataset.sample(n, sampling, seed)?;
        let encoded = tokenizer.encode_all(&examples, max_length)?;
        let sequences = encoded
            .iter()
            .map(|e| Sequence::new(model, &e.ids, &e.types))
            .collect::<std::result::Result<_, _>>()?;
        Ok(Self {
            examples,
            encoded,
            sequences,
            accounting: dataset.accounting.clone(),
            split: dataset.split,
            files: dataset.files.clone(),
        })
    }

    /// What a result file says of the sample.
    pub fn record(&self) -> SampleRecord {
        let mut hash = Hash::default();
        for encoded in &self.encoded {
            hash.update(&(encoded.ids.len() as u64).to_le_bytes());
            for value in encoded.ids.iter().chain(&encoded.types) {
                hash.update(&value.to_le_bytes());
            }
        }
        SampleRecord {
            split: self.split,
            files: self.files.clone(),
            accounting: self.accounting.clone(),
            ids: self.examples.iter().map(|e| e.id).collect(),
            labels: self.examples.iter().map(|e| e.label.value()).collect(),
            lengths: Lengths::of(&self.encoded),
            tokens_sha256: hash.hex(),
        }
    }
}

/// A sample in a result file.
#[derive(Clone, Debug, Serialize)]
pub struct SampleRecord {
    /// The split it was drawn from.
    pub split: Split,
    /// The files of the split, with their hashes.
    pub files: Vec<DataFile>,
    /// What became of every row of the split.
    pub accounting: Accounting,
    /// Rows in the files, in the order of the kernel's rows.
    pub ids: Vec<usize>,
    /// Labels: the number of the class, or the score.
    pub labels: Vec<f64>,
    /// Tokens, and how many were cut off.
    pub lengths: Lengths,
    /// SHA-256 of what the model was given: for every example the number of its tokens (64 bits), the token ids and
    /// the token types (32 bits each), little-endian.
    pub tokens_sha256: String,
}

/// Ids (first, again) of examples that are the same to the model: equal tokens and types. Two of them make K singular.
pub fn duplicate_inputs(sample: &Sample) -> Vec<(usize, usize)> {
    let keys = sample.encoded.iter().map(|e| (&e.ids, &e.types));
    duplicates(keys)
        .into_iter()
        .map(|(a, b)| (sample.examples[a].id, sample.examples[b].id))
        .collect()
}
