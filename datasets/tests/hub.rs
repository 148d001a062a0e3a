//! Tests of the hub's cache folder, without a network.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
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
    // A commit as revision is found without a ref: the Python library writes none when a revision is pinned.
    assert_eq!(
        hub.model(&format!("owner/name@{COMMIT}")).unwrap(),
        snapshot
    );
    assert!(hub.model("owner/name").is_err());
    branch(cache.path(), repository);
    assert_eq!(hub.model("owner/name").unwrap(), snapshot);
}

/// Models that once had no owner are found in the cache under their old and their present names.
#[test]
fn names_without_an_owner() {
    let files = ["config.json", "model.safetensors", "tokenizer.json"];
    for (name, old, today) in [
        ("gpt2", "models--gpt2", "models--openai-community--gpt2"),
        (
            "roberta-base",
            "models--roberta-base",
            "models--FacebookAI--roberta-base",
        ),
        (
            "bert-base-uncased",
            "models--bert-base-uncased",
            "models--google-bert--bert-base-uncased",
        ),
        (
            "distilbert-base-uncased",
            "models--distilbert-base-uncased",
            "models--distilbert--distilbert-base-uncased",
        ),
    ] {
        let cache = TempDir::new().unwrap();
        let hub = Hub::in_folder(cache.path()).offline(true);
        let message = hub.model(name).unwrap_err().to_string();
        assert!(
            message.starts_with(&format!("{name} (revision main) is not in the cache")),
            "{message}"
        );
        assert!(
            message.contains(&format!("{old}/snapshots/main")),
            "{message}"
        );
        let snapshot = put(cache.path(), today, &files);
        branch(cache.path(), today);
        assert_eq!(hub.model(name).unwrap(), snapshot);
        assert_eq!(hub.model(&format!("{name}@{COMMIT}")).unwrap(), snapshot);
        assert!(hub.model(&format!("{name}@other")).is_err());
        let snapshot = put(cache.path(), old, &files);
        branch(cache.path(), old);
        assert_eq!(hub.model(name).unwrap(), snapshot);
    }
}

#[test]
fn a_tokenizer_may_be_its_vocabulary() {
    let files = ["config.json", "model.safetensors"];
    for (tokenizer, complete) in [
        (&["tokenizer.json"][..], true),
        (&["vocab.txt"], true),
        (&["vocab.json", "merges.txt"], true),
        (&["vocab.json"], false),
        (&["merges.txt", "tokenizer_config.json"], false),
    ] {
        let cache = TempDir::new().unwrap();
        let hub = Hub::in_folder(cache.path()).offline(true);
        put(cache.path(), "models--owner--name", &files);
        put(cache.path(), "models--owner--name", tokenizer);
        branch(cache.path(), "models--owner--name");
        assert_eq!(hub.model("owner/name").is_ok(), complete, "{tokenizer:?}");
    }
}

#[test]
fn weights_that_are_a_pickle_alone_can_be_converted() {
    let files = ["config.json", "tokenizer.json", "pytorch_model.bin"];
    let cache = TempDir::new().unwrap();
    let hub = Hub::in_folder(cache.path());
    put(cache.path(), "models--owner--name", &files);
    branch(cache.path(), "models--owner--name");
    let cached = hub.clone().offline(true);
    let fresh = TempDir::new().unwrap();
    let served = Hub::in_folder(fresh.path())
        .endpoint(server(&[
            "config.json",
            "tokenizer.json",
            "pytorch_model.bin",
        ]))
        .quiet(true);
    for hub in [cached, served] {
        let error = hub.model("owner/name").unwrap_err();
        assert!(matches!(error, Error::PickledWeights { .. }), "{error}");
        let message = error.to_string();
        assert!(
            message.starts_with("owner/name has its weights only as pytorch_model.bin"),
            "{message}"
        );
        assert!(
            message.contains("M.from_pretrained('owner/name').save_pretrained('DIR')"),
            "{message}"
        );
    }
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
    fs::write(snapshot.join("model.safetensors.index.json"), INDEX).unwrap();
    let message = hub.model("owner/name").unwrap_err().to_string();
    assert!(message.contains("Missing: b.safetensors."), "{message}");
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
         Missing: model.safetensors or model.safetensors.index.json, \
         tokenizer.json or vocab.txt or vocab.json and merges.txt.\n\
         Put the files into {}, or into any folder and name that folder instead",
        snapshot.display()
    );
    assert_eq!(message, expected);
}

/// An interrupted download is not taken for a task with one split.
#[test]
fn both_splits_of_every_task_are_required() {
    let (train, shard) = ("train", "-00000-of-00001.parquet");
    for name in Task::names() {
        let task = Task::named(name).unwrap();
        let Some(on_hub) = task.on_hub() else {
            continue;
        };
        let dev = match name {
            "mnli" => "validation_matched",
            "imdb" | "yelp" | "yelp_polarity" => "test",
            _ => "validation",
        };
        for (present, absent) in [(train, dev), (dev, train)] {
            let cache = TempDir::new().unwrap();
            let hub = Hub::in_folder(cache.path()).offline(true);
            let repository = format!("datasets/{}", on_hub.repository).replace('/', "--");
            let snapshot = cache
                .path()
                .join(repository)
                .join("snapshots")
                .join(on_hub.revision);
            fs::create_dir_all(snapshot.join(on_hub.folder)).unwrap();
            let file = |split| format!("{}/{split}{shard}", on_hub.folder);
            fs::write(snapshot.join(file(present)), "x").unwrap();
            let message = hub.dataset(&task).unwrap_err().to_string();
            let missing = format!("Missing: {}.\n", file(absent));
            assert!(message.contains(&missing), "{name}: {message}");
            fs::write(snapshot.join(file(absent)), "x").unwrap();
            assert_eq!(hub.dataset(&task).unwrap(), Some(snapshot));
        }
    }
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

const INDEX: &str = "{\"weight_map\": {\"x\": \"a.safetensors\", \"y\": \"b.safetensors\"}}";

/// Starts a hub on this machine that has these files in every repository, and returns its address.
fn server(files: &'static [&'static str]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut request = String::new();
            let mut lines = BufReader::new(stream.try_clone().unwrap());
            while lines.read_line(&mut request).unwrap() > 2 {}
            let path = request.split(' ').nth(1).unwrap().to_owned();
            let names: Vec<_> = files
                .iter()
                .map(|f| format!("{{\"rfilename\": \"{f}\"}}"))
                .collect();
            let body = match path.as_str() {
                path if path.starts_with("/api/") => {
                    format!(
                        "{{\"sha\": \"{COMMIT}\", \"siblings\": [{}]}}",
                        names.join(",")
                    )
                }
                file if file.ends_with(".index.json") => INDEX.to_owned(),
                file => format!("content of {}", file.rsplit('/').next().unwrap()),
            };
            let length = body.len();
            write!(
                stream,
                "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {length}\r\nEtag: \"{length}{path}\"\r\n\
                 X-Repo-Commit: {COMMIT}\r\nContent-Range: bytes 0-0/{length}\r\n\r\n{body}",
                path = path.replace('/', "-"),
            )
            .unwrap();
        }
    });
    address
}

#[test]
fn a_model_is_downloaded_into_the_cache() {
    let cache = TempDir::new().unwrap();
    let files = &[
        "config.json",
        "model.safetensors",
        "tokenizer.json",
        "vocab.txt",
        "merges.txt",
        "special_tokens_map.json",
        "pytorch_model.bin",
        "README.md",
        "onnx/x.json",
    ];
    let hub = Hub::in_folder(cache.path())
        .endpoint(server(files))
        .quiet(true);
    let folder = hub.model("owner/name").unwrap();
    assert_eq!(
        folder,
        cache
            .path()
            .join("models--owner--name/snapshots")
            .join(COMMIT)
    );
    assert_eq!(
        fs::read_to_string(folder.join("config.json")).unwrap(),
        "content of config.json"
    );
    let mut names: Vec<_> = fs::read_dir(&folder)
        .unwrap()
        .map(|e| e.unwrap().file_name())
        .collect();
    names.sort();
    assert_eq!(
        names,
        [
            "config.json",
            "merges.txt",
            "model.safetensors",
            "special_tokens_map.json",
            "tokenizer.json",
            "vocab.txt"
        ]
    );
    // From here on the server is not used.
    assert_eq!(
        Hub::in_folder(cache.path())
            .offline(true)
            .model("owner/name")
            .unwrap(),
        folder
    );
}

#[test]
fn an_interrupted_download_is_completed() {
    let cache = TempDir::new().unwrap();
    let files = &[
        "plain_text/test-00000-of-00001.parquet",
        "plain_text/train-00000-of-00001.parquet",
        "plain_text/unsupervised-00000-of-00001.parquet",
    ];
    let hub = Hub::in_folder(cache.path())
        .endpoint(server(files))
        .quiet(true);
    let imdb = Task::named("imdb").unwrap();
    let folder = hub.dataset(&imdb).unwrap().unwrap();
    let names = || {
        let entries = fs::read_dir(folder.join("plain_text")).unwrap();
        let mut names: Vec<_> = entries.map(|e| e.unwrap().file_name()).collect();
        names.sort();
        names
    };
    let both = [
        "test-00000-of-00001.parquet",
        "train-00000-of-00001.parquet",
    ];
    assert_eq!(names(), both);
    fs::remove_file(folder.join(files[0])).unwrap();
    assert!(hub.clone().offline(true).dataset(&imdb).is_err());
    assert_eq!(hub.dataset(&imdb).unwrap().as_ref(), Some(&folder));
    assert_eq!(names(), both);
}

#[test]
fn a_repository_without_safetensors_is_refused() {
    let cache = TempDir::new().unwrap();
    let hub = Hub::in_folder(cache.path())
        .endpoint(server(&["config.json"]))
        .quiet(true);
    let message = hub.model("owner/name").unwrap_err().to_string();
    assert!(
        message.contains("the repository does not have them"),
        "{message}"
    );
}

#[test]
fn a_repository_without_a_shard_is_refused() {
    let cache = TempDir::new().unwrap();
    let files = &[
        "config.json",
        "model.safetensors.index.json",
        "a.safetensors",
        "tokenizer.json",
    ];
    let hub = Hub::in_folder(cache.path())
        .endpoint(server(files))
        .quiet(true);
    let message = hub.model("owner/name").unwrap_err().to_string();
    let expected =
        "cannot be downloaded: the repository does not have them.\nMissing: b.safetensors.\n";
    assert!(message.contains(expected), "{message}");
    let snapshot = format!("models--owner--name/snapshots/{COMMIT}");
    assert!(message.contains(&snapshot), "{message}");
}

#[test]
fn a_server_that_does_not_answer_is_named_as_the_reason() {
    let cache = TempDir::new().unwrap();
    // This port was free a moment ago, so no server answers.
    let closed = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let hub = Hub::in_folder(cache.path())
        .endpoint(format!("http://{closed}"))
        .quiet(true);
    let message = hub.model("owner/name").unwrap_err().to_string();
    assert!(
        message.contains("cannot be downloaded: request error"),
        "{message}"
    );
}
