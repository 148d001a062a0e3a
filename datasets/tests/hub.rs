//! The hub's cache folder, without a network.

use std::fs;
use std::path::{Path, PathBuf};

use tangent_datasets::hub::Hub;
use tangent_datasets::{Error, Task};
use tempfile::TempDir;

const COMMIT: &str = "c9745ed1d9f207416be6d2e6f8de32d1f16199bf";

fn put(cache: &Path, repository: &str, files: &[&str]) -> PathBuf {
    let snapshot = cache.join(repository).join("snapshots").join(COMMIT);
    for file in files {
        let path = snapshot.join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "x").unwrap();
    }
    snapshot
}

fn branch(cache: &Path, repository: &str) {
    let refs = cache.join(repository).join("refs");
    fs::create_dir_all(&refs).unwrap();
    fs::write(refs.join("main"), COMMIT).unwrap();
}

#[test]
fn what_is_in_the_cache_is_found() {
    let cache = TempDir::new().unwrap();
    let hub = Hub::in_folder(cache.path()).offline(true);
    let repository = "models--owner--name";
    let snapshot = put(
        cache.path(),
        repository,
        &["config.json", "model.safetensors", "tokenizer.json"],
    );
    // By commit, as the Python library leaves it when a revision is pinned: there is no ref.
    assert_eq!(
        hub.model(&format!("owner/name@{COMMIT}")).unwrap(),
        snapshot
    );
    assert!(hub.model("owner/name").is_err());
    branch(cache.path(), repository);
    assert_eq!(hub.model("owner/name").unwrap(), snapshot);
}

#[test]
fn a_shard_that_is_missing_is_noticed() {
    let cache = TempDir::new().unwrap();
    let hub = Hub::in_folder(cache.path()).offline(true);
    let repository = "models--owner--name";
    let snapshot = put(
        cache.path(),
        repository,
        &["config.json", "a.safetensors", "tokenizer.json"],
    );
    branch(cache.path(), repository);
    let index = "{\"weight_map\": {\"x\": \"a.safetensors\", \"y\": \"b.safetensors\"}}";
    fs::write(snapshot.join("model.safetensors.index.json"), index).unwrap();
    let message = hub.model("owner/name").unwrap_err().to_string();
    assert!(
        message.contains("Missing: a shard of the weights."),
        "{message}"
    );
    fs::write(snapshot.join("b.safetensors"), "x").unwrap();
    assert_eq!(hub.model("owner/name").unwrap(), snapshot);
}

#[test]
fn offline_says_which_file_to_put_where() {
    let cache = TempDir::new().unwrap();
    let hub = Hub::in_folder(cache.path()).offline(true);
    let snapshot = put(cache.path(), "models--owner--name", &["config.json"]);
    branch(cache.path(), "models--owner--name");
    let message = hub.model("owner/name").unwrap_err().to_string();
    let expected = format!(
        "owner/name (revision main) is not in the cache and cannot be downloaded: HF_HUB_OFFLINE is set.\n\
         Missing: model.safetensors or model.safetensors.index.json, tokenizer.json.\n\
         Put the files into {} , or into any folder and name that folder instead",
        snapshot.display()
    );
    assert_eq!(message, expected);
}

#[test]
fn a_task_at_its_pinned_revision() {
    let cache = TempDir::new().unwrap();
    let hub = Hub::in_folder(cache.path()).offline(true);
    let imdb = Task::named("imdb").unwrap();
    let on_hub = imdb.on_hub().unwrap();
    let message = hub.dataset(&imdb).unwrap_err().to_string();
    assert!(
        message.contains("plain_text/train-00000-of-00001.parquet"),
        "{message}"
    );
    let snapshot = cache
        .path()
        .join("datasets--stanfordnlp--imdb/snapshots")
        .join(on_hub.revision);
    assert!(
        message.contains(&snapshot.display().to_string()),
        "{message}"
    );
    fs::create_dir_all(snapshot.join("plain_text")).unwrap();
    fs::write(
        snapshot.join("plain_text/train-00000-of-00001.parquet"),
        "x",
    )
    .unwrap();
    assert_eq!(hub.dataset(&imdb).unwrap(), Some(snapshot));
    assert_eq!(
        hub.dataset(&Task::named("sentiment").unwrap()).unwrap(),
        None
    );
}

#[test]
fn names_that_are_no_repository() {
    let hub = Hub::in_folder("cache").offline(true);
    for name in ["", "a/b/c", "../x", "a/b@", "/a", "a/../b"] {
        assert!(
            matches!(hub.model(name), Err(Error::RepositoryName { .. })),
            "{name}"
        );
    }
}
