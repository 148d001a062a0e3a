//! The files of a repository that are required, and those that are downloaded in addition.

use std::collections::BTreeSet;
use std::path::Path;

use crate::regular;

const WEIGHTS: &str = "model.safetensors";
const INDEX: &str = "model.safetensors.index.json";

/// The files that a complete download must have, and the rule for those that are downloaded in addition.
pub(super) struct Wanted {
    /// Each requirement is a list of alternatives. It is met if all files of one alternative exist.
    required: Vec<Vec<Vec<String>>>,
    /// Whether the files are those of a model. More files of a model are downloaded than are required.
    model: bool,
}

impl Wanted {
    /// Returns the files of a model and its tokenizer.
    pub(super) fn model() -> Self {
        let required: &[&[&[&str]]] = &[
            &[&["config.json"]],
            &[&[WEIGHTS], &[INDEX]],
            &[
                &["tokenizer.json"],
                &["vocab.txt"],
                &["vocab.json", "merges.txt"],
            ],
        ];
        let owned = |files: &&[&str]| files.iter().map(|file| (*file).to_owned()).collect();
        let required = required.iter().map(|one| one.iter().map(owned).collect());
        Self {
            required: required.collect(),
            model: true,
        }
    }

    /// Returns a list that requires all of these files and no others.
    pub(super) fn all(files: impl IntoIterator<Item = String>) -> Self {
        Self {
            required: files.into_iter().map(|file| vec![vec![file]]).collect(),
            model: false,
        }
    }

    /// Returns whether a file of the repository is downloaded.
    pub(super) fn takes(&self, file: &str) -> bool {
        if !self.model {
            return self
                .required
                .iter()
                .flatten()
                .flatten()
                .any(|name| name == file);
        }
        let endings = [".json", ".safetensors"];
        !file.contains('/')
            && (endings.iter().any(|ending| file.ends_with(ending))
                || matches!(file, "vocab.txt" | "merges.txt"))
    }

    /// Returns the required files, and the shards listed in the index of a model, that a folder does not have.
    pub(super) fn missing(&self, folder: &Path) -> Vec<String> {
        let there = |name: &String| folder.join(name).exists();
        let absent = self
            .required
            .iter()
            .filter(|alternatives| !alternatives.iter().any(|files| files.iter().all(there)))
            .map(|alternatives| {
                let alternatives = alternatives.iter().map(|files| files.join(" and "));
                alternatives.collect::<Vec<_>>().join(" or ")
            });
        let shards = match self.model {
            true => shards(folder),
            false => BTreeSet::new(),
        };
        absent
            .chain(shards.into_iter().filter(|shard| !there(shard)))
            .collect()
    }

    /// Returns whether a folder of a model has neither weights in safetensors nor an index of their shards.
    pub(super) fn lacks_weights(&self, folder: &Path) -> bool {
        self.model
            && ![WEIGHTS, INDEX]
                .iter()
                .any(|name| folder.join(name).exists())
    }

    /// Returns the file of a model's folder that holds the weights as a pickle, if there are no other weights.
    pub(super) fn pickle(&self, folder: &Path) -> Option<String> {
        let pickles = ["pytorch_model.bin", "pytorch_model.bin.index.json"];
        let found = pickles.iter().find(|name| folder.join(name).exists());
        found
            .filter(|_| self.lacks_weights(folder))
            .map(|name| (*name).to_owned())
    }
}

/// Returns whether a file of a repository holds weights as a pickle.
pub(super) fn is_pickle(file: &str) -> bool {
    file.starts_with("pytorch_model") && file.ends_with(".bin")
}

/// Returns the shards that hold a model's weights; none if the weights are in one file.
fn shards(folder: &Path) -> BTreeSet<String> {
    if folder.join(WEIGHTS).exists() {
        return BTreeSet::new();
    }
    let index = regular::read(&folder.join(INDEX)).unwrap_or_default();
    let index: serde_json::Value = serde_json::from_slice(&index).unwrap_or_default();
    let shards = index.get("weight_map").and_then(|map| map.as_object());
    shards
        .into_iter()
        .flatten()
        .filter_map(|(_, shard)| shard.as_str())
        .map(str::to_owned)
        .collect()
}
