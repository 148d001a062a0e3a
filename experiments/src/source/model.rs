use std::path::{Path, PathBuf};

use tangent_datasets::Tokenizer;
use tangent_datasets::hub::Hub;
use tangent_lora::EncoderConfig;
use tangent_lora::weights::Weights;

use crate::{Error, Result, embedded};

/// The name of the model inside the program.
pub const EMBEDDED: &str = "embedded";

/// The folder that `make minilm` fetches a model into.
pub(crate) const MINILM: &str = "models/all-MiniLM-L6-v2";

/// A pretrained encoder and its tokenizer, before an adapter and a head are put on it.
#[derive(Debug)]
pub struct ModelSource {
    /// As the user names it.
    pub name: String,
    /// The commit on the hub, if it is from there.
    pub revision: Option<String>,
    /// Its sizes.
    pub config: EncoderConfig,
    /// Its tensors.
    pub weights: Weights,
    /// Its tokenizer.
    pub tokenizer: Tokenizer,
}

impl ModelSource {
    /// `embedded`, a folder in Hugging Face's layout, or OWNER/NAME on the hub.
    ///
    /// # Errors
    /// There is no such model; its files are not complete or not an encoder's; the tokenizer is not the model's.
    pub fn load(name: &str, quiet: bool) -> Result<Self> {
        let source = if name == EMBEDDED {
            embedded::load()?
        } else {
            let dir = folder(name, quiet)?;
            Self {
                name: name.into(),
                revision: revision(&dir),
                config: EncoderConfig::from_dir(&dir)?,
                weights: Weights::open(&dir)?,
                tokenizer: Tokenizer::from_file(&dir)?,
            }
        };
        source.checked()
    }

    /// The same, if the tokenizer can be this model's.
    fn checked(self) -> Result<Self> {
        let (tokenizer, embedding) = (self.tokenizer.vocabulary_size(), self.config.vocab_size);
        if tokenizer > embedding {
            return Err(Error::TokenizerTooLarge {
                model: self.name,
                tokenizer,
                embedding,
            });
        }
        let types = self.config.type_vocab_size;
        Ok(Self {
            tokenizer: self.tokenizer.with_type_vocab_size(types),
            ..self
        })
    }
}

/// Layers of a model, without its weights.
pub(crate) fn depth(name: &str, quiet: bool) -> Result<usize> {
    match name {
        EMBEDDED => Ok(embedded::load()?.config.layers),
        name => Ok(EncoderConfig::from_dir(&folder(name, quiet)?)?.layers),
    }
}

/// The folder that a name means: itself, or the hub's in the cache.
pub(crate) fn folder(name: &str, quiet: bool) -> Result<PathBuf> {
    let path = Path::new(name);
    if path.exists() {
        return Ok(path.into());
    }
    if name == MINILM {
        return Err(Error::NoProfileModel { model: name.into() });
    }
    let repository = name
        .split_once('@')
        .map_or(name, |(repository, _)| repository);
    let parts: Vec<&str> = repository.split('/').collect();
    // `models/` is this project's own folder.
    let on_hub = parts.len() == 2
        && parts[0] != "models"
        && parts
            .iter()
            .all(|part| !part.is_empty() && !part.starts_with('.'));
    if !on_hub {
        return Err(Error::NoModel { path: path.into() });
    }
    Ok(Hub::from_env()?.quiet(quiet).model(name)?)
}

/// The commit of a folder in the hub's cache, which keeps each under `snapshots/COMMIT`.
fn revision(dir: &Path) -> Option<String> {
    let parent = dir.parent()?.file_name()?;
    let commit = dir.file_name()?.to_str()?;
    (parent == "snapshots").then(|| commit.to_owned())
}
