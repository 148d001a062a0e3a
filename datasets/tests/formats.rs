//! Reads files as users have them: in any encoding, with any line end, with any extension.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use tangent_datasets::{Dataset, Options, Result, Split, Target, Task};
use tempfile::TempDir;

fn load(path: &Path) -> Result<Dataset> {
    let task = Task::own(&["text".into()], "label", false)?;
    Dataset::load(&task, Some(path), Split::All, &Options::default())
}

struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.path().join(name);
        fs::write(&path, bytes).unwrap();
        path
    }

    /// Returns the texts and classes of a file, and its warnings without the folder.
    fn read(&self, name: &str, bytes: impl AsRef<[u8]>) -> (Vec<(String, usize)>, Vec<String>) {
        let data = load(&self.file(name, bytes)).unwrap_or_else(|error| panic!("{name}: {error}"));
        let rows = data.examples.into_iter();
        let rows = rows.map(|e| (e.text, e.label.class().unwrap()));
        let warnings = data.warnings.iter().map(|w| self.short(w));
        (rows.collect(), warnings.collect())
    }

    fn message(&self, name: &str, bytes: impl AsRef<[u8]>) -> String {
        let error = load(&self.file(name, bytes)).unwrap_err();
        self.short(&error.to_string())
    }

    fn short(&self, message: &str) -> String {
        message.replace(&format!("{}/", self.0.path().display()), "")
    }
}

fn rows(rows: &[(&str, usize)]) -> Vec<(String, usize)> {
    rows.iter()
        .map(|(text, class)| ((*text).to_owned(), *class))
        .collect()
}

#[test]
fn white_space_around_texts_is_kept() {
    let folder = Folder::new();
    let expected = rows(&[(" a", 0), ("b \t", 1), ("c\u{a0}", 1)]);
    for (name, text) in [
        ("a.csv", "text , label\n a, 0\n\"b \t\",1 \nc\u{a0},1\n"),
        ("a.tsv", "text\tlabel\n a\t0\n\"b \t\"\t1\nc\u{a0}\t1\n"),
        (
            "a.jsonl",
            "{\"text\": \" a\", \"label\": \" 0\"}\n{\"text\": \"b \\t\", \"label\": 1}\n{\"text\": \"c\u{a0}\", \"label\": 1}\n",
        ),
        (
            "a.json",
            "[{\"text\": \" a\", \"label\": \" 0\"}, {\"text\": \"b \\t\", \"label\": 1}, {\"text\": \"c\u{a0}\", \"label\": 1}]",
        ),
    ] {
        assert_eq!(folder.read(name, text).0, expected, "{name}");
    }
    let message = folder.message("b.csv", "text,label\na,0\n\" \u{a0}\t\",1\n");
    assert!(
        message.starts_with("b.csv, row 2 (line 3): empty text in column `text`"),
        "{message}"
    );
}

#[test]
fn white_space_around_published_texts_is_kept() {
    let folder = Folder::new();
    folder.file(
        "train.tsv",
        "sentence\tlabel\nfine \t1\n dull\t0\nfine\t1\n",
    );
    folder.file("dev.tsv", "sentence\tlabel\nx\t1\n");
    let task = Task::named("sst2").unwrap();
    let data = Dataset::load(
        &task,
        Some(folder.0.path()),
        Split::Train,
        &Options::default(),
    )
    .unwrap();
    let texts: Vec<&str> = data.examples.iter().map(|e| e.text.as_str()).collect();
    assert_eq!(texts, ["fine ", " dull", "fine"]);
    // Published counts of duplicates ignore surrounding white space.
    assert_eq!(
        (data.accounting.duplicates, data.duplicates()),
        (1, vec![(0, 2)])
    );
}

const ROWS: &str = "text,label\nein,0\nzwei ü,1\n";

#[test]
fn every_encoding_of_unicode() {
    let folder = Folder::new();
    let expected = rows(&[("ein", 0), ("zwei ü", 1)]);
    let utf16 = |text: &str, unit: fn(u16) -> [u8; 2]| -> Vec<u8> {
        text.encode_utf16().flat_map(unit).collect()
    };
    let json = "[{\"text\": \"ein\", \"label\": 0}, {\"text\": \"zwei ü\", \"label\": 1}]";
    let lines = "{\"text\": \"ein\", \"label\": 0}\n{\"text\": \"zwei ü\", \"label\": 1}\n";
    for (name, text) in [("a.csv", ROWS), ("a.json", json), ("a.jsonl", lines)] {
        let marked = format!("\u{feff}{text}");
        for bytes in [
            marked.clone().into_bytes(),
            utf16(&marked, u16::to_le_bytes),
            utf16(&marked, u16::to_be_bytes),
        ] {
            assert_eq!(
                folder.read(name, bytes),
                (expected.clone(), vec![]),
                "{name}"
            );
        }
        for (unit, order) in [
            (u16::to_le_bytes as fn(u16) -> [u8; 2], "little"),
            (u16::to_be_bytes, "big"),
        ] {
            let (found, warnings) = folder.read(name, utf16(text, unit));
            assert_eq!(found, expected, "{name}");
            let said =
                format!("{name}: has no byte-order mark, and was read as {order}-endian UTF-16");
            assert!(warnings[0].starts_with(&said), "{warnings:?}");
        }
    }
}

#[test]
fn other_encodings_are_named_with_what_to_do() {
    let folder = Folder::new();
    for name in ["a.csv", "a.tsv", "a.jsonl", "a.json"] {
        let message = folder.message(name, b"text,label\na,0\nna\xefve,1\n");
        let expected = format!(
            "{name}: not readable as text: line 3 is not UTF-8 (byte 0xEF); convert the file"
        );
        assert!(message.starts_with(&expected), "{message}");
        assert!(
            message.ends_with("iconv -f WINDOWS-1252 -t UTF-8 OLD > NEW`"),
            "{message}"
        );
    }
}

#[test]
fn every_line_end() {
    let folder = Folder::new();
    let expected = rows(&[("ein", 0), ("zwei ü", 1)]);
    let lines = "{\"text\": \"ein\", \"label\": 0}\n{\"text\": \"zwei ü\", \"label\": 1}\n";
    for end in ["\n", "\r\n", "\r", "\r\r\n"] {
        for (name, text) in [
            ("a.csv", ROWS.to_owned()),
            ("a.tsv", ROWS.replace(',', "\t")),
            ("a.jsonl", lines.to_owned()),
            ("b.json", lines.to_owned()),
        ] {
            let text = text.replace('\n', end);
            assert_eq!(
                folder.read(name, &text),
                (expected.clone(), vec![]),
                "{name} {end:?}"
            );
            assert_eq!(
                folder.read(name, text.trim_end()).0,
                expected,
                "{name} {end:?}"
            );
        }
    }
    let message = folder.message("b.csv", "text,label\ra,0\rb,0,1\r");
    assert!(
        message.starts_with("b.csv, row 2 (line 3): malformed row: fields: 3"),
        "{message}"
    );
}

#[test]
fn json_however_it_is_laid_out() {
    let folder = Folder::new();
    let expected = rows(&[("ein", 0), ("zwei", 1)]);
    let (one, two) = (
        "{\"text\": \"ein\", \"label\": 0}",
        "{\"label\": \"1\", \"text\": \"zwei\"}",
    );
    let wide = |row: &str| {
        row.replace('{', "{\n  ")
            .replace(", ", ",\n  ")
            .replace('}', "\n}")
    };
    for text in [
        format!("{one}\n{two}\n"),
        format!("\n{one}\n\n{two}"),
        format!("[{one}, {two}]"),
        format!("[\n{one},\n{two}\n]\n"),
        format!("{}\n{}\n", wide(one), wide(two)),
        format!("{one} {two}"),
        format!("{{\"9\": {one}, \"10\": {two}}}"),
        format!("{{\"version\": \"1.0\", \"data\": [{one}, {two}]}}"),
        format!("{{\"rows\": [{one}, {two}]}}"),
        format!("{{\"examples\":\n[{one},\n{two}]}}"),
        format!("{{\"train\": [{one}, {two}]}}"),
        format!("{{\"data\": {{\"rows\": [{one}, {two}]}}}}"),
        format!(
            "{{\"features\": [{{\"name\": \"text\"}}], \"rows\": [{{\"row_idx\": 0, \"row\": {one}, \"truncated_cells\": []}}, \
             {{\"row_idx\": 1, \"row\": {two}}}], \"num_rows_total\": 2}}"
        ),
        "{\"text\": [\"ein\", \"zwei\"], \"label\": [0, 1]}".to_owned(),
        "{\"text\": {\"9\": \"ein\", \"10\": \"zwei\"}, \"label\": {\"9\": 0, \"10\": 1}}"
            .to_owned(),
        "{\"data\": {\"text\": [\"ein\", \"zwei\"], \"label\": [0, 1]}}".to_owned(),
    ] {
        for name in ["a.json", "a.jsonl", "a.ndjson"] {
            assert_eq!(
                folder.read(name, &text),
                (expected.clone(), vec![]),
                "{name}: {text}"
            );
        }
    }
    // A large number keeps all its digits.
    let data = load(&folder.file("n.jsonl", "{\"text\": \"a\", \"label\": 1e999}\n{\"text\": \"b\", \"label\": 123456789012345678901}\n")).unwrap();
    let names = ["123456789012345678901".to_owned(), "1e999".to_owned()];
    assert_eq!(data.target, Target::Classes(names.to_vec()));
}

#[test]
fn json_that_holds_no_rows_is_named() {
    let folder = Folder::new();
    let row = "{\"text\": \"a\", \"label\": 0}";
    for (text, expected) in [
        (
            "3".to_owned(),
            "a.json: not readable as JSON objects: it holds a single value and no rows",
        ),
        (
            "[1".to_owned(),
            "a.json: not readable as JSON objects: EOF while parsing a list",
        ),
        (
            "[3]".to_owned(),
            "a.json, row 1: malformed row: it is not an object",
        ),
        (
            format!("{{\"train\": [{row}], \"test\": [{row}]}}"),
            "a.json: not readable as JSON objects: it holds several lists of rows, `train`, `test`; put the one",
        ),
        (
            "{\"text\": [\"a\"], \"label\": [0, 1]}".to_owned(),
            "a.json: not readable as JSON objects: its columns have different lengths: [1, 2]",
        ),
        (
            "{\"text\": {\"1\": \"a\"}, \"label\": {\"2\": 0}}".to_owned(),
            "a.json: not readable as JSON objects: its columns do not have the same rows",
        ),
        (
            "{\"columns\": [\"text\", \"label\"], \"data\": [[\"a\", 0]]}".to_owned(),
            "a.json: not readable as JSON objects: it holds no rows: neither the columns asked for nor",
        ),
        (
            "[{\"text\": \"a\", \"label\": 0}, {\"text\": \"b\", \"text\": \"c\", \"label\": 0}]"
                .to_owned(),
            "a.json, row 2: malformed row: key `text` is there more than once",
        ),
        (
            "[{\"text\": \"a\", \"label\": 0}, {\"text\": \"\\ud83d\", \"label\": 0}]".to_owned(),
            "a.json, row 2: malformed row: key `text` is damaged",
        ),
    ] {
        let message = folder.message("a.json", &text);
        assert!(message.starts_with(expected), "{message}");
    }
    // No stack is large enough for one frame for each bracket of such deep nesting.
    for nested in ["[".repeat(1_000_000), "{\"a\":".repeat(1_000_000)] {
        folder.message("a.json", &nested);
        folder.message("a.jsonl", format!("{row}\n{nested}\n"));
        let closed = format!("{}{}", "[".repeat(500_000), "]".repeat(500_000));
        let unused = format!(
            "{{\"text\": \"a\", \"label\": 0, \"more\": {closed}}}\n{{\"text\": \"b\", \"label\": 1}}"
        );
        assert_eq!(
            folder.read("b.jsonl", unused).0,
            rows(&[("a", 0), ("b", 1)])
        );
    }
}

/// A key may be absent from the first row: some writers leave out what is empty.
#[test]
fn a_key_that_some_rows_lack_is_a_malformed_row() {
    let folder = Folder::new();
    let message = folder.message(
        "a.jsonl",
        "{\"text\": \"a\"}\n{\"text\": \"b\", \"label\": 1}\n",
    );
    assert!(
        message.starts_with("a.jsonl, row 1 (line 1): malformed row: no key `label`"),
        "{message}"
    );
    let message = folder.message("a.jsonl", "{\"text\": \"a\"}\n{\"text\": \"b\"}\n");
    assert_eq!(message, "a.jsonl: no column `label`; the file has: text");
}

#[test]
fn files_of_another_kind_are_named() {
    let folder = Folder::new();
    let workbook = [
        b"PK\x03\x04\x14\0\x06\0".to_vec(),
        b"[Content_Types].xml".to_vec(),
    ]
    .concat();
    let cases: [(&[u8], &str); 9] = [
        (
            b"\x1f\x8b\x08\0",
            "it is compressed by gzip; unpack it by gunzip",
        ),
        (
            b"PK\x03\x04\x14\0\0\0\0\0train.csv",
            "it is a zip archive; unpack it",
        ),
        (
            &workbook,
            "it is an Excel workbook; open it there and save it as CSV in UTF-8",
        ),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "it is an old Excel"),
        (b"\x28\xb5\x2f\xfd\x04", "it is compressed by zstd"),
        (b"ARROW1\0\0", "it is an Arrow or Feather file"),
        (b"SQLite format 3\0", "it is an SQLite database"),
        (
            b"version https://git-lfs.github.com/spec/v1\noid sha256:",
            "it is a pointer of Git LFS",
        ),
        (b"\n<!DOCTYPE html>\n<html>", "it is a web page"),
    ];
    for (bytes, expected) in cases {
        for name in [
            "a.csv",
            "a.tsv",
            "a.json",
            "a.jsonl",
            "a.parquet",
            "a.xlsx",
            "a.csv.gz",
            "a",
        ] {
            let message = folder.message(name, bytes);
            assert!(
                message.starts_with(&format!("{name}: {expected}")),
                "{message}"
            );
        }
    }
    let message = folder.message("a.csv", b"PAR1\x15\x04");
    assert_eq!(
        message,
        "a.csv: it is a Parquet file; let its name end in .parquet"
    );
    let message = folder.message("a.parquet", ROWS);
    let expected = "a.parquet: not readable as Parquet: it does not begin with PAR1 as every Parquet file does. Name the file by what it holds";
    assert_eq!(message, expected);
    let message = folder.message("a.txt", ROWS);
    assert!(
        message.starts_with("a.txt: unknown kind of file; known endings: .csv"),
        "{message}"
    );
}

#[test]
fn other_separators_are_read_and_warned_of() {
    let folder = Folder::new();
    let expected = rows(&[("ein", 0), ("zwei ü", 1)]);
    for (name, separator, called) in [
        ("a.csv", ";", "semicolons"),
        ("a.csv", "\t", "tabs"),
        ("a.csv", "|", "vertical bars"),
        ("a.tsv", ",", "commas"),
        ("a.tsv", ";", "semicolons"),
    ] {
        let (found, warnings) = folder.read(name, ROWS.replace(',', separator));
        assert_eq!(found, expected, "{name} {separator:?}");
        let said = format!(
            "{name}: its columns are parted by {called}, whatever its ending says, and were read so"
        );
        assert_eq!(warnings, [said]);
    }
    // The separator of the extension is used if it finds the columns in the header.
    let text = "text,label,a;b\nx;y,0,1;2\nz,1,\n";
    assert_eq!(
        folder.read("b.csv", text),
        (rows(&[("x;y", 0), ("z", 1)]), vec![])
    );
}

#[test]
fn columns_that_are_not_there_come_with_a_reason() {
    let folder = Folder::new();
    for (text, expected) in [
        (
            "Text,label\na,0\n",
            "a.csv: no column `text`; the file has: Text, label. Did you mean `Text`?",
        ),
        (
            "text,LABEL\na,0\n",
            "a.csv: no column `label`; the file has: text, LABEL. Did you mean `LABEL`?",
        ),
        (
            "txt;label\na;0\n",
            "a.csv: no column `text`; the file has: txt;label. Is ';' meant to separate its columns?",
        ),
        (
            "what a film,1\nhow dull,0\n",
            "a.csv: no column `text`; the file has: what a film, 1. Its first row was read as the names of the columns; if it holds data, put a row of names above it",
        ),
        (
            "text,text,label\na,b,0\n",
            "a.csv: 2 columns are called `text`; rename all but one",
        ),
        (
            "\"text,label\na,0\n",
            "a.csv: not readable as delimited text: line 1, which names the columns: a quotation mark opens a field and none closes it",
        ),
    ] {
        assert_eq!(folder.message("a.csv", text), expected);
    }
    let message = folder.message("a.jsonl", "{\"Text\": \"a\", \"label\": 0}\n");
    assert_eq!(
        message,
        "a.jsonl: no column `text`; the file has: Text, label. Did you mean `Text`?"
    );
    let unused = folder.read("b.csv", "x,text,label,x,\n1,a,0,2,\n1,b,1,2,\n");
    assert_eq!(unused.0, rows(&[("a", 0), ("b", 1)]));
}

#[test]
fn nul_bytes_are_a_malformed_row() {
    let folder = Folder::new();
    for (name, text) in [
        ("a.csv", "text,label\na,0\nb\0c,1\n"),
        ("a.tsv", "text\tlabel\na\t0\nb\0c\t1\n"),
    ] {
        let message = folder.message(name, text);
        let expected = format!("{name}, row 2 (line 3): malformed row: it holds a NUL byte");
        assert!(message.starts_with(&expected), "{message}");
    }
}

#[test]
fn long_fields_and_many_marks_take_no_time() {
    let folder = Folder::new();
    let long = "long ".repeat(1_000_000);
    let (found, _) = folder.read("a.csv", format!("text,label\n\"{long}\n{long}\",0\nb,1\n"));
    assert_eq!(found[0].0.len(), 2 * long.len() + 1);
    // A search to the end of the file for each of these would take minutes.
    for line in [
        "\"a,0\n",
        "\"\"\"a,0\n",
        "a,\"\n",
        "\"\"\"\"\"\n",
        "\"a\"\"\n",
    ] {
        let text = format!("text,label\n{}", line.repeat(200_000));
        for name in ["b.csv", "b.tsv"] {
            let _ = load(&folder.file(name, &text));
        }
    }
}

#[test]
fn what_is_no_regular_file_is_refused_and_not_waited_for() {
    let folder = Folder::new();
    let pipe = folder.0.path().join("pipe.csv");
    let made = std::process::Command::new("mkfifo")
        .arg(&pipe)
        .status()
        .unwrap();
    assert!(made.success());
    let message = |path: &Path| folder.short(&load(path).unwrap_err().to_string());
    let tail = "is where a file should be; only regular files are read";
    assert_eq!(
        message(&pipe),
        format!("pipe.csv: a pipe, a socket or a device {tail}")
    );
    assert_eq!(
        message(Path::new("/dev/zero")),
        format!("/dev/zero: a pipe, a socket or a device {tail}")
    );
    // The folder stands in place of one of the files.
    fs::create_dir(folder.0.path().join("data")).unwrap();
    let train = folder.0.path().join("data/train.csv");
    fs::create_dir(&train).unwrap();
    assert_eq!(
        message(&folder.0.path().join("data")),
        format!("data/train.csv: a folder {tail}")
    );
    fs::remove_dir(&train).unwrap();
    fs::rename(&pipe, &train).unwrap();
    let found = message(&folder.0.path().join("data"));
    assert_eq!(
        found,
        format!("data/train.csv: a pipe, a socket or a device {tail}")
    );
}

#[test]
fn paths_that_are_not_utf8() {
    let folder = Folder::new();
    let name = |bytes: &[u8]| folder.0.path().join(OsStr::from_bytes(bytes));
    let file = name(b"caf\xe9.csv");
    fs::write(&file, ROWS).unwrap();
    let data = load(&file).unwrap();
    assert_eq!(
        (data.examples.len(), data.files[0].name.as_str()),
        (2, "caf\u{fffd}.csv")
    );
    let inner = name(b"ordn\xe9r");
    fs::create_dir(&inner).unwrap();
    fs::write(inner.join("train.csv"), ROWS).unwrap();
    fs::write(inner.join("dev.csv"), ROWS).unwrap();
    // These names only resemble those looked for.
    fs::write(inner.join(OsStr::from_bytes(b"train-\xe9-of-1.csv")), "x").unwrap();
    fs::write(inner.join(OsStr::from_bytes(b"\xe9train.csv")), "x").unwrap();
    assert_eq!(load(&inner).unwrap().examples.len(), 4);
}
