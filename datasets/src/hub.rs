//! Models and data sets from the Hugging Face hub, in the hub's own cache folder.
//!
//! Everything fetched is a folder `snapshots/<commit>` of the cache, with the layout that the
//! Python library gives it, so both share their downloads. `HF_HOME` (or `HF_HUB_CACHE`) moves the
//! cache, `HF_HUB_OFFLINE=1` forbids the network, `HF_ENDPOINT` names another server.

use std::path::{Path, PathBuf};

use hf_hub::api::sync::{ApiBuilder, ApiError, ApiRepo};
use hf_hub::{Cache, Repo, RepoType};
use indicatif::ProgressBar;

use crate::error::{Error, Result};
use crate::task::Task;

/// The hub, or what of it is in the cache.
#[derive(Clone, Debug)]
pub struct Hub {
    cache: PathBuf,
    endpoint: Option<String>,
    offline: bool,
    quiet: bool,
}

/// What must be there for a download to be complete, and what is taken along.
struct Wanted<'a> {
    /// Each line is satisfied by any one of its names.
    required: &'a [&'a [&'a str]],
    /// Whether a file of the repository is downloaded.
    takes: &'a dyn Fn(&str) -> bool,
}

impl Hub {
    /// The hub as the environment describes it.
    ///
    /// # Errors
    /// [`Error::NoCacheFolder`] if neither the environment nor the system names a home.
    pub fn from_env() -> Result<Self> {
        let set = |name| {
            std::env::var_os(name)
                .filter(|value| !value.is_empty())
                .map(PathBuf::from)
        };
        let cache = set("HF_HUB_CACHE")
            .or_else(|| set("HF_HOME").map(|home| home.join("hub")))
            .or_else(|| std::env::home_dir().map(|home| home.join(".cache/huggingface/hub")))
            .ok_or(Error::NoCacheFolder)?;
        let offline = std::env::var("HF_HUB_OFFLINE").is_ok_and(|value| is_true(&value));
        let endpoint = std::env::var("HF_ENDPOINT")
            .ok()
            .filter(|url| !url.is_empty());
        Ok(Self {
            cache,
            endpoint,
            offline,
            quiet: false,
        })
    }

    /// A hub with its cache in this folder (the one that holds `models--…`), network allowed.
    pub fn in_folder(cache: impl Into<PathBuf>) -> Self {
        Self {
            cache: cache.into(),
            endpoint: None,
            offline: false,
            quiet: false,
        }
    }

    /// Asks this server instead of huggingface.co.
    pub fn endpoint(mut self, url: impl Into<String>) -> Self {
        self.endpoint = Some(url.into());
        self
    }

    /// Forbids the network, or allows it.
    pub fn offline(mut self, offline: bool) -> Self {
        self.offline = offline;
        self
    }

    /// Shows no progress. (None is shown either where the output is no terminal.)
    pub fn quiet(mut self, quiet: bool) -> Self {
        self.quiet = quiet;
        self
    }

    /// The folder of a model: its config.json, safetensors weights (whole or in shards) and
    /// tokenizer.json, downloaded if they are not in the cache.
    ///
    /// `name` is OWNER/NAME, or OWNER/NAME@REVISION; without a revision it is `main`.
    ///
    /// # Errors
    /// [`Error::RepositoryName`]; [`Error::NotCached`] says which files to put where.
    pub fn model(&self, name: &str) -> Result<PathBuf> {
        let repo = repository(name, RepoType::Model)?;
        let takes = |file: &str| {
            !file.contains('/') && (file.ends_with(".json") || file.ends_with(".safetensors"))
        };
        let required: &[&[&str]] = &[
            &["config.json"],
            &["model.safetensors", "model.safetensors.index.json"],
            &["tokenizer.json"],
        ];
        self.fetch(
            repo,
            &Wanted {
                required,
                takes: &takes,
            },
        )
    }

    /// The folder of a published task's data at its pinned revision, to be given to
    /// [`Dataset::load`](crate::Dataset::load); `None` for a task that the hub does not have.
    ///
    /// # Errors
    /// [`Error::NotCached`] says which files to put where.
    pub fn dataset(&self, task: &Task) -> Result<Option<PathBuf>> {
        let Some(on_hub) = task.on_hub() else {
            return Ok(None);
        };
        let repo = Repo::with_revision(
            on_hub.repository.into(),
            RepoType::Dataset,
            on_hub.revision.into(),
        );
        let folder = format!("{}/", on_hub.folder);
        let takes = |file: &str| {
            let split = file.strip_prefix(&folder).unwrap_or_default();
            split.ends_with(".parquet") && !split.starts_with("unsupervised")
        };
        let train = format!("{folder}train-00000-of-00001.parquet");
        self.fetch(
            repo,
            &Wanted {
                required: &[&[&train]],
                takes: &takes,
            },
        )
        .map(Some)
    }

    fn fetch(&self, repo: Repo, wanted: &Wanted<'_>) -> Result<PathBuf> {
        let folder = self.snapshot(&repo);
        let missing = missing(&folder, wanted.required);
        if missing.is_empty() && shards_present(&folder) {
            return Ok(folder);
        }
        let reason = if self.offline {
            "HF_HUB_OFFLINE is set".to_owned()
        } else {
            match self.download(&repo, wanted) {
                Ok(folder) if self::missing(&folder, wanted.required).is_empty() => {
                    return Ok(folder);
                }
                Ok(_) => "the repository does not have them".to_owned(),
                Err(error) => error.to_string(),
            }
        };
        let missing = match missing.is_empty() {
            true => "a shard of the weights".to_owned(),
            false => missing.join(", "),
        };
        let (repository, revision) = (repo.url(), repo.revision().to_owned());
        Err(Error::NotCached {
            repository,
            revision,
            reason,
            missing,
            folder,
        })
    }

    /// The folder of a revision: a commit's own, or that of the commit that a branch points to.
    fn snapshot(&self, repo: &Repo) -> PathBuf {
        let base = self.cache.join(repo.folder_name());
        let commit = std::fs::read_to_string(base.join("refs").join(repo.revision()));
        let commit = commit.map_or_else(
            |_| repo.revision().to_owned(),
            |text| text.trim().to_owned(),
        );
        base.join("snapshots").join(commit)
    }

    fn download(&self, repo: &Repo, wanted: &Wanted<'_>) -> std::result::Result<PathBuf, ApiError> {
        let mut api = ApiBuilder::from_cache(Cache::new(self.cache.clone()));
        if let Some(endpoint) = &self.endpoint {
            api = api.with_endpoint(endpoint.clone());
        }
        let api = api.build()?;
        let info = api.repo(repo.clone()).info()?;
        // All files from one commit, even if the branch moves meanwhile.
        let (id, kind) = parts(repo);
        let pinned = Repo::with_revision(id, kind, info.sha.clone());
        let folder = self.snapshot(&pinned);
        let files = api.repo(pinned);
        for name in info
            .siblings
            .iter()
            .map(|sibling| sibling.rfilename.as_str())
        {
            let wanted = (wanted.takes)(name) && !name.contains("..");
            if wanted && !folder.join(name).exists() {
                self.download_file(&files, name)?;
            }
        }
        Cache::new(self.cache.clone())
            .repo(repo.clone())
            .create_ref(&info.sha)?;
        Ok(folder)
    }

    fn download_file(&self, files: &ApiRepo, name: &str) -> std::result::Result<(), ApiError> {
        if self.quiet {
            files.download_with_progress(name, ())?;
        } else {
            // Draws on the error output, and only on a terminal.
            files.download_with_progress(name, ProgressBar::new(0))?;
        }
        Ok(())
    }
}

fn repository(name: &str, kind: RepoType) -> Result<Repo> {
    let (id, revision) = name.split_once('@').unwrap_or((name, "main"));
    let sound = id.split('/').count() <= 2
        && !revision.is_empty()
        && id
            .split('/')
            .all(|part| !part.is_empty() && !part.starts_with('.'))
        && !name.contains("..");
    if !sound {
        return Err(Error::RepositoryName { name: name.into() });
    }
    Ok(Repo::with_revision(id.into(), kind, revision.into()))
}

/// A repository's id and kind, which its type does not give away.
fn parts(repo: &Repo) -> (String, RepoType) {
    match repo.url().strip_prefix("datasets/") {
        Some(id) => (id.to_owned(), RepoType::Dataset),
        None => (repo.url(), RepoType::Model),
    }
}

fn missing(folder: &Path, required: &[&[&str]]) -> Vec<String> {
    let absent = required
        .iter()
        .filter(|names| !names.iter().any(|name| folder.join(name).exists()));
    absent.map(|names| names.join(" or ")).collect()
}

/// Whether the shards that an index lists are all there.
fn shards_present(folder: &Path) -> bool {
    if folder.join("model.safetensors").exists() {
        return true;
    }
    let Ok(index) = std::fs::read(folder.join("model.safetensors.index.json")) else {
        return true;
    };
    let index: serde_json::Value = serde_json::from_slice(&index).unwrap_or_default();
    let shards = index["weight_map"].as_object().into_iter().flatten();
    shards
        .filter_map(|(_, shard)| shard.as_str())
        .all(|shard| folder.join(shard).exists())
}

fn is_true(value: &str) -> bool {
    matches!(
        value.to_ascii_lowercase().as_str(),
        "1" | "true" | "yes" | "on"
    )
}
