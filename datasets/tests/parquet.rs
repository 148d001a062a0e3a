//! Reads every type of column that Parquet files can have, in files that pyarrow wrote.

use std::path::{Path, PathBuf};

use tangent_datasets::{BadRows, Dataset, Error, Options, Result, Split, Target, Task, fuzz};

fn golden(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/parquet");
    folder.join(format!("{name}.parquet"))
}

fn load(path: &Path, bad_rows: BadRows) -> Result<Dataset> {
    let task = Task::own(&["text".into()], "label", false)?;
    let options = Options {
        bad_rows,
        ..Options::default()
    };
    Dataset::load(&task, Some(path), Split::All, &options)
}

/// Returns the names of the classes, and the text and class of every row.
fn read(name: &str) -> (Vec<String>, Vec<(String, usize)>) {
    let data = load(&golden(name), BadRows::Refuse).unwrap_or_else(|e| panic!("{name}: {e}"));
    let Target::Classes(classes) = data.target else {
        panic!("classes were asked for");
    };
    let rows = data.examples.into_iter();
    let rows = rows.map(|e| (e.text, e.label.class().unwrap()));
    (classes, rows.collect())
}

fn expected(classes: [&str; 2]) -> (Vec<String>, Vec<(String, usize)>) {
    let rows = [("one", 0), (" two ", 1), ("drei ü", 0), ("four", 1)];
    (
        classes.map(str::to_owned).to_vec(),
        rows.map(|(text, class)| (text.to_owned(), class)).to_vec(),
    )
}

/// Returns the message of the error for a file that is refused, without the folder.
fn message(name: &str, bad_rows: BadRows) -> String {
    let path = golden(name);
    let message = load(&path, bad_rows).unwrap_err().to_string();
    message.replace(&format!("{}/", path.parent().unwrap().display()), "")
}

#[test]
fn numbers_of_every_width() {
    for name in [
        "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float16",
        "float32", "float64", "decimal", "snappy", "gzip", "zstd", "brotli", "lz4", "plain",
        "pages_2", "delta", "split", "beside",
    ] {
        assert_eq!(read(name), expected(["0", "1"]), "{name}");
    }
    for (name, classes) in [
        ("uint64_max", ["0", "18446744073709551615"]),
        ("decimal_38", ["-0.5", "12345678901234567890.5"]),
        ("decimal_in_int32", ["0.5", "1.5"]),
        ("decimal_in_int64", ["0.5", "1.5"]),
        ("dictionary_of_integers", ["7", "9"]),
    ] {
        assert_eq!(read(name), expected(classes), "{name}");
    }
    // The value of the second row is the smaller one.
    for (name, classes) in [
        ("int64_min", ["-9223372036854775808", "0"]),
        ("halves", ["-2.5", "0.5"]),
    ] {
        let (names, rows) = read(name);
        assert_eq!(names, classes, "{name}");
        let classes: Vec<usize> = rows.iter().map(|(_, class)| *class).collect();
        assert_eq!(classes, [1, 0, 1, 0], "{name}");
    }
}

#[test]
fn text_of_every_kind() {
    assert_eq!(read("bool"), expected(["false", "true"]));
    for name in [
        "string",
        "large_string",
        "string_view",
        "binary",
        "large_binary",
        "binary_view",
        "dictionary_int8",
        "dictionary_uint8",
        "dictionary_int32",
        "dictionary_int64",
    ] {
        assert_eq!(read(name), expected(["ham", "spam"]), "{name}");
    }
    let (classes, rows) = read("fixed_binary");
    assert_eq!(
        (classes, rows[0].1),
        (vec!["ja".to_owned(), "no".to_owned()], 1)
    );
}

#[test]
fn values_that_are_not_there() {
    for name in ["null", "some_null", "nan", "groups"] {
        let row = match name {
            "null" => 1,
            "groups" => 2,
            _ => 3,
        };
        let expected = format!("{name}.parquet, row {row}: no label in column `label`.");
        let message = message(name, BadRows::Refuse);
        assert!(message.starts_with(&expected), "{message}");
    }
    for name in ["some_null", "nan", "groups"] {
        let data = load(&golden(name), BadRows::Drop).unwrap();
        assert_eq!(
            (data.examples.len(), data.accounting.dropped.unlabelled),
            (3, 1),
            "{name}"
        );
        assert_eq!(data.target, Target::Classes(vec!["0".into(), "1".into()]));
    }
}

#[test]
fn bytes_that_are_no_text_are_a_malformed_row() {
    let refused = message("not_utf8", BadRows::Refuse);
    let expected = "not_utf8.parquet, row 3: malformed row: column `text` holds bytes that are not UTF-8 text.";
    assert!(refused.starts_with(expected), "{refused}");
    let data = load(&golden("not_utf8"), BadRows::Drop).unwrap();
    let ids: Vec<usize> = data.examples.iter().map(|e| e.id).collect();
    assert_eq!((ids, data.accounting.dropped.malformed), (vec![0, 1, 3], 1));
}

#[test]
fn what_is_neither_text_nor_number_is_refused() {
    for (name, found) in [
        ("decimal_50", "decimals of more than 38 digits"),
        ("date", "dates"),
        ("timestamp", "points in time"),
        ("int96", "points in time"),
        ("time", "times of day"),
        ("list", "lists, maps or structures"),
        ("struct", "lists, maps or structures"),
        ("map", "lists, maps or structures"),
    ] {
        let expected =
            format!("{name}.parquet: column `label` holds {found}; write it as text or as numbers");
        assert_eq!(message(name, BadRows::Refuse), expected);
    }
    assert_eq!(
        message("twice", BadRows::Refuse),
        "twice.parquet: 2 columns are called `label`; rename all but one"
    );
    assert_eq!(message("empty", BadRows::Refuse), "empty.parquet: no rows");
}

/// Whatever byte is damaged, the result is rows or an error of this crate, never the panic of a library.
#[test]
fn damaged_files_are_no_panic() {
    for name in [
        "int8", "string", "decimal", "groups", "pages_2", "float16", "gzip",
    ] {
        let bytes = std::fs::read(golden(name)).unwrap();
        for at in 0..bytes.len() {
            for mask in [0x01, 0x80, 0xff] {
                let mut damaged = bytes.clone();
                damaged[at] ^= mask;
                fuzz::parquet(&damaged);
            }
            fuzz::parquet(&bytes[..at]);
        }
    }
}

#[test]
fn a_damaged_file_is_named() {
    let folder = tempfile::TempDir::new().unwrap();
    let path = folder.path().join("cut.parquet");
    let bytes = std::fs::read(golden("string")).unwrap();
    std::fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
    let error = load(&path, BadRows::Refuse).unwrap_err();
    assert!(matches!(error, Error::Unreadable { .. }), "{error}");
    let message = error.to_string();
    assert!(
        message.ends_with("Is it complete? Write it again if it is"),
        "{message}"
    );
}
