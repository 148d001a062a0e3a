//! The account of every row: kept, or dropped and why.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::Example;

/// Counts that account for every row of a split's files: `read = kept + dropped`, or, if the files were divided,
/// `read = kept + dropped + other part`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accounting {
    /// The number of rows in the files, or of examples generated.
    pub read: usize,
    /// The number of examples of this split.
    pub kept: usize,
    /// The rows left out, by reason.
    pub dropped: Dropped,
    /// The number of rows whose text contained markup of the file, which was removed.
    pub cleaned: usize,
    /// The number of examples of this split with the same text as an earlier one, ignoring surrounding white space.
    pub duplicates: usize,
    /// The number of different texts of this split that occur with more than one label, compared in the same way.
    pub contradicting: usize,
    /// How the files were divided, if there was only one split.
    pub divided: Option<Division>,
}

/// The numbers of rows left out, by reason.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dropped {
    /// Rows that do not have the form of the other rows.
    pub malformed: usize,
    /// Rows without text.
    pub empty_text: usize,
    /// Rows without a label, or marked as having none.
    pub unlabelled: usize,
}

impl Dropped {
    /// Returns the number of all rows left out.
    pub fn total(&self) -> usize {
        self.malformed + self.empty_text + self.unlabelled
    }
}

/// A division of one split into two, 80 % and 20 %, stratified by class.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Division {
    /// The seed that determines the division.
    pub seed: u64,
    /// The number of examples to train on.
    pub train: usize,
    /// The number of examples to evaluate on.
    pub dev: usize,
}

/// A file that was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DataFile {
    /// The name of the file, without the folder.
    pub name: String,
    /// The SHA-256 of the file's bytes, in hexadecimal.
    pub sha256: String,
    /// The number of rows in the file.
    pub rows: usize,
}

impl Accounting {
    /// Sets the counts that depend on the final list of examples.
    pub(super) fn note(&mut self, examples: &[Example]) {
        let mut labels: BTreeMap<_, BTreeSet<u64>> = BTreeMap::new();
        for example in examples {
            let label = example.label.value().to_bits();
            labels.entry(example.key()).or_default().insert(label);
        }
        self.kept = examples.len();
        self.duplicates = examples.len() - labels.len();
        self.contradicting = labels.values().filter(|labels| labels.len() > 1).count();
    }
}
