//! Loads IMDb and Yelp as the hub publishes them, in Parquet and in CSV.

#[path = "common/parquet.rs"]
mod parquet;

use std::fs::create_dir;
use std::path::{Path, PathBuf};

use parquet::parquet;
use tangent_datasets::{Dataset, Options, Result, Split, Target, Task};
use tempfile::TempDir;

/// Writes a CSV file with the columns `text` and `label`, which the publishers write as a number.
fn write_csv(path: &Path, texts: &[&str], labels: &[i64]) {
    let mut writer = csv::Writer::from_path(path).unwrap();
    writer.write_record(["text", "label"]).unwrap();
    for (text, label) in texts.iter().zip(labels) {
        writer.write_record([*text, &label.to_string()]).unwrap();
    }
    writer.flush().unwrap();
}

/// Makes a folder like a download from the hub, and returns it with the task's folder in it.
fn download(folder: &str) -> (TempDir, PathBuf) {
    let hub = TempDir::new().unwrap();
    let folder = hub.path().join(folder);
    create_dir(&folder).unwrap();
    (hub, folder)
}

fn load(task: &str, data: &Path, split: Split) -> Result<Dataset> {
    Dataset::load(&Task::named(task)?, Some(data), split, &Options::default())
}

/// Returns the id, text and class of every example.
fn rows(data: &Dataset) -> Vec<(usize, &str, Option<usize>)> {
    let examples = data.examples.iter();
    examples
        .map(|e| (e.id, e.text.as_str(), e.label.class()))
        .collect()
}

fn polarity() -> Target {
    Target::Classes(vec!["negative".into(), "positive".into()])
}

#[test]
fn imdb_in_parquet() {
    let (hub, folder) = download("plain_text");
    let file = |name: &str| folder.join(format!("{name}-00000-of-00001.parquet"));
    let train = ["dull.<br /><br />Long.", "moving"];
    parquet(&file("train"), &train, &[Some(0), Some(1)]);
    parquet(&file("test"), &["fine"], &[Some(1)]);
    parquet(&file("unsupervised"), &["unknown"], &[Some(-1)]);
    let train = load("imdb", hub.path(), Split::Train).unwrap();
    let expected = [(0, "dull.  Long.", Some(0)), (1, "moving", Some(1))];
    assert_eq!(rows(&train), expected);
    assert_eq!((train.target, train.accounting.cleaned), (polarity(), 1));
    assert_eq!(train.accounting.divided, None);
    let dev = load("imdb", hub.path(), Split::Dev).unwrap();
    assert_eq!(rows(&dev), [(0, "fine", Some(1))]);
}

#[test]
fn imdb_in_csv() {
    let (hub, folder) = download("imdb");
    let texts = ["dull, \"long\"<br />\nand loud", "moving", "unknown"];
    write_csv(&folder.join("train.csv"), &texts, &[0, 1, -1]);
    write_csv(&folder.join("test.csv"), &["fine"], &[1]);
    let train = load("imdb", hub.path(), Split::Train).unwrap();
    let expected = [
        (0, "dull, \"long\" \nand loud", Some(0)),
        (1, "moving", Some(1)),
    ];
    assert_eq!(rows(&train), expected);
    // The hub marks rows without a label with -1.
    assert_eq!(train.accounting.dropped.unlabelled, 1);
    let dev = load("imdb", hub.path(), Split::Dev).unwrap();
    assert_eq!(rows(&dev), [(0, "fine", Some(1))]);
}

#[test]
fn yelp_in_parquet_shards() {
    let (hub, folder) = download("yelp_review_full");
    let file = |name: &str| folder.join(format!("{name}.parquet"));
    let first = ["bad\\n place", "so so"];
    parquet(&file("train-00000-of-00002"), &first, &[Some(1), Some(2)]);
    parquet(&file("train-00001-of-00002"), &["fine"], &[Some(4)]);
    parquet(&file("test-00000-of-00001"), &["awful"], &[Some(0)]);
    let train = load("yelp", hub.path(), Split::Train).unwrap();
    let expected = [
        (0, "bad  place", Some(0)),
        (1, "so so", Some(1)),
        (2, "fine", Some(1)),
    ];
    assert_eq!(rows(&train), expected);
    assert_eq!(train.files.len(), 2);
    let dev = load("yelp", hub.path(), Split::Dev).unwrap();
    assert_eq!(rows(&dev), [(0, "awful", Some(0))]);

    parquet(
        &file("test-00000-of-00001"),
        &["fine", "awful"],
        &[Some(4), Some(5)],
    );
    let error = load("yelp", hub.path(), Split::Dev)
        .unwrap_err()
        .to_string();
    assert!(
        error.ends_with(
            "test-00000-of-00001.parquet, row 2: label `5` is out of range; expected 0 to 4"
        ),
        "{error}"
    );
}

/// Stars are counted from 0 under `label`, from 1 under `label2`.
#[test]
fn yelp_in_csv() {
    let (hub, folder) = download("yelp_review_full");
    let texts = ["a \\\"star\\\"", "two, perhaps", "three", "five"];
    write_csv(&folder.join("train.csv"), &texts, &[0, 1, 2, 4]);
    write_csv(&folder.join("test.csv"), &["six"], &[5]);
    let train = load("yelp", hub.path(), Split::Train).unwrap();
    let expected = [
        (0, "a \"star\"", Some(0)),
        (1, "two, perhaps", Some(0)),
        (2, "three", Some(1)),
        (3, "five", Some(1)),
    ];
    assert_eq!(rows(&train), expected);
    let error = load("yelp", hub.path(), Split::Dev)
        .unwrap_err()
        .to_string();
    assert!(
        error.ends_with("test.csv, row 1 (line 2): label `5` is out of range; expected 0 to 4"),
        "{error}"
    );
}

#[test]
fn yelp_polarity_in_parquet_and_csv() {
    let (hub, folder) = download("plain_text");
    let train = ["bad\\n", "good"];
    parquet(
        &folder.join("train-00000-of-00001.parquet"),
        &train,
        &[Some(0), Some(1)],
    );
    write_csv(
        &folder.join("test.csv"),
        &["good, \"really\"", "bad"],
        &[1, 0],
    );
    let train = load("yelp_polarity", hub.path(), Split::Train).unwrap();
    assert_eq!(rows(&train), [(0, "bad ", Some(0)), (1, "good", Some(1))]);
    assert_eq!((train.target, train.accounting.cleaned), (polarity(), 1));
    let dev = load("yelp_polarity", hub.path(), Split::Dev).unwrap();
    let expected = [(0, "good, \"really\"", Some(1)), (1, "bad", Some(0))];
    assert_eq!(rows(&dev), expected);
}
