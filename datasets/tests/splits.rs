//! Tests of the splits of a task, and of all its rows.

use std::fs;
use std::path::Path;

use tangent_datasets::{Dataset, Options, Result, Split, Task};
use tempfile::TempDir;

fn own(data: &Path, split: Split) -> Result<Dataset> {
    let task = Task::own(&["text".into()], "label", false)?;
    Dataset::load(&task, Some(data), split, &Options::default())
}

/// Returns the ids and texts of the examples.
fn rows(data: &Dataset) -> Vec<(usize, &str)> {
    data.examples
        .iter()
        .map(|e| (e.id, e.text.as_str()))
        .collect()
}

fn csv(folder: &TempDir, name: &str, texts: &[&str]) {
    let lines = texts.iter().enumerate();
    let lines: String = lines
        .map(|(i, text)| format!("{text},{}\n", i % 2))
        .collect();
    fs::write(folder.path().join(name), format!("text,label\n{lines}")).unwrap();
}

#[test]
fn all_rows_of_a_file() {
    let folder = TempDir::new().unwrap();
    csv(
        &folder,
        "a.csv",
        &["a", "b", "c", "d", "e", "f", "g", "h", "i"],
    );
    let path = folder.path().join("a.csv");
    let all = own(&path, Split::All).unwrap();
    assert_eq!((all.examples.len(), &all.accounting.divided), (9, &None));
    assert_eq!(all.accounting.kept, 9);
    let mut parts = rows(&own(&path, Split::Train).unwrap()).len();
    parts += rows(&own(&path, Split::Dev).unwrap()).len();
    assert_eq!(parts, 9);
    let message = all
        .sample(10, Default::default(), 0)
        .unwrap_err()
        .to_string();
    assert_eq!(
        message,
        "10 examples asked for, but the whole of own has only 9"
    );
}

#[test]
fn all_rows_of_a_folder_are_train_then_dev() {
    let folder = TempDir::new().unwrap();
    csv(&folder, "train.csv", &["a", "b"]);
    let alone = own(folder.path(), Split::All).unwrap();
    assert_eq!((rows(&alone).len(), alone.accounting.divided), (2, None));
    csv(&folder, "dev.csv", &["c", "d", "e"]);
    let all = own(folder.path(), Split::All).unwrap();
    assert_eq!(
        rows(&all),
        [(0, "a"), (1, "b"), (2, "c"), (3, "d"), (4, "e")]
    );
    assert_eq!((all.files.len(), all.accounting.read), (2, 5));
}

/// Each file is read with its own layout: IMDb's publishers number the classes in different orders.
#[test]
fn all_rows_of_a_published_task() {
    let folder = TempDir::new().unwrap();
    fs::write(
        folder.path().join("train.tsv"),
        "Text\tSentiment\nbad\tneg\ngood\tpos\n",
    )
    .unwrap();
    fs::write(
        folder.path().join("dev.json"),
        "{\"0\": {\"ori\": \"fine\", \"label\": 0}, \"1\": {\"ori\": \"dull\", \"label\": 1}}",
    )
    .unwrap();
    let task = Task::named("imdb").unwrap();
    let all = Dataset::load(&task, Some(folder.path()), Split::All, &Options::default()).unwrap();
    let classes: Vec<_> = all
        .examples
        .iter()
        .map(|e| (e.text.as_str(), e.label.class()))
        .collect();
    assert_eq!(
        classes,
        [
            ("bad", Some(0)),
            ("good", Some(1)),
            ("fine", Some(1)),
            ("dull", Some(0))
        ]
    );
}

#[test]
fn a_generated_task_has_no_last_row() {
    let task = Task::named("sentiment").unwrap();
    let error = Dataset::load(&task, None, Split::All, &Options::default()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "task `sentiment` is generated and has no last row: ask for its training or its dev split"
    );
}

#[test]
fn splits_are_written_as_words() {
    let written =
        [Split::Train, Split::Dev, Split::All].map(|split| serde_json::to_string(&split).unwrap());
    assert_eq!(written, ["\"train\"", "\"dev\"", "\"all\""]);
}

#[test]
fn shards_must_be_complete() {
    let folder = TempDir::new().unwrap();
    csv(&folder, "dev.csv", &["x", "y"]);
    csv(&folder, "train-00001-of-00002.csv", &["c", "d"]);
    let message = own(folder.path(), Split::Train).unwrap_err().to_string();
    assert!(
        message.contains("the files train-00001-of-00002.csv are not the shards of one data set"),
        "{message}"
    );
    csv(&folder, "train-00000-of-00002.csv", &["a", "b"]);
    let train = own(folder.path(), Split::Train).unwrap();
    assert_eq!(rows(&train), [(0, "a"), (1, "b"), (2, "c"), (3, "d")]);
    // Shards of another division beside these would make rows be read twice.
    csv(&folder, "train-00000-of-00001.csv", &["a", "b", "c", "d"]);
    assert!(own(folder.path(), Split::Train).is_err());
    for name in [
        "train-00000-of-00002.csv",
        "train-00001-of-00002.csv",
        "train-00000-of-00001.csv",
    ] {
        fs::remove_file(folder.path().join(name)).unwrap();
    }
    csv(
        &folder,
        "train-00000-of-00001-a09b74b3ef9c3b56.csv",
        &["a", "b"],
    );
    assert_eq!(own(folder.path(), Split::Train).unwrap().examples.len(), 2);
}

#[test]
fn files_that_are_passed_over_are_named() {
    let folder = TempDir::new().unwrap();
    csv(&folder, "train.csv", &["a", "b"]);
    csv(&folder, "dev.csv", &["c", "d"]);
    assert!(
        own(folder.path(), Split::Train)
            .unwrap()
            .warnings
            .is_empty()
    );
    fs::write(folder.path().join("train.jsonl"), "x").unwrap();
    fs::write(folder.path().join("train-00000-of-00001.parquet"), "x").unwrap();
    let train = own(folder.path(), Split::Train).unwrap();
    let expected = format!(
        "{}: train.csv was read, and train.jsonl, train-00000-of-00001.parquet left unread",
        folder.path().display()
    );
    assert_eq!(train.warnings, [expected]);
}
