//! Models and data sets from the Hugging Face hub, in the hub's own cache folder.
//!
//! Each download is a folder `snapshots/<commit>` of the cache with the layout of the Python library, so both libraries
//! share their downloads. `HF_HOME` (or `HF_HUB_CACHE`) moves the cache, `HF_HUB_OFFLINE=1` forbids the network,
//! `HF_ENDPOINT` names another server.

mod names;
mod wanted;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use hf_hub::api::sync::{ApiBuilder, ApiError, ApiRepo};
use hf_hub::{Cache, Repo, RepoType};
use indicatif::ProgressBar;

use crate::error::{Error, Result};
use crate::regular;
use crate::task::Task;
use wanted::Wanted;

/// The hub: files come from its cache folder, or are downloaded into it.
#[derive(Clone, Debug)]
pub struct Hub {
    cache: PathBuf,
    endpoint: Option<String>,
    offline: bool,
    quiet: bool,
}

/// The result of a download.
struct Download {
    folder: PathBuf,
    /// A file of the repository that holds weights as a pickle, if there is one.
    pickle: Option<String>,
}

impl Hub {
    /// Returns the hub with the settings of the environment variables.
    ///
    /// # Errors
    /// [`Error::NoCacheFolder`] if neither the environment nor the system names a home folder.
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

    /// Returns a hub with its cache in this folder (the one that holds `models--…`) and the network allowed.
    pub fn in_folder(cache: impl Into<PathBuf>) -> Self {
        Self {
            cache: cache.into(),
            endpoint: None,
            offline: false,
            quiet: false,
        }
    }

    /// Downloads from this server instead of huggingface.co.
    pub fn endpoint(mut self, url: impl Into<String>) -> Self {
        self.endpoint = Some(url.into());
        self
    }

    /// Forbids the network if `offline` is true, else allows it.
    pub fn offline(mut self, offline: bool) -> Self {
        self.offline = offline;
        self
    }

    /// Hides the progress of downloads if `quiet` is true. Progress is shown only on a terminal.
    pub fn quiet(mut self, quiet: bool) -> Self {
        self.quiet = quiet;
        self
    }

    /// Returns the folder of a model with its config.json, its safetensors weights (whole or in shards) and the files
    /// of its tokenizer. Downloads them if they are not in the cache.
    ///
    /// `name` is OWNER/NAME or NAME, followed by @REVISION for a revision other than `main`. The hub has moved the
    /// models that once had no owner (`roberta-base` is now `FacebookAI/roberta-base`): for an old name the cache is
    /// searched under both names.
    ///
    /// The tokenizer is tokenizer.json, or vocab.txt, or vocab.json with merges.txt.
    ///
    /// # Errors
    /// [`Error::RepositoryName`] for a name that is not valid; [`Error::NotCached`], which says which files to put
    /// where, if files are missing and cannot be downloaded; [`Error::PickledWeights`], which says how to convert the
    /// weights, if these exist only as a pickle.
    pub fn model(&self, name: &str) -> Result<PathBuf> {
        let repo = repository(name, RepoType::Model)?;
        let wanted = Wanted::model();
        let moved = names::today(&parts(&repo).0);
        if let Some(moved) = moved
            && !wanted.missing(&self.snapshot(&repo)).is_empty()
        {
            let revision = repo.revision().to_owned();
            let moved = Repo::with_revision(moved.to_owned(), RepoType::Model, revision);
            let folder = self.snapshot(&moved);
            if wanted.missing(&folder).is_empty() {
                return Ok(folder);
            }
        }
        self.fetch(repo, &wanted)
    }

    /// Returns the folder of a published task's data at its pinned revision, for
    /// [`Dataset::load`](crate::Dataset::load), or `None` for a task that the hub does not have. Downloads the data
    /// if they are not in the cache.
    ///
    /// # Errors
    /// [`Error::NotCached`], which says which files to put where, if files are missing and cannot be downloaded.
    pub fn dataset(&self, task: &Task) -> Result<Option<PathBuf>> {
        let Some(on_hub) = task.on_hub() else {
            return Ok(None);
        };
        let repo = Repo::with_revision(
            on_hub.repository.into(),
            RepoType::Dataset,
            on_hub.revision.into(),
        );
        // Both splits are required: with only one the task would be taken for one that has to be divided.
        self.fetch(repo, &Wanted::all(on_hub.files())).map(Some)
    }

    fn fetch(&self, repo: Repo, wanted: &Wanted) -> Result<PathBuf> {
        let folder = self.snapshot(&repo);
        let missing = wanted.missing(&folder);
        if missing.is_empty() {
            return Ok(folder);
        }
        let (reason, missing, folder) = if self.offline {
            ("HF_HUB_OFFLINE is set".to_owned(), missing, folder)
        } else {
            match self.download(&repo, wanted) {
                Ok(Download { folder, pickle }) => {
                    let missing = wanted.missing(&folder);
                    if missing.is_empty() {
                        return Ok(folder);
                    }
                    if let Some(file) = pickle.filter(|_| wanted.lacks_weights(&folder)) {
                        let repository = repo.url();
                        return Err(Error::PickledWeights { repository, file });
                    }
                    let reason = "the repository does not have them".to_owned();
                    (reason, missing, folder)
                }
                Err(error) => (error.to_string(), missing, folder),
            }
        };
        if let Some(file) = wanted.pickle(&folder) {
            let repository = repo.url();
            return Err(Error::PickledWeights { repository, file });
        }
        Err(Error::NotCached {
            repository: repo.url(),
            revision: repo.revision().to_owned(),
            reason,
            missing: missing.join(", "),
            folder,
        })
    }

    /// Returns the folder of a revision, which is a commit or a branch that points to a commit.
    fn snapshot(&self, repo: &Repo) -> PathBuf {
        let base = self.cache.join(repo.folder_name());
        let commit = regular::read(&base.join("refs").join(repo.revision())).ok();
        let commit = commit.and_then(|bytes| String::from_utf8(bytes).ok());
        let commit =
            commit.map_or_else(|| repo.revision().to_owned(), |text| text.trim().to_owned());
        base.join("snapshots").join(commit)
    }

    fn download(&self, repo: &Repo, wanted: &Wanted) -> std::result::Result<Download, ApiError> {
        let mut api = ApiBuilder::from_cache(Cache::new(self.cache.clone()));
        if let Some(endpoint) = &self.endpoint {
            api = api.with_endpoint(endpoint.clone());
        }
        let api = api.build()?;
        let info = api.repo(repo.clone()).info()?;
        // All files come from one commit, even if the branch moves during the download.
        let (id, kind) = parts(repo);
        let pinned = Repo::with_revision(id, kind, info.sha.clone());
        let folder = self.snapshot(&pinned);
        let files = api.repo(pinned);
        let siblings = info.siblings.iter();
        let names: Vec<&str> = siblings.map(|sibling| sibling.rfilename.as_str()).collect();
        for name in &names {
            let wanted = wanted.takes(name) && !name.contains("..");
            if wanted && !folder.join(name).exists() {
                self.download_file(&files, name)?;
            }
        }
        Cache::new(self.cache.clone())
            .repo(repo.clone())
            .create_ref(&info.sha)?;
        let pickle = names.into_iter().find(|name| wanted::is_pickle(name));
        Ok(Download {
            folder,
            pickle: pickle.map(str::to_owned),
        })
    }

    fn download_file(&self, files: &ApiRepo, name: &str) -> std::result::Result<(), ApiError> {
        if self.quiet {
            files.download_with_progress(name, ())?;
        } else {
            // The bar draws on the error output, and only on a terminal.
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

/// Returns the id and kind of a repository, for which [`Repo`] has no accessors.
fn parts(repo: &Repo) -> (String, RepoType) {
    match repo.url().strip_prefix("datasets/") {
        Some(id) => (id.to_owned(), RepoType::Dataset),
        None => (repo.url(), RepoType::Model),
    }
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
