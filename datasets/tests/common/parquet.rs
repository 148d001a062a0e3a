//! Writes small Parquet files.

use std::fs::File;
use std::path::Path;

use polars::prelude::{DataFrame, NamedFrom, ParquetWriter, Series};

/// Writes a file with the columns `text` and `label`.
pub(crate) fn parquet(path: &Path, texts: &[&str], labels: &[Option<i64>]) {
    let columns = vec![
        Series::new("text".into(), texts).into(),
        Series::new("label".into(), labels).into(),
    ];
    let mut frame = DataFrame::new(texts.len(), columns).unwrap();
    ParquetWriter::new(File::create(path).unwrap())
        .finish(&mut frame)
        .unwrap();
}
