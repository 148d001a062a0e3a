use std::path::{Component, Path, PathBuf};

use tangent_datasets::Tokenizer;
use tangent_datasets::hub::Hub;
use tangent_lora::EncoderConfig;
use tangent_lora::weights::Weights;

use crate::error::refused;
use crate::{Error, Result};

/// The name of the model inside the program.
pub const EMBEDDED: &str = tangent_embedded::NAME;

/// The folder that `make minilm` fetches a model into.
pub const MINILM: &str = "models/all-MiniLM-L6-v2";

/// A pretrained encoder and its tokenizer, before an adapter and a head are put on it.
#[derive(Debug)]
pub struct ModelSource {
    /// The name that the user gave.
    pub name: String,
    /// The commit on the hub, if the model is from there.
    pub revision: Option<String>,
    /// The model's sizes.
    pub config: EncoderConfig,
    /// The model's tensors.
    pub weights: Weights,
    /// The model's tokenizer.
    pub tokenizer: Tokenizer,
}

impl ModelSource {
    /// Loads `embedded`, a folder in Hugging Face's layout, or a name on the hub.
    ///
    /// # Errors
    /// There is no such model; its files are incomplete, or not those of an encoder; the tokenizer is not the model's.
    pub fn load(name: &Path, quiet: bool) -> Result<Self> {
        let source = if name == Path::new(EMBEDDED) {
            let encoder = tangent_embedded::load()?;
            Self {
                name: EMBEDDED.into(),
                revision: None,
                config: encoder.config,
                weights: encoder.weights,
                tokenizer: encoder.tokenizer,
            }
        } else {
            let dir = folder(name, quiet)?;
            Self {
                name: name.to_string_lossy().into_owned(),
                revision: revision(&dir),
                config: EncoderConfig::from_dir(&dir)?,
                weights: Weights::open(&dir)?,
                tokenizer: Tokenizer::from_dir(&dir)?,
            }
        };
        source.checked()
    }

    /// Returns the largest number of tokens that an example may have: `asked`, or else what the model and the tokenizer
    /// take.
    ///
    /// # Errors
    /// `asked` is more than the model takes.
    pub fn max_length(&self, asked: Option<usize>) -> Result<usize> {
        let most = self.config.max_tokens();
        match asked {
            Some(length) if length > most => Err(refused(
                "max-length",
                format!("{length} tokens are more than the {most} that the model takes"),
            )),
            Some(length) => Ok(length),
            None => Ok(self
                .tokenizer
                .max_length()
                .map_or(most, |length| length.min(most))),
        }
    }

    /// Returns warnings of what was assumed about the model's files, or is ignored in them.
    pub fn warnings(&self) -> Vec<String> {
        let unused = self.weights.unused(&self.config);
        let assumed = self.config.warnings.iter().chain(self.tokenizer.warnings());
        assumed.cloned().chain(unused).collect()
    }

    /// Checks that the weights fit the configuration, and that the tokenizer can be this model's.
    fn checked(self) -> Result<Self> {
        self.weights.check(&self.config)?;
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

/// Returns the folder that a name means: the folder of that path, or the hub's folder in the cache.
pub fn folder(path: &Path, quiet: bool) -> Result<PathBuf> {
    if path.is_dir() {
        return Ok(transformer(path));
    }
    if path == Path::new(MINILM) {
        return Err(Error::NoProfileModel {
            model: MINILM.into(),
        });
    }
    match path
        .to_str()
        .filter(|name| !path.exists() && is_on_hub(name))
    {
        Some(name) => Ok(Hub::from_env()?.quiet(quiet).model(name)?),
        None => Err(Error::NoModel { path: path.into() }),
    }
}

/// Returns where the encoder of a sentence-transformers folder is: the first module may have a folder of its own.
fn transformer(dir: &Path) -> PathBuf {
    let module = || {
        let modules: serde_json::Value =
            serde_json::from_slice(&tangent_files::read(&dir.join("modules.json")).ok()?).ok()?;
        let path = Path::new(modules.get(0)?.get("path")?.as_str()?);
        let inside = path
            .components()
            .all(|part| matches!(part, Component::Normal(_)));
        let module = dir.join(path);
        (inside && module.join("config.json").is_file()).then_some(module)
    };
    module().unwrap_or_else(|| dir.into())
}

/// Returns whether this may be a name on the hub: NAME or OWNER/NAME, optionally with a revision.
fn is_on_hub(name: &str) -> bool {
    let (repository, _) = name.split_once('@').unwrap_or((name, ""));
    let parts: Vec<&str> = repository.split('/').collect();
    let named = |part: &&str| !part.is_empty() && !part.starts_with('.');
    match parts[..] {
        // `models/` is this project's own folder.
        ["models", _] => false,
        [_] | [_, _] => parts.iter().all(named),
        _ => false,
    }
}

/// Returns the commit of a folder in the hub's cache, which keeps each commit under `snapshots/COMMIT`.
fn revision(dir: &Path) -> Option<String> {
    let parent = dir.parent()?.file_name()?;
    let commit = dir.file_name()?.to_str()?;
    (parent == "snapshots").then(|| commit.to_owned())
}
