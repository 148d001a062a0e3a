//! The readers of files, on bytes: what a fuzzer calls. No part of the crate's interface.

use std::hint::black_box;
use std::path::Path;

use crate::read::{Format, parse};

/// Two columns that the seeds in `tests/corpus` have.
const COLUMNS: [&str; 2] = ["text", "label"];

/// Reads bytes as every kind of delimited text.
pub fn delimited(bytes: &[u8]) {
    for format in [
        Format::Csv,
        Format::Tsv,
        Format::QuotedTsv,
        Format::Glue { header: true },
    ] {
        read("fuzz.csv", format, bytes);
    }
    let columns = ["column_4", "column_2"];
    let _ = black_box(parse(
        Path::new("fuzz.tsv"),
        Format::Glue { header: false },
        bytes.to_vec(),
        &columns,
    ));
}

/// Reads bytes as JSON lines and as one JSON document.
pub fn json(bytes: &[u8]) {
    for format in [Format::JsonLines, Format::JsonObjects] {
        read("fuzz.json", format, bytes);
    }
}

/// Reads bytes as Parquet.
pub fn parquet(bytes: &[u8]) {
    read("fuzz.parquet", Format::Parquet, bytes);
}

fn read(name: &str, format: Format, bytes: &[u8]) {
    // An error is as good an answer as a table; a message must be one, too.
    match parse(Path::new(name), format, bytes.to_vec(), &COLUMNS) {
        Ok(table) => _ = black_box(table.len()),
        Err(error) => _ = black_box(error.to_string()),
    }
}
