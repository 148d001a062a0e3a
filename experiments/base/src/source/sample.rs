use serde::Serialize;
use tangent_datasets::{
    Accounting, DataFile, Dataset, Encoded, Example, Lengths, Sampling, Split, Tokenizer,
    duplicates,
};
use tangent_lora::{EncoderConfig, Sequence};

use crate::Result;
use tangent_record::Hash;

/// Examples drawn from a split, before they are tokenized.
#[derive(Clone, Debug)]
pub struct Drawn {
    /// The examples.
    pub examples: Vec<Example>,
    /// What became of every row of the split.
    pub accounting: Accounting,
    split: Split,
    files: Vec<DataFile>,
}

impl Drawn {
    /// Draws `n` examples of a data set.
    ///
    /// # Errors
    /// `n` exceeds the number of examples; stratified sampling of a task without classes.
    pub fn from(dataset: &Dataset, n: usize, sampling: Sampling, seed: u64) -> Result<Self> {
        Ok(Self {
            examples: dataset.sample(n, sampling, seed)?,
            accounting: dataset.accounting.clone(),
            split: dataset.split,
            files: dataset.files.clone(),
        })
    }

    /// Returns the same without examples.
    pub fn none(&self) -> Self {
        Self {
            examples: Vec::new(),
            ..self.clone()
        }
    }

    /// Returns the SHA-256 of the texts in their order, each after the number of its bytes (64 bits, little-endian).
    /// Both texts of a pair are hashed; a single text is followed by 64 one-bits instead.
    pub fn texts_sha256(&self) -> String {
        let mut hash = Hash::default();
        for example in &self.examples {
            for text in [Some(&example.text), example.pair.as_ref()] {
                let length = text.map_or(u64::MAX, |text| text.len() as u64);
                hash.update(&length.to_le_bytes());
                hash.update(text.map_or(&[], |text| text.as_bytes()));
            }
        }
        hash.hex()
    }

    /// Returns the labels: the number of the class, or the score.
    pub fn labels(&self) -> Vec<f64> {
        self.examples.iter().map(|e| e.label.value()).collect()
    }
}

/// Examples, with the tokens that the model is given.
#[derive(Clone, Debug)]
pub struct Sample {
    /// The examples.
    pub drawn: Drawn,
    /// The examples' tokens.
    pub encoded: Vec<Encoded>,
    /// The same tokens, checked against the model.
    pub sequences: Vec<Sequence>,
}

impl Sample {
    /// Tokenizes examples, to at most `max_length` tokens each.
    ///
    /// # Errors
    /// A text cannot be tokenized; a token is outside the model's embedding.
    pub fn encode(
        drawn: Drawn,
        tokenizer: &Tokenizer,
        model: &EncoderConfig,
        max_length: usize,
    ) -> Result<Self> {
        let encoded = tokenizer.encode_all(&drawn.examples, max_length)?;
        let sequence = |e: &Encoded| Sequence::new(model, &e.ids, &e.types);
        let sequences = encoded.iter().map(sequence);
        Ok(Self {
            sequences: sequences.collect::<std::result::Result<_, _>>()?,
            encoded,
            drawn,
        })
    }

    /// Returns the sample as a result file describes it.
    pub fn record(&self) -> SampleRecord {
        let mut hash = Hash::default();
        for encoded in &self.encoded {
            hash.update(&(encoded.ids.len() as u64).to_le_bytes());
            for value in encoded.ids.iter().chain(&encoded.types) {
                hash.update(&value.to_le_bytes());
            }
        }
        SampleRecord {
            split: self.drawn.split,
            files: self.drawn.files.clone(),
            accounting: self.drawn.accounting.clone(),
            ids: self.drawn.examples.iter().map(|e| e.id).collect(),
            labels: self.drawn.labels(),
            lengths: Lengths::of(&self.encoded),
            tokens_sha256: hash.hex(),
        }
    }
}

/// A sample in a result file.
#[derive(Clone, Debug, Serialize)]
pub struct SampleRecord {
    /// The split that the examples were drawn from.
    pub split: Split,
    /// The files of the split, with their hashes.
    pub files: Vec<DataFile>,
    /// What became of every row of the split.
    pub accounting: Accounting,
    /// The examples' rows in the files, in the order of the kernel's rows.
    pub ids: Vec<usize>,
    /// The labels: the number of the class, or the score.
    pub labels: Vec<f64>,
    /// The numbers of tokens, and of those that were cut off.
    pub lengths: Lengths,
    /// SHA-256 of the model's input: for each example the number of its tokens (64 bits), the token ids and the token
    /// types (32 bits each), little-endian.
    pub tokens_sha256: String,
}

/// Returns the ids (first, again) of examples that are the same to the model: their tokens and types are equal. Each
/// pair makes K singular.
pub fn duplicate_inputs(sample: &Sample) -> Vec<(usize, usize)> {
    let keys = sample.encoded.iter().map(|e| (&e.ids, &e.types));
    duplicates(keys)
        .into_iter()
        .map(|(a, b)| (sample.drawn.examples[a].id, sample.drawn.examples[b].id))
        .collect()
}
