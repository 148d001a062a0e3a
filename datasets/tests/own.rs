//! Tests of a user's own files, and of the messages about bad rows.

#[path = "common/parquet.rs"]
mod parquet;

use std::path::{Path, PathBuf};

use parquet::parquet;
use tangent_datasets::{
    BadRows, Dataset, Error, Label, Options, Result, Sampling, Split, Target, Task,
};
use tempfile::TempDir;

/// The id, text, second text and label of an example.
type Row = (usize, String, Option<String>, Label);

struct Own {
    folder: TempDir,
    text: Vec<String>,
    regression: bool,
    bad_rows: BadRows,
}

fn own(text: &[&str]) -> Own {
    Own {
        folder: TempDir::new().unwrap(),
        text: text.iter().map(|t| (*t).to_owned()).collect(),
        regression: false,
        bad_rows: BadRows::Refuse,
    }
}

impl Own {
    fn file(&self, name: &str, content: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        path
    }

    fn load(&self, data: &Path, split: Split) -> Result<Dataset> {
        let task = Task::own(&self.text, "label", self.regression)?;
        let options = Options {
            bad_rows: self.bad_rows,
            ..Options::default()
        };
        Dataset::load(&task, Some(data), split, &options)
    }

    /// Returns the target and the examples of both parts of a file, in the order of the file.
    fn all(&self, name: &str, content: &str) -> (Target, Vec<Row>) {
        let path = self.file(name, content);
        let mut rows = Vec::new();
        let mut target = Target::Score;
        for split in [Split::Train, Split::Dev] {
            let data = self.load(&path, split).unwrap();
            rows.extend(
                data.examples
                    .into_iter()
                    .map(|e| (e.id, e.text, e.pair, e.label)),
            );
            target = data.target;
        }
        rows.sort_by_key(|row| row.0);
        (target, rows)
    }

    fn message(&self, name: &str, content: &str) -> String {
        let path = self.file(name, content);
        let message = self.load(&path, Split::Train).unwrap_err().to_string();
        message.replace(&format!("{}/", self.folder.path().display()), "")
    }
}

fn row(id: usize, text: &str, pair: Option<&str>, class: usize) -> Row {
    (
        id,
        text.into(),
        pair.map(str::to_owned),
        Label::Class(class),
    )
}

#[test]
fn csv_with_quoting_and_windows_line_ends() {
    let content =
        "id,text,label\r\n7,\"one, \"\"two\"\"\r\nthree\",spam\r\n8,four,ham\r\n\r\n9,5,spam\r\n";
    let (target, rows) = own(&["text"]).all("a.csv", content);
    assert_eq!(target, Target::Classes(vec!["ham".into(), "spam".into()]));
    let expected = [
        row(0, "one, \"two\"\r\nthree", None, 1),
        row(1, "four", None, 0),
        row(2, "5", None, 1),
    ];
    assert_eq!(rows, expected);
}

#[test]
fn tsv_is_quoted_only_if_it_can_be_read_so() {
    let quoted = "a\tb\tlabel\n\"x\ty\"\tz\t10\nu\tv\t9\n";
    let (target, rows) = own(&["a", "b"]).all("a.tsv", quoted);
    assert_eq!(target, Target::Classes(vec!["9".into(), "10".into()]));
    assert_eq!(
        rows,
        [row(0, "x\ty", Some("z"), 1), row(1, "u", Some("v"), 0)]
    );
    // The quotation marks form a pair across a line end: rows would be lost if they were taken for quotes.
    let bare = "a\tb\tlabel\n\" x\tz\t1\nu \"\tv\t0\n";
    let (_, rows) = own(&["a", "b"]).all("b.tsv", bare);
    assert_eq!(
        rows,
        [row(0, "\" x", Some("z"), 1), row(1, "u \"", Some("v"), 0)]
    );
}

#[test]
fn a_malformed_row_leaves_the_quotes_of_the_others() {
    let mut own = own(&["a", "b"]);
    own.bad_rows = BadRows::Drop;
    let quoted = "a\tb\tlabel\n\"x\ty\"\tz\t1\n\"u\"\tv\t0\nshort\t1\n";
    let (_, rows) = own.all("a.tsv", quoted);
    assert_eq!(
        rows,
        [row(0, "x\ty", Some("z"), 1), row(1, "u", Some("v"), 0)]
    );
    let bare = "a\tb\tlabel\n\"x\tz\t1\n\"u\" w\tv\t0\nshort\t1\n";
    let (_, rows) = own.all("b.tsv", bare);
    assert_eq!(
        rows,
        [row(0, "\"x", Some("z"), 1), row(1, "\"u\" w", Some("v"), 0)]
    );
}

#[test]
fn json_lines_and_objects() {
    let lines = "{\"text\": \"one\", \"label\": 1, \"more\": [1]}\n\n{\"label\": \"0\", \"text\": \"zwei ü\"}\n";
    let expected = [row(0, "one", None, 1), row(1, "zwei ü", None, 0)];
    assert_eq!(own(&["text"]).all("a.jsonl", lines).1, expected);
    let objects = "{\"10\": {\"text\": \"one\", \"label\": 1}, \"9\": {\"label\": \"0\", \"text\": \"zwei ü\"}}";
    assert_eq!(own(&["text"]).all("a.json", objects).1, expected);
    let array = "[{\"text\": \"one\", \"label\": 1}, {\"label\": \"0\", \"text\": \"zwei ü\"}]";
    assert_eq!(own(&["text"]).all("b.json", array).1, expected);
}

#[test]
fn a_folder_with_train_and_dev() {
    let own = own(&["text"]);
    own.file("train.csv", "text,label\na,x\nb,y\n");
    own.file("validation.csv", "text,label\nc,y\n");
    let train = own.load(own.folder.path(), Split::Train).unwrap();
    assert_eq!((train.examples.len(), train.accounting.divided), (2, None));
    assert_eq!(
        own.load(own.folder.path(), Split::Dev).unwrap().examples[0].label,
        Label::Class(1)
    );
    own.file("validation.csv", "text,label\nc,y\nd,z\n");
    let error = own
        .load(own.folder.path(), Split::Dev)
        .unwrap_err()
        .to_string();
    assert!(
        error.ends_with("validation.csv, row 2 (line 3): label `z` is out of range; expected x, y"),
        "{error}"
    );
}

#[test]
fn scores() {
    let mut own = own(&["text"]);
    own.regression = true;
    let (target, rows) = own.all("a.csv", "text,label\na,1.5\nb,-2\n");
    assert_eq!(
        (target, rows[0].3, rows[1].3),
        (Target::Score, Label::Score(1.5), Label::Score(-2.0))
    );
    own.file("train.csv", "text,label\na,1.5\nb,-2\n");
    own.file("dev.csv", "text,label\na,1\n");
    let data = own.load(own.folder.path(), Split::Train).unwrap();
    assert_eq!(data.sample(2, Sampling::Plain, 0).unwrap().len(), 2);
    let message = data.sample(2, Sampling::Stratified, 0).unwrap_err();
    assert_eq!(
        message.to_string(),
        "the training split of own has scores, not classes: a sample of it cannot be stratified. \
         Draw a plain one (without --stratified)"
    );
    let message = own.message("b.csv", "text,label\na,1.5\nb,NaN\n");
    assert_eq!(
        message,
        "b.csv, row 2 (line 3): label `NaN` is out of range; expected a number"
    );
}

#[test]
fn malformed_rows_are_named() {
    let own = own(&["text"]);
    let tail = ". Correct it, or have such rows dropped and counted (--drop-bad-rows)";
    let message = own.message("a.csv", "text,label\na,0\n\"x\ny\",1\nb,1,2\n");
    assert_eq!(
        message,
        format!("a.csv, row 3 (line 5): malformed row: fields: 3, but the first row has 2{tail}")
    );
    let message = own.message("b.csv", "text,label\na,0\nb\n");
    assert_eq!(
        message,
        format!("b.csv, row 2 (line 3): malformed row: fields: 1, but the first row has 2{tail}")
    );
    let message = own.message("c.csv", "text,label\n\"a,0\nb,1\n");
    assert_eq!(
        message,
        format!(
            "c.csv, row 1 (line 2): malformed row: a quotation mark opens a field and none closes it{tail}"
        )
    );
    let message = own.message(
        "d.jsonl",
        "{\"text\": \"a\", \"label\": 0}\n{\"text\": \"b\",\n",
    );
    assert!(
        message.starts_with("d.jsonl, row 2 (line 2): malformed row: EOF while parsing"),
        "{message}"
    );
    let message = own.message(
        "e.jsonl",
        "{\"text\": \"a\", \"label\": 0}\n{\"text\": [], \"label\": 0}\n",
    );
    assert!(
        message.contains("row 2 (line 2): malformed row: key `text` is neither text nor a number"),
        "{message}"
    );
}

#[test]
fn empty_text_is_named() {
    let own = own(&["a", "b"]);
    let message = own.message("a.csv", "a,b,label\nx,y,0\nz,  ,1\n");
    assert_eq!(
        message,
        "a.csv, row 2 (line 3): empty text in column `b`. \
         Correct it, or have such rows dropped and counted (--drop-bad-rows)"
    );
}

#[test]
fn dropped_rows_are_counted() {
    let mut own = own(&["text"]);
    own.bad_rows = BadRows::Drop;
    let path = own.file(
        "a.csv",
        "text,label\na,0\nb,1,2\n,1\nc,1\na,1\nd,0\n\"e\"f,0\n",
    );
    let data = own.load(&path, Split::Train).unwrap();
    let account = data.accounting;
    assert_eq!(
        (
            account.read,
            account.dropped.malformed,
            account.dropped.empty_text
        ),
        (7, 2, 1)
    );
    assert_eq!(account.divided.map(|d| d.train + d.dev), Some(4));
    assert!(data.examples.iter().all(|e| [0, 3, 4, 5].contains(&e.id)));
}

/// Writes three rows in every format, the second row without a label in the way of the format.
fn second_unlabelled(own: &Own) -> Vec<PathBuf> {
    let mut files = vec![
        own.file("blank.csv", "text,label\na,0\nb, \nc,1\n"),
        own.file("quoted.csv", "text,label\na,0\nb,\"\"\nc,1\n"),
        own.file("blank.tsv", "text\tlabel\na\t0\nb\t\nc\t1\n"),
        own.file(
            "null.jsonl",
            "{\"text\": \"a\", \"label\": 0}\n{\"text\": \"b\", \"label\": null}\n{\"text\": \"c\", \"label\": 1}\n",
        ),
    ];
    let path = own.folder.path().join("null.parquet");
    parquet(&path, &["a", "b", "c"], &[Some(0), None, Some(1)]);
    files.push(path);
    files
}

#[test]
fn a_row_without_a_label_is_named() {
    for regression in [false, true] {
        let mut own = own(&["text"]);
        own.regression = regression;
        for file in second_unlabelled(&own) {
            let message = own.load(&file, Split::Train).unwrap_err().to_string();
            let named = message.contains(&format!("{}, row 2", file.display()))
                && message.ends_with(
                    ": no label in column `label`. Correct it, or have such rows dropped and counted (--drop-bad-rows)",
                );
            assert!(named, "{message}");
        }
    }
}

#[test]
fn dropped_rows_without_a_label_are_no_class() {
    for regression in [false, true] {
        let mut own = own(&["text"]);
        own.regression = regression;
        own.bad_rows = BadRows::Drop;
        let target = match regression {
            true => Target::Score,
            false => Target::Classes(vec!["0".into(), "1".into()]),
        };
        for file in second_unlabelled(&own) {
            let data = own.load(&file, Split::Train).unwrap();
            assert_eq!(data.target, target, "{}", file.display());
            let account = data.accounting;
            assert_eq!((account.read, account.kept), (3, 2), "{}", file.display());
            assert_eq!(
                (account.dropped.unlabelled, account.dropped.total()),
                (1, 1),
                "{}",
                file.display()
            );
        }
    }
}

#[test]
fn duplicates_are_named() {
    let own = own(&["text"]);
    own.file("train.csv", "text,label\na,0\nb,1\na ,1\nb,1\na,0\n");
    own.file("dev.csv", "text,label\na,0\n");
    let data = own.load(own.folder.path(), Split::Train).unwrap();
    assert_eq!(data.duplicates(), [(0, 2), (1, 3), (0, 4)]);
    assert_eq!(
        (data.accounting.duplicates, data.accounting.contradicting),
        (3, 1)
    );
}

#[test]
fn more_than_there_is() {
    let own = own(&["text"]);
    own.file("train.csv", "text,label\na,0\nb,1\n");
    own.file("dev.csv", "text,label\nc,0\n");
    let data = own.load(own.folder.path(), Split::Train).unwrap();
    for sampling in [Sampling::Plain, Sampling::Stratified] {
        assert_eq!(data.sample(2, sampling, 0).unwrap().len(), 2);
        let message = data.sample(3, sampling, 0).unwrap_err().to_string();
        assert_eq!(
            message,
            "3 examples asked for, but the training split of own has only 2"
        );
    }
}

#[test]
fn columns_that_are_not_there() {
    let message = own(&["txt"]).message("a.csv", "text,label\na,0\n");
    assert_eq!(message, "a.csv: no column `txt`; the file has: text, label");
    let message = own(&["txt"]).message("a.jsonl", "{\"text\": \"a\", \"label\": 0}\n");
    assert_eq!(
        message,
        "a.jsonl: no column `txt`; the file has: text, label"
    );
    let three: Vec<String> = vec!["a".into(); 3];
    let message = Task::own(&three, "label", false).unwrap_err().to_string();
    assert_eq!(
        message,
        "name one text column, or two for sentence pairs; got 3"
    );
}

#[test]
fn labels_that_are_no_classes() {
    let own = own(&["text"]);
    let message = own.message("a.csv", "text,label\na,0\nb,0\n");
    assert!(
        message.starts_with("a.csv: column `label` has 1 different labels; classes need 2 to 100"),
        "{message}"
    );
    let many: String = (0..101).map(|i| format!("t{i},{i}.5\n")).collect();
    let message = own.message("b.csv", &format!("text,label\n{many}"));
    assert!(message.contains("has 101 different labels"), "{message}");
    assert!(
        message.ends_with("Is it a score? Then ask for regression"),
        "{message}"
    );
}

#[test]
fn files_that_are_no_data() {
    let own = own(&["text"]);
    assert_eq!(own.message("a.csv", ""), "a.csv: no rows");
    assert_eq!(own.message("b.csv", "text,label\n"), "b.csv: no rows");
    let message = own.message("a.xlsx", "x");
    assert!(
        message.starts_with("a.xlsx: unknown kind of file; known endings: .csv"),
        "{message}"
    );
    let message = own.message("a.parquet", "no parquet");
    assert!(
        message.starts_with("a.parquet: not readable as Parquet:"),
        "{message}"
    );
    let message = own.message("a.json", "[1");
    assert!(
        message.starts_with("a.json: not readable as JSON objects:"),
        "{message}"
    );
    let path = own.folder.path().join("latin.csv");
    std::fs::write(&path, b"text,label\na,0\n\xe9,1\n").unwrap();
    let message = own.load(&path, Split::Train).unwrap_err().to_string();
    assert!(
        message.contains("latin.csv: not readable as text: line 3 is not UTF-8"),
        "{message}"
    );
    let message = own.load(own.folder.path(), Split::Train).unwrap_err();
    assert!(matches!(message, Error::DataNotFound { .. }), "{message}");
    let absent = own.folder.path().join("typo.csv");
    let message = own.load(&absent, Split::Train).unwrap_err().to_string();
    assert_eq!(
        message,
        format!("{}: there is no such file or folder", absent.display())
    );
}
