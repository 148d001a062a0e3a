//! The readers of files, applied to bytes, for a fuzzer to call. They are no part of the crate's interface.
//!
//! Every function returns whether the bytes could be read. It ends and does not panic, whatever the bytes are.

use std::hint::black_box;
use std::path::Path;

use crate::read::{Format, parse};

pub use crate::tokenizer::fuzz_folder as tokenizer_folder;

/// Two columns that the seeds of the fuzzing corpora have.
const COLUMNS: [&str; 2] = ["text", "label"];

/// Reads bytes as each kind of delimited text, and returns whether one of the readings succeeds.
pub fn delimited(bytes: &[u8]) -> bool {
    let glue = Format::Glue { header: true };
    [Format::Csv, Format::Tsv, Format::QuotedTsv, glue]
        .map(|format| is_read("fuzz.csv", format, bytes, &COLUMNS))
        .into_iter()
        .chain([is_read(
            "fuzz.tsv",
            Format::Glue { header: false },
            bytes,
            &["column_4", "column_2"],
        )])
        .any(|read| read)
}

/// Reads bytes as JSON lines and as one JSON document, and returns whether one of the readings succeeds.
pub fn json(bytes: &[u8]) -> bool {
    [Format::JsonLines, Format::JsonObjects]
        .map(|format| is_read("fuzz.json", format, bytes, &COLUMNS))
        .contains(&true)
}

/// Reads bytes as Parquet, and returns whether they could be read.
pub fn parquet(bytes: &[u8]) -> bool {
    is_read("fuzz.parquet", Format::Parquet, bytes, &COLUMNS)
}

fn is_read(name: &str, format: Format, bytes: &[u8], columns: &[&str]) -> bool {
    // An error is as good an answer as a table, but writing its message must not panic either.
    match parse(Path::new(name), format, bytes.to_vec(), columns) {
        Ok(table) => black_box(table.len()) > 0,
        Err(error) => black_box(error.to_string()).is_empty(),
    }
}
