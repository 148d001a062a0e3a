//! What became of every row.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::Example;

/// Counts that account for every row of a split's files: `read = kept + dropped`, and where the
/// files were divided `read = kept + dropped + other part`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accounting {
    /// Rows in the files, or examples generated.
    pub read: usize,
    /// Examples of this split.
    pub kept: usize,
    /// Rows left out, by reason.
    pub dropped: Dropped,
    /// Rows whose text carried markup of the file, which was removed.
    pub cleaned: usize,
    /// Examples of this split whose text is that of an earlier one, surrounding white space aside.
    pub duplicates: usize,
    /// Different texts of this split, compared likewise, that occur with more than one label.
    pub contradicting: usize,
    /// How the files were divided, where there was one split only.
    pub divided: Option<Division>,
}

/// Rows left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dropped {
    /// Not of the shape of the others.
    pub malformed: usize,
    /// Without text.
    pub empty_text: usize,
    /// Without a label, or marked as having none.
    pub unlabelled: usize,
}

impl Dropped {
    /// All rows left out.
    pub fn total(&self) -> usize {
        self.malformed + self.empty_text + self.unlabelled
    }
}

/// A division of one split into two, 80 % and 20 %, each class apart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Division {
    /// The seed that fixes it.
    pub seed: u64,
    /// Examples to train on.
    pub train: usize,
    /// Examples to judge on.
    pub dev: usize,
}

/// A file that was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DataFile {
    /// Its name, without the folder.
    pub name: String,
    /// SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
    /// Rows in it.
    pub rows: usize,
}

impl Accounting {
    /// Counts what is known only when the examples are.
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
