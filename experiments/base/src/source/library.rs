use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use tangent_datasets::{Dataset, Split};

use super::{ModelSource, TaskSource};
use crate::Result;

/// The models and data sets that a command has loaded. Each is read and hashed only once, however many runs need it.
#[derive(Clone, Debug, Default)]
pub struct Library {
    models: Kept<PathBuf, ModelSource>,
    data: Kept<String, Dataset>,
}

type Kept<K, T> = Arc<Mutex<BTreeMap<K, Arc<T>>>>;

impl Library {
    /// Returns a model, as [`ModelSource::load`] loads it.
    ///
    /// # Errors
    /// As [`ModelSource::load`].
    pub fn model(&self, name: &Path, quiet: bool) -> Result<Arc<ModelSource>> {
        kept(&self.models, name.to_owned(), || {
            ModelSource::load(name, quiet)
        })
    }

    /// Returns a split of a task, as [`TaskSource::load`] loads it.
    ///
    /// # Errors
    /// As [`TaskSource::load`].
    pub fn split(&self, task: &TaskSource, split: Split, quiet: bool) -> Result<Arc<Dataset>> {
        kept(&self.data, format!("{task:?} {split:?}"), || {
            task.load(split, quiet)
        })
    }
}

fn kept<K: Ord, T>(all: &Kept<K, T>, key: K, load: impl FnOnce() -> Result<T>) -> Result<Arc<T>> {
    let mut all = all.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(there) = all.get(&key) {
        return Ok(there.clone());
    }
    let loaded = Arc::new(load()?);
    all.insert(key, loaded.clone());
    Ok(loaded)
}
