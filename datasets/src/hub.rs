//! Models and data sets from the Hugging Face hub, in the hub's own cache folder.
//!
//! Everything fetched is a folder `snapshots/<commit>` of the cache, with the layout that the
//! Python library gives it, so both share their downloads. `HF_HOME` (or `HF_HUB_CACHE`) moves the
//! cache, `HF_HUB_OFFLINE=1` forbids the network, `HF_ENDPOINT` names another server.

use std::collections::BTreeSet;
use std::ffi::OsString;
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
        Self::from_variables(|name| std::env::var_os(name), std::env::home_dir())
    }

    fn from_variables(
        variable: impl Fn(&str) -> Option<OsString>,
        home: Option<PathBuf>,
    ) -> Result<Self> {
        let set = |name| variable(name).filter(|value| !value.is_empty());
        let text = |name| set(name).and_then(|value| value.into_string().ok());
        let cache = set("HF_HUB_CACHE")
            .map(PathBuf::from)
            .or_else(|| set("HF_HOME").map(|home| Path::new(&home).join("hub")))
            .or_else(|| home.map(|home| home.join(".cache/huggingface/hub")))
            .ok_or(Error::NoCacheFolder)?;
        Ok(Self {
            cache,
            endpoint: text("HF_ENDPOINT"),
            offline: text("HF_HUB_OFFLINE").is_some_and(|value| is_true(&value)),
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
        let [train, dev] = &on_hub.files();
        // With one of them alone the task would pass for one that has to be divided.
        let wanted = Wanted {
            required: &[&[train], &[dev]],
            takes: &|file| file == train || file == dev,
        };
        self.fetch(repo, &wanted).map(Some)
    }

    fn fetch(&self, repo: Repo, wanted: &Wanted<'_>) -> Result<PathBuf> {
        let folder = self.snapshot(&repo);
        let missing = missing(&folder, wanted.required);
        if missing.is_empty() {
            return Ok(folder);
        }
        let (reason, missing, folder) = if self.offline {
            ("HF_HUB_OFFLINE is set".to_owned(), missing, folder)
        } else {
            match self.download(&repo, wanted) {
                Ok(folder) => {
                    let missing = self::missing(&folder, wanted.required);
                    if missing.is_empty() {
                        return Ok(folder);
                    }
                    let reason = "the repository does not have them".to_owned();
                    (reason, missing, folder)
                }
                Err(error) => (error.to_string(), missing, folder),
            }
        };
        Err(Error::NotCached {
            repository: repo.url(),
            revision: repo.revision().to_owned(),
            reason,
            missing: missing.join(", "),
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

/// What is not in a folder: of the files required, and of the shards that its index lists.
fn missing(folder: &Path, required: &[&[&str]]) -> Vec<String> {
    let there = |name: &str| folder.join(name).exists();
    let absent = required
        .iter()
        .filter(|names| !names.iter().any(|name| there(name)))
        .map(|names| names.join(" or "));
    let shards = shards(folder).into_iter().filter(|shard| !there(shard));
    absent.chain(shards).collect()
}

/// The shards that hold a model's weights; none if they are in one file.
fn shards(folder: &Path) -> BTreeSet<String> {
    if folder.join("model.safetensors").exists() {
        return BTreeSet::new();
    }
    let index = std::fs::read(folder.join("model.safetensors.index.json")).unwrap_or_default();
    let index: serde_json::Value = serde_json::from_slice(&index).unwrap_or_default();
    let shards = index["weight_map"].as_object().into_iter().flatten();
    shards
        .filter_map(|(_, shard)| shard.as_str())
        .map(str::to_owned)
        .collect()
}

fn is_true(value: &str) -> bool {
    matches!(
        value.to_ascii_lowercase().as_str(),
        "1" | "true" | "yes" | "on"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hub(variables: &[(&str, &str)]) -> Hub {
        let value = |name: &str| variables.iter().find(|(n, _)| *n == name);
        let variable = |name: &str| value(name).map(|(_, value)| value.into());
        Hub::from_variables(variable, Some("/home/me".into())).unwrap()
    }

    #[test]
    fn the_cache_is_where_the_variables_say() {
        let home = ("HF_HOME", "/data/hf");
        let cases: [(&[_], &str); 4] = [
            (&[], "/home/me/.cache/huggingface/hub"),
            (&[("HF_HOME", "")], "/home/me/.cache/huggingface/hub"),
            (&[home], "/data/hf/hub"),
            (&[home, ("HF_HUB_CACHE", "/cache")], "/cache"),
        ];
        for (variables, cache) in cases {
            assert_eq!(hub(variables).cache, Path::new(cache), "{variables:?}");
        }
        let homeless = Hub::from_variables(|_| None, None);
        assert!(matches!(homeless, Err(Error::NoCacheFolder)));
    }

    #[test]
    fn the_network_is_what_the_variables_say() {
        assert_eq!((hub(&[]).offline, hub(&[]).endpoint), (false, None));
        let mirror = hub(&[("HF_ENDPOINT", "http://mirror")]);
        assert_eq!(mirror.endpoint.as_deref(), Some("http://mirror"));
        for (value, offline) in [("1", true), ("TRUE", true), ("0", false), ("", false)] {
            let hub = hub(&[("HF_HUB_OFFLINE", value)]);
            assert_eq!(hub.offline, offline, "{value}");
        }
    }

    #[test]
    fn offline_the_variable_is_the_reason() {
        let hub = hub(&[("HF_HUB_OFFLINE", "1"), ("HF_HOME", "/nowhere")]);
        let message = hub.model("owner/name").unwrap_err().to_string();
        assert!(
            message.contains("cannot be downloaded: HF_HUB_OFFLINE is set."),
            "{message}"
        );
        assert!(
            message.contains("into /nowhere/hub/models--owner--name/snapshots/main,"),
            "{message}"
        );
    }
}
